"""Orders that come and go while nobody hears of them: with the stream down, or Home Assistant away."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_account import state
from .test_memory import Files, restart
from .upbit_server import UpbitServer

CONNECTION = "binary_sensor.upbit_connection"


@pytest.fixture
def heard(hass: HomeAssistant, account: MockConfigEntry) -> Heard:
    """Return what is told from now on."""
    return Heard(hass)


class Line:
    """Cuts the private stream and lets it stand again."""

    def __init__(self, hass: HomeAssistant, server: UpbitServer, clock: Clock) -> None:
        """Take a line that stands."""
        self._hass = hass
        self._server = server
        self._clock = clock

    async def cut(self, seconds: float) -> None:
        """Let it be down."""
        self._server.fault(refuse_handshake=503)
        self._server.fault(close=1006)
        await self._clock.advance(seconds)
        assert self._hass.states.is_state(CONNECTION, "off")

    async def mend(self) -> None:
        """Let it stand again, and everything be told."""
        self._server.fault(refuse_handshake=None)
        await self._clock.advance(250)
        assert self._hass.states.is_state(CONNECTION, "on")


@pytest.fixture
def line(hass: HomeAssistant, server: UpbitServer, clock: Clock) -> Line:
    """Return the line of the private stream."""
    return Line(hass, server, clock)


def bid(server: UpbitServer, volume: str = "0.001") -> str:
    """Place an order that waits."""
    return server.order("KRW-BTC", "bid", volume=volume, price="140000000")


def told(heard: Heard) -> list[tuple[str, str | None, str | None]]:
    """Return kind, order and reason of what was told."""
    return [
        (one["event_type"], one["order"], one.get("reason")) for one in heard.events
    ]


async def test_an_order_that_is_placed_while_the_stream_is_down_is_told_once(
    heard: Heard, server: UpbitServer, clock: Clock, line: Line
) -> None:
    """It was told first as a lock that no order explains."""
    await line.cut(5)
    order = bid(server)
    await clock.advance(200)
    assert not heard.events
    await line.mend()
    assert told(heard) == [("order_placed", order, None)]


@pytest.mark.parametrize("down", [0.1, 200], ids=["short", "long"])
async def test_an_order_that_is_cancelled_while_the_stream_is_down_is_told_as_cancelled(
    hass: HomeAssistant,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
    line: Line,
    down: float,
) -> None:
    """After a while, it was told as a lock that no order explains; soon after, not at all."""
    order = bid(server)
    await clock.advance(100)
    await line.cut(0.1)
    server.cancel(order)
    await clock.advance(down)
    await line.mend()
    assert state(hass, "sensor.upbit_open_orders").state == "0"
    assert told(heard) == [
        ("order_placed", order, None),
        ("order_cancelled", order, None),
    ]
    assert heard.events[1]["how"] == "snapshot"
    assert heard.events[1]["locked"] == "-140070"


@pytest.mark.parametrize("down", [0.1, 200], ids=["short", "long"])
async def test_an_order_that_takes_the_place_of_another_unheard_is_told_with_the_others_end(
    heard: Heard, server: UpbitServer, clock: Clock, line: Line, down: float
) -> None:
    """Nothing is locked but what was."""
    first = bid(server)
    await clock.advance(100)
    await line.cut(0.1)
    server.cancel(first)
    second = bid(server)
    await clock.advance(down)
    await line.mend()
    assert told(heard) == [
        ("order_placed", first, None),
        ("order_placed", second, None),
        ("order_cancelled", first, None),
    ]


@pytest.mark.parametrize("down", [0.1, 200], ids=["short", "long"])
async def test_an_order_that_is_filled_while_the_stream_is_down_is_a_trade_and_not_cancelled(
    heard: Heard, server: UpbitServer, clock: Clock, line: Line, down: float
) -> None:
    """Though it is missing in the list, and one beside it has come since."""
    order = bid(server)
    await clock.advance(100)
    await line.cut(0.1)
    server.fill(order, "0.001")
    other = bid(server, "0.002")
    await clock.advance(down)
    await line.mend()
    assert sorted(heard.kinds) == ["buy", "order_placed", "order_placed"]
    server.cancel(other)
    await clock.advance(10)
    assert told(heard)[3:] == [("order_cancelled", other, None)]


async def test_a_lock_that_no_order_explains_is_told_once_the_orders_are_known(
    heard: Heard, server: UpbitServer, clock: Clock, line: Line
) -> None:
    """A withdrawal that waits, of a currency that no order pays with."""
    await line.cut(5)
    server.lock("ETH", "0.5")
    await clock.advance(200)
    assert not heard.events
    await line.mend()
    assert told(heard) == [("other", None, "locked")]


async def test_an_order_that_is_cancelled_while_home_assistant_is_away_is_told(
    hass: HomeAssistant,
    account: MockConfigEntry,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Of an order that was told as placed, only its id was remembered."""
    first, second = bid(server), bid(server, "0.002")
    await clock.advance(100)
    heard.take()
    await restart(hass, account, clock, lambda: server.cancel(first))
    await clock.advance(200)
    assert told(heard) == [("order_cancelled", first, None)]
    assert heard.take()[0]["while_away"]
    await restart(hass, account, clock, lambda: server.fill(second, "0.002"))
    await clock.advance(200)
    assert heard.kinds == ["buy"]


