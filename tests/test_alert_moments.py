"""Alerts that look at a moment at which not everything is known yet."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .test_account import state
from .test_alerts import add
from .upbit_server import UpbitServer


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
