"""A coin that was sold out shows nothing that is not so any more; the first one is nothing to fear."""

from collections.abc import AsyncGenerator
from decimal import Decimal

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.upbit.const import DOMAIN

from .clock import Clock
from .test_account import state
from .test_alerts import add
from .test_worth import number
from .upbit_server import UpbitServer


@pytest.mark.usefixtures("every_entity_enabled")
async def test_a_coin_that_is_gone_has_no_price_of_then(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nobody follows it any more; it stayed for ever, and so did a profit on what was held."""
    server.deposit("XRP", "1000", "1000")
    await clock.advance(70)
    assert number(hass, "xrp_profit") == 2_361_000
    server.withdraw("XRP", "1000")
    await clock.advance(120)
    for key in ("price", "price_change", "profit_rate"):
        assert state(hass, f"sensor.upbit_xrp_{key}").state == STATE_UNKNOWN, key
    for key in ("value", "profit"):
        assert number(hass, f"xrp_{key}") == 0, key
    server.trade("KRW-XRP", "bid", "1")
    await clock.advance(10)
    assert number(hass, "xrp_price") == 3361


async def test_what_was_sold_entirely_is_followed_for_what_was_gained(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Over holding it, which was unknown for good."""
    server.trade("KRW-ETH", "ask", "2")
    await clock.advance(70)
    fee = Decimal(4893)
    assert number(hass, "gain_over_holding") == -fee
    server.set_price("KRW-ETH", "4000000")
    await clock.advance(70)
    assert number(hass, "gain_over_holding") == 2 * 893_000 - fee


async def test_an_account_of_won_needs_no_price(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It was unavailable with a stream that it had no use for any more."""
    server.withdraw("BTC", "0.5")
    server.withdraw("ETH", "2")
    await clock.advance(10)
    await hass.services.async_call(DOMAIN, "set_baseline", {}, blocking=True)
    await clock.advance(60)
    server.deposit("XRP", "1")
    await clock.advance(20)
    server.withdraw("XRP", "1")
    await clock.advance(20)
    server.fault(refuse_public=503, close_public=1006)
    await clock.advance(600)
    assert number(hass, "total_value") == 1_000_000


@pytest.fixture
async def only_won(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> AsyncGenerator[MockConfigEntry]:
    """Set up an account without a coin, and let ten minutes pass."""
    server.withdraw("BTC", "0.5")
    server.withdraw("ETH", "2")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(700)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.mark.usefixtures("only_won")
async def test_the_first_coin_makes_nothing_unavailable(
    hass: HomeAssistant, server: UpbitServer, clock: Clock
) -> None:
    """The stream of prices, which nobody needed before, seemed to be down for minutes."""
    changes: list[Event[EventStateChangedData]] = async_capture_events(
        hass, "state_changed"
    )
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(60)
    values = [
        change.data["new_state"].state
        for change in changes
        if change.data["entity_id"] == "sensor.upbit_total_value"
        and change.data["new_state"]
    ]
    assert values[-1] == str(1_000_000 - 17)
    assert STATE_UNAVAILABLE not in values


async def test_an_alert_tells_that_a_coin_is_sold_out(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Below 0 is never, but to 0 an amount can fall."""
    result = await add(hass, account, currency="ETH", measure="total", threshold="0")
    assert result["type"] == "create_entry"
    await clock.advance(5)
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(10)
    assert state(hass, "event.low_cash").state == STATE_UNKNOWN
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(10)
    assert state(hass, "event.low_cash").attributes["value"] == "0"
    assert state(hass, "binary_sensor.low_cash").state == "on"