async def test_orders_that_were_stored_by_their_ids_are_not_told_again(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """As they were before a version that stores more of them."""
    first, second = bid(server), bid(server, "0.002")
    await clock.advance(100)
    heard.take()
    await hass.config_entries.async_unload(account.entry_id)
    stored: dict[str, Any] = hass_storage[f"upbit.{account.entry_id}.ledger"]["data"]
    assert stored["orders"].keys() == {first, second}
    stored["orders"] = [first, second]
    server.cancel(first)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(100)
    assert not heard.events
    server.cancel(second)
    await clock.advance(10)
    assert told(heard) == [("order_cancelled", second, None)]


@pytest.mark.parametrize("lag", [0.0, 3.0])
async def test_an_order_placed_just_before_the_end_is_told_once(
    hass: HomeAssistant,
    account: MockConfigEntry,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
    lag: float,
) -> None:
    """Its row had come and it had not: it was told as a lock without a reason."""
    server.fault(delay_types={"myOrder": 0.7}, accounts_lag=lag)
    server.order("KRW-ETH", "bid", "0.02", "4500000")
    await clock.advance(0.3)
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(300)
    assert heard.kinds == ["order_placed"]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("lag", [0.0, 4.0])
async def test_an_order_placed_around_the_first_snapshot_is_told(
    hass: HomeAssistant,
    account: MockConfigEntry,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
    before: bool,
    lag: float,
) -> None:
    """A lock that is not shown yet was taken for one that was told already."""
    await hass.config_entries.async_unload(account.entry_id)
    await clock.advance(60)
    server.fault(accounts_lag=lag)
    if before:
        server.order("KRW-ETH", "bid", "0.02", "4500000")
        await clock.advance(0.5)
    await hass.config_entries.async_setup(account.entry_id)
    if not before:
        server.order("KRW-ETH", "bid", "0.02", "4500000")
    await clock.advance(300)
    assert heard.kinds == ["order_placed"]


async def test_an_order_whose_end_came_without_its_row_is_told_as_cancelled_alone(
    account: MockConfigEntry, heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """No snapshot followed what was heard of an order: what it freed was found 15 minutes later."""
    uuid = server.order("KRW-BTC", "bid", "0.002", "120000000")
    await clock.advance(100)
    server.fault(drop_types=["myAsset"])
    server.cancel(uuid)
    await clock.advance(10)
    server.fault(drop_types=[])
    await clock.advance(900)
    assert heard.kinds == ["order_placed", "order_cancelled"]


async def test_an_order_that_ended_just_before_a_cut_is_told_as_cancelled_alone(
    account: MockConfigEntry, heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """The list that followed forgot that it had explained a lock."""
    uuid = server.order("KRW-BTC", "bid", "0.002", "120000000")
    await clock.advance(100)
    server.fault(delay_types={"myAsset": 3.0})
    server.cancel(uuid)
    await clock.advance(2.2)
    server.fault(delay_types={}, close=1006)
    await clock.advance(300)
    assert heard.kinds == ["order_placed", "order_cancelled"]
