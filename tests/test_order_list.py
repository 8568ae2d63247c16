"""The list of open orders, which comes after the stream stands: late, not at once, or overtaken."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.exchange.rest import OpenOrder, UpbitRest

from .activities import Heard
from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer

CONNECTION = "binary_sensor.upbit_connection"


@pytest.mark.parametrize(
    ("fault", "over"),
    [
        (
            {"rest_status": 503, "rest_paths": ["/v1/orders/open"]},
            {"rest_status": None},
        ),
        ({"refuse_handshake": 503}, {"refuse_handshake": None}),
    ],
)
async def test_an_order_is_not_told_again_because_the_list_came_late(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: dict[str, object],
    over: dict[str, object],
) -> None:
    """What was told first after a restart forgot the orders of before."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    heard = Heard(hass)
    await clock.advance(10)
    assert heard.kinds == ["order_placed"]
    await hass.config_entries.async_unload(account.entry_id)
    server.fault(**fault)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(100)
    server.fault(**over)
    await clock.advance(200)
    assert heard.kinds == ["order_placed"]
    server.cancel(order)
    await clock.advance(10)
    assert heard.kinds == ["order_placed", "order_cancelled"]


@pytest.fixture
def reconnected(
    hass: HomeAssistant,
    server: UpbitServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], Awaitable[None]]:
    """Return what lets the stream stand anew, half a second before its list of orders arrives."""
    original = UpbitRest.open_orders

    async def slow(self: UpbitRest) -> Sequence[OpenOrder]:
        orders = await original(self)
        await asyncio.sleep(1)
        return orders

    async def reconnect() -> None:
        monkeypatch.setattr(UpbitRest, "open_orders", slow)
        server.fault(close=1006)
        await clock.until(lambda: hass.states.is_state(CONNECTION, "off"), within=5)
        await clock.until(lambda: hass.states.is_state(CONNECTION, "on"), within=60)
        await clock.advance(0.5)

    return reconnect


async def test_an_order_that_is_placed_while_the_list_is_on_its_way_is_told(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    reconnected: Callable[[], Awaitable[None]],
) -> None:
    """The list, which did not have it, took its place."""
    heard = Heard(hass)
    await reconnected()
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(60)
    assert heard.kinds == ["order_placed"]
    assert state(hass, "sensor.upbit_open_orders").state == "1"


async def test_an_order_that_is_cancelled_while_the_list_is_on_its_way_has_ended(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    reconnected: Callable[[], Awaitable[None]],
) -> None:
    """The list, which had it still, brought it back for good."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(10)
    heard = Heard(hass)
    await reconnected()
    server.cancel(order)
    await clock.advance(60)
    assert heard.kinds == ["order_cancelled"]
    assert state(hass, "sensor.upbit_open_orders").state == "0"


async def test_orders_that_cannot_be_seen_any_more_are_not_counted(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The last count stayed, whatever happened to them; it is there again with the right to see them."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    heard = Heard(hass)
    await clock.advance(10)
    server.fault(refuse_types=["myOrder"], close=1011)
    await clock.advance(60)
    assert state(hass, "sensor.upbit_open_orders").state == "unknown"
    server.fault(refuse_types=[])
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(20)
    assert state(hass, "sensor.upbit_open_orders").state == "1"
    server.cancel(order)
    await clock.advance(10)
    assert state(hass, "sensor.upbit_open_orders").state == "0"
    assert heard.kinds == ["order_placed", "order_cancelled"]


async def test_a_reserved_order_is_in_the_list(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """예약주문 wait for a price that sets them off; without being asked for, they are left out."""
    heard = Heard(hass)
    orders = [
        server.orders.place(
            "KRW-BTC", "BID", Decimal("0.001"), Decimal(price), reserved=True
        )
        for price in (100_000_000, 110_000_000)
    ]
    await clock.advance(10)
    assert heard.kinds == ["order_placed"] * 2
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(90)
    assert state(hass, "sensor.upbit_open_orders").state == "2"
    server.orders.set_off(orders[0].uuid)
    await clock.advance(10)
    assert heard.kinds == ["order_placed"] * 2
    for order in orders:
        server.cancel(order.uuid)
    await clock.advance(10)
    assert heard.kinds == ["order_placed"] * 2 + ["order_cancelled"] * 2
    assert state(hass, "sensor.upbit_open_orders").state == "0"


async def test_an_order_that_was_told_without_the_list_is_remembered(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """By its frame, while the list did not come; it was told again after the next restart."""
    heard = Heard(hass)
    server.fault(rest_status=503, rest_paths=["/v1/orders/open"])
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(30)
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(20)
    server.fault(rest_status=None)
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(60)
    assert heard.kinds == ["order_placed"]


async def test_an_order_that_was_told_by_its_lock_is_not_told_again(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nobody saw orders when it was placed."""
    heard = Heard(hass)
    server.fault(refuse_types=["myOrder"], close=1011)
    await clock.advance(60)
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(30)
    assert heard.kinds == ["order_placed"]
    server.fault(refuse_types=[])
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(60)
    assert heard.kinds == ["order_placed"]
    assert state(hass, "sensor.upbit_open_orders").state == "1"


async def test_an_order_that_self_match_prevention_ends_is_told_as_cancelled(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Once: by `prevented`, or by the `cancel` that follows."""
    heard = Heard(hass)
    order = server.order("KRW-BTC", "bid", volume="0.003", price="100000000")
    await clock.advance(10)
    server.prevent(order)
    await clock.advance(70)
    assert heard.kinds == ["order_placed", "order_cancelled"]
    assert state(hass, "sensor.upbit_open_orders").state == "0"


async def test_an_order_that_self_match_prevention_only_reduces_is_still_open(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """With `reduce`, it goes on as long as something is left of it, and only `cancel` ends it."""
    heard = Heard(hass)
    order = server.order("KRW-BTC", "bid", volume="0.003", price="100000000")
    await clock.advance(10)
    server.prevent(order, "0.001")
    await clock.advance(10)
    assert heard.kinds == ["order_placed"]
    assert state(hass, "sensor.upbit_open_orders").state == "1"
    server.cancel(order)
    await clock.advance(10)
    assert heard.kinds == ["order_placed", "order_cancelled"]
    assert state(hass, "sensor.upbit_open_orders").state == "0"


async def test_a_refusal_that_names_no_scope_does_not_cost_the_list(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A single 401 ended the asking until the next reconnect."""
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    server.fault(answer="401", answer_paths=["/v1/orders/open"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(10)
    server.fault(answer=None)
    await clock.advance(100)
    assert hass.states.is_state(CONNECTION, "on")
    assert state(hass, "sensor.upbit_open_orders").state == "1"
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_list_that_the_key_may_not_see_is_asked_for_once(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nothing changes that before the next connect."""
    server.requests.clear()
    server.fault(answer="403 scope", answer_paths=["/v1/orders/open"], close=1006)
    await clock.advance(600)
    assert hass.states.is_state(CONNECTION, "on")
    asked = [one for one in server.requests if one.path == "/v1/orders/open"]
    assert len(asked) == 1
    assert state(hass, "sensor.upbit_open_orders").state == "unknown"
