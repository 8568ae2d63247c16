"""Alerts that look at a moment at which not everything is known yet."""

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from .clock import Clock
from .test_account import state
from .test_alerts import LOW_CASH, add, only
from .upbit_server import UpbitServer

LEVEL = "binary_sensor.low_cash"

LOSS = {
    "currency": "XRP",
    "measure": "profit_rate",
    "condition": "below",
    "threshold": "-10",
    "unit": "percent",
}


@pytest.mark.parametrize("condition", ["increase", "decrease"])
@pytest.mark.parametrize("side", ["bid", "ask"])
async def test_a_trade_of_two_frames_is_no_loss_of_the_account(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    condition: str,
    side: str,
) -> None:
    """It was told with its second row, and looked at with the worth of the first."""
    await add(
        hass,
        account,
        currency="",
        measure="value",
        condition=condition,
        threshold="100000",
    )
    await clock.advance(5)
    server.fault(split_rows=True)
    if side == "bid":
        server.trade("KRW-XRP", "bid", "100")
    else:
        server.trade("KRW-ETH", "ask", "1")
    await clock.advance(130)
    assert state(hass, "event.low_cash").state == "unknown"


async def test_a_coin_that_was_sold_out_does_not_silence_the_profit_rate(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """No snapshot has its average any more, and the alert waited for one."""
    server.deposit("XRP", "1000", "3361")
    await clock.advance(20)
    await add(
        hass,
        account,
        currency="",
        measure="profit_rate",
        condition="below",
        threshold="-5",
        unit="percent",
    )
    await clock.advance(5)
    server.withdraw("ETH", "2")
    await clock.advance(60)
    server.set_price("KRW-BTC", "1")
    await clock.advance(65)
    server.set_price("KRW-XRP", "3000")
    await clock.advance(65)
    assert float(state(hass, "sensor.upbit_profit_rate").state) < -5
    assert state(hass, "event.low_cash").state != "unknown"


async def test_a_level_is_not_claimed_while_prices_are_old(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It stayed as it was, since nobody told its sensor."""
    await add(hass, account, currency="BTC", measure="value", threshold="1000")
    await clock.settle()
    assert state(hass, LEVEL).state == "off"
    server.fault(refuse_public=503, close_public=1011)
    await clock.advance(400)
    assert state(hass, LEVEL).state == STATE_UNAVAILABLE
    server.fault(refuse_public=None)
    await clock.advance(130)
    assert state(hass, LEVEL).state == "off"


async def test_a_level_of_what_is_not_there_any_more_is_unknown(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It held for ever once everything was sold."""
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(70)
    await add(hass, account, **LOSS)
    await clock.settle()
    server.set_price("KRW-XRP", "2000")
    await clock.advance(70)
    assert state(hass, LEVEL).state == "on"
    server.trade("KRW-XRP", "ask", "10")
    await clock.advance(120)
    assert state(hass, LEVEL).state == STATE_UNKNOWN


async def test_an_edited_alert_does_not_show_the_level_of_before(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock
) -> None:
    """Where what it measures now is not known yet."""
    await add(hass, account, currency="XRP", measure="value", threshold="1000")
    await clock.advance(5)
    assert state(hass, LEVEL).state == "on"
    flow = await hass.config_entries.subentries.async_init(
        (account.entry_id, "alert"),
        context={
            "source": SOURCE_RECONFIGURE,
            "subentry_id": only(account).subentry_id,
        },
    )
    await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {**LOW_CASH, **LOSS}
    )
    await hass.async_block_till_done()
    assert state(hass, LEVEL).state == STATE_UNKNOWN


@pytest.mark.parametrize(
    "rule",
    [
        {"measure": "value", "threshold": "1000"},
        {"measure": "profit_rate", "threshold": "-50", "unit": "percent"},
    ],
)
async def test_a_level_does_not_flap_with_a_new_coin(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    rule: dict[str, str],
) -> None:
    """Its price and its average come a moment later, and nothing was crossed."""
    server.deposit("BTC", "0.1", "100000000")
    server.deposit("ETH", "0.1", "1000000")
    await clock.advance(60)
    await add(hass, account, currency="", condition="above", **rule)
    await clock.advance(30)
    assert state(hass, LEVEL).state == "on"
    changes = async_capture_events(hass, "state_changed")
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(60)
    assert LEVEL not in {change.data["entity_id"] for change in changes}


async def test_one_row_of_a_trade_of_two_frames_is_below_no_level_of_the_account(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Between the frames the account is worth what was paid less."""
    total = int(state(hass, "sensor.upbit_total_value").state)
    threshold = str(total - 200_000)
    await add(hass, account, currency="", measure="value", threshold=threshold)
    await clock.advance(5)
    server.fault(split_rows=True)
    server.trade("KRW-XRP", "bid", "250")
    await clock.advance(130)
    assert int(state(hass, "sensor.upbit_total_value").state) > total - 1_000
    assert state(hass, "event.low_cash").state == "unknown"
