"""Trades of which one side is known before the other: both are told together."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_memory import restart
from .upbit_server import UpbitServer


@pytest.mark.parametrize(
    ("side", "price", "kind"),
    [("bid", "130000000", "buy"), ("ask", "150000000", "sell")],
    ids=["bid", "ask"],
)
async def test_an_order_filled_unheard_just_after_its_lock_was_heard_is_a_trade(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    side: str,
    price: str,
    kind: str,
) -> None:
    """The side that no row had told of for a while was believed first, and told alone."""
    heard = Heard(hass)
    uuid = server.order("KRW-BTC", side, "0.001", price)
    await clock.advance(3)
    assert heard.kinds == ["order_placed"]
    heard.take()
    server.fault(close=1006)
    server.fill(uuid, "0.001")
    await clock.advance(120)
    assert heard.kinds == [kind]


async def test_a_trade_that_the_stream_did_not_bring_just_after_another_is_a_trade(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its won had been heard of seconds ago, its bitcoin had not."""
    heard = Heard(hass)
    server.trade("KRW-ETH", "bid", "0.01")
    await clock.advance(2.5)
    server.fault(close=1006)
    server.trade("KRW-BTC", "bid", "0.001")
    await clock.advance(120)
    assert heard.kinds == ["buy", "buy"]


@pytest.mark.parametrize(
    "fault",
    [{"refuse_types": ["myOrder"]}, {"delay_types": {"myOrder": 1.5}}],
    ids=["no orders", "late orders"],
)
@pytest.mark.parametrize("seconds", [0, 1])
async def test_a_trade_just_before_the_end_is_a_trade(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: dict[str, object],
    seconds: float,
) -> None:
    """The side that was in doubt was told after the next start, the other one before the end."""
    server.fault(**fault)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(700)
    heard = Heard(hass)
    server.trade("KRW-ETH", "bid", "0.02")
    await clock.advance(seconds)
    await restart(hass, entry, clock)
    await clock.advance(100)
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
    assert heard.kinds == ["buy"]


@pytest.mark.parametrize("later", [0.05, 1.5])
async def test_what_went_out_beside_a_sale_whose_rows_are_lost_is_told_for_no_more(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    later: float,
) -> None:
    """What the sale brought was told as withdrawn with it, and as put in once a snapshot showed it."""
    heard = Heard(hass)
    server.withdraw("KRW", "20000")
    server.fault(drop_types=["myAsset"])
    await clock.advance(later)
    server.trade("KRW-ETH", "ask", "0.1")
    await clock.advance(120)
    told = {(one["event_type"], one["currency"], one["amount"]) for one in heard.events}
    assert told == {("sell", "ETH", "-0.1"), ("withdrawal", "KRW", "-20000")}
