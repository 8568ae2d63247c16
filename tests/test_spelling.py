"""However the exchange writes an amount, it is that amount, and told once: 2, "2.0" and 2E+0."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_account import state
from .trader import Trader
from .upbit_server import UpbitServer


@pytest.fixture
def entry(entry: MockConfigEntry, server: UpbitServer) -> MockConfigEntry:
    """Return an entry whose exchange writes each amount differently by request and on the stream."""
    server.fault(rest_decimals=True, exponents=True)
    return entry


async def test_amounts_are_written_as_the_exchange_writes_them(
    trader: Trader, server: UpbitServer, clock: Clock
) -> None:
    """By request as in the documents' sample, on the stream with an exponent; every digit is there."""
    server.fault(rest_decimals=True, exponents=True)
    _, rows = await trader.get("accounts")
    won = next(row for row in rows if row["currency"] == "KRW")
    assert won["balance"] == "1000000.0"
    assert won["locked"] == "0.0"
    assert won["avg_buy_price"] == "0"
    async with trader.session.ws_connect(
        f"{server.origin}/websocket/v1/private", headers=trader.token()
    ) as socket:
        await socket.send_json([{"ticket": "t"}, {"type": "myAsset"}])
        await clock.settle()
        server.deposit("BTC", "0.00000001")
        frame = await socket.receive_bytes()
    assert b'"balance":5.0000001E-1,"locked":0E+0' in frame


async def test_a_state_shows_what_was_told_first_and_nothing_is_written_for_other_zeros(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The exchange's own decimal, in plain notation: equal by value keeps the text that was there."""
    won = state(hass, "sensor.upbit_krw")
    assert won.state == "1000000.0"
    assert won.attributes["balance"] == "1000000.0"
    # Of what is not known yet, nothing is locked: that is equal by value, too.
    assert won.attributes["locked"] == "0"
    server.lock("KRW", "1000")
    server.unlock("KRW", "1000")
    server.deposit("BTC", "0.00000001")
    server.deposit("KRW", "0.00000001")
    await clock.settle()
    bitcoin, won = state(hass, "sensor.upbit_btc"), state(hass, "sensor.upbit_krw")
    assert bitcoin.state == bitcoin.attributes["balance"] == "0.50000001"
    assert won.state == won.attributes["balance"] == "1000000.00000001"
    await clock.advance(1000)
    assert state(hass, "sensor.upbit_btc").last_updated == bitcoin.last_updated
    assert state(hass, "sensor.upbit_krw").last_updated == won.last_updated


async def test_a_purchase_is_told_once_whatever_writes_its_amounts(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Also if its rows are lost, and only a snapshot brings what it has brought."""
    heard = Heard(hass)
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(60)
    server.fault(drop_types=["myAsset"])
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(3)
    server.fault(drop_types=[])
    await clock.advance(200)
    assert heard.kinds == ["buy", "buy"]
    assert state(hass, "sensor.upbit_xrp").state == "20.0"
    order = server.order("KRW-BTC", "bid", "0.001", "100000000")
    await clock.advance(10)
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(90)
    assert state(hass, "sensor.upbit_open_orders").state == "1"
    server.cancel(order)
    await clock.advance(10)
    assert heard.kinds == ["buy", "buy", "order_placed", "order_cancelled"]
    assert state(hass, "sensor.upbit_krw").attributes["locked"] == "0"
