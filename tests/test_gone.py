"""A coin that is gone entirely: its price is followed until it is told why."""

from decimal import Decimal

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_account import state
from .test_alerts import add
from .test_memory import restart
from .test_worth import BTC, ETH, number
from .upbit_server import UpbitServer

FEE = Decimal(2 * ETH) * Decimal("0.0005")


def subscribed(server: UpbitServer) -> list[object]:
    """Return the markets whose prices are followed."""
    (session,) = server.public.sessions
    codes = session.subscriptions["ticker"].parameters["codes"]
    assert isinstance(codes, list)
    return codes


@pytest.mark.parametrize("sold", [True, False])
async def test_what_is_gone_after_a_restart_is_no_loss(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    *,
    sold: bool,
) -> None:
    """It was told without a worth, since nobody followed its price."""
    await add(
        hass,
        account,
        currency="",
        measure="value",
        condition="decrease",
        threshold="1000000",
    )
    await clock.advance(5)
    heard = Heard(hass)

    def gone() -> None:
        if sold:
            server.trade("KRW-ETH", "ask", "2")
        else:
            server.withdraw("ETH", "2")

    await restart(hass, account, clock, gone)
    await clock.advance(150)
    assert heard.kinds == (["sell"] if sold else ["withdrawal"])
    for key in ("profit_since_baseline", "profit_today"):
        assert number(hass, key) == (-round(FEE) if sold else 0)
    assert state(hass, "event.low_cash").state == "unknown"
    assert number(hass, "gain_over_holding") == (-round(FEE) if sold else 0)


@pytest.mark.parametrize("interval", [1, 5])
async def test_what_leaves_between_two_prices_is_no_loss(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    interval: int,
) -> None:
    """Its price was forgotten before its leaving was told, where prices are written often."""
    hass.config_entries.async_update_entry(
        account, options={"price_interval": interval}
    )
    await clock.advance(90)
    server.deposit("XRP", "1000")
    await clock.advance(8)
    server.withdraw("XRP", "1000")
    for turn in range(20):
        server.set_price("KRW-BTC", str(BTC + turn % 2))
        await clock.advance(0.3)
    server.set_price("KRW-BTC", str(BTC))
    await clock.advance(120)
    assert number(hass, "profit_since_baseline") == 0
    assert "KRW-XRP" not in subscribed(server)
