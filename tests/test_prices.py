"""The prices of what is held: which markets are followed, when a price is written, what it looks like."""

from decimal import Decimal

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .test_account import state
from .test_worth import number
from .upbit_server import UpbitServer, tickers
from .upbit_server.wire import dump


@pytest.mark.parametrize("reconnects", [True, False])
async def test_a_ticker_of_the_future_does_not_freeze_its_price(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    reconnects: bool,
) -> None:
    """Later ones were dropped for ever, whether they came by stream or by request."""
    (session,) = server.public.sessions
    row = tickers.frame(server.markets["KRW-BTC"], "REALTIME")
    session.send_raw(dump(row | {"timestamp": 4_102_444_800_000}).encode())
    await clock.advance(100)
    if reconnects:
        server.fault(close_public=1006)
        await clock.advance(60)
    server.set_price("KRW-BTC", "100000000")
    await clock.advance(70)
    assert number(hass, "btc_value") == 50_000_000


@pytest.mark.parametrize(
    ("listed", "price"),
    [
        # 1756.61422756
        ("0.00001234", "1757"),
        # 175.65942276
        ("0.000001234", "175.7"),
        # 1.42351234
        ("0.00000001", "1.424"),
    ],
)
async def test_a_price_through_bitcoin_has_decimals_by_its_size(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    listed: str,
    price: str,
) -> None:
    """It had every digit of a product, 1756.61422756; what it is worth is of the exact one."""
    server.markets.enlist("BTC-AAA", listed)
    server.set_price("KRW-BTC", "142351234")
    server.deposit("AAA", "1000000")
    await clock.advance(3700)
    assert state(hass, "sensor.upbit_aaa_price").state == price
    exact = Decimal(listed) * 142_351_234 * 1_000_000
    assert number(hass, "aaa_value") == round(exact)


async def test_a_price_of_its_own_market_keeps_the_digits_of_the_exchange(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Down to 0.00000001 won."""
    server.markets.enlist("KRW-AAA", "0.00012345")
    server.set_price("KRW-ETH", "4893000.123")
    server.deposit("AAA", "10")
    await clock.advance(3700)
    assert state(hass, "sensor.upbit_aaa_price").state == "0.00012345"
    assert state(hass, "sensor.upbit_eth_price").state == "4893000.123"
