"""The realised profit of sales: by the average buy price of before, or unknown."""

from decimal import Decimal

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import answer
from .clock import Clock
from .test_memory import restart
from .upbit_server import UpbitServer

FUNDS = Decimal(3361) * 1000 * (1 - Decimal("0.0005"))


@pytest.fixture(autouse=True)
async def bought(account: MockConfigEntry, server: UpbitServer, clock: Clock) -> None:
    """Hold 1,000 XRP that cost 1,000 won each."""
    server.deposit("KRW", "100000000")
    server.deposit("XRP", "1000", "1000")
    await clock.advance(20)


async def realised(hass: HomeAssistant) -> list[Decimal | None]:
    """Return what each sale has realised."""
    told = (await answer(hass, "get_history"))["activities"]
    return [
        None if one["realised"] is None else Decimal(one["realised"])
        for one in told
        if one["kind"] == "sell"
    ]


async def test_sales_one_after_the_other_realise_by_the_same_average(
    hass: HomeAssistant, server: UpbitServer, clock: Clock
) -> None:
    """No snapshot comes between them."""
    for _ in range(4):
        server.trade("KRW-XRP", "ask", "250")
        await clock.advance(0.5)
    await clock.advance(20)
    assert await realised(hass) == [(FUNDS - 1_000_000) / 4] * 4


async def test_a_sale_just_after_a_purchase_is_not_counted_by_an_older_average(
    hass: HomeAssistant, server: UpbitServer, clock: Clock
) -> None:
    """The new one comes with the next snapshot; the old one made it twice the profit."""
    server.trade("KRW-XRP", "bid", "1000")
    await clock.advance(0.5)
    server.trade("KRW-XRP", "ask", "1000")
    await clock.advance(20)
    assert await realised(hass) == [None]
    server.trade("KRW-XRP", "ask", "1000")
    await clock.advance(20)
    assert await realised(hass) == [None, FUNDS - 1000 * Decimal("2180.5")]


async def test_a_fill_that_comes_late_is_counted_by_the_average_of_its_sale(
    hass: HomeAssistant, server: UpbitServer, clock: Clock
) -> None:
    """Not by that of what was deposited since."""
    server.fault(delay_types={"myOrder": 8})
    server.trade("KRW-XRP", "ask", "1000")
    await clock.advance(4)
    server.deposit("XRP", "1000", "3000")
    await clock.advance(40)
    assert await realised(hass) == [FUNDS - 1_000_000]


async def test_a_sale_just_after_a_restart_is_realised(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A snapshot comes between its row and its telling, and has the average of what is left."""
    await restart(hass, account, clock)
    await clock.advance(3)
    server.trade("KRW-XRP", "ask", "250")
    await clock.advance(40)
    assert await realised(hass) == [(FUNDS - 1_000_000) / 4]


async def test_a_sale_at_the_end_of_time_leaves_the_history_readable(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """East of UTC its day was in the year 10,000, and the history could never be asked for again."""
    await hass.config.async_update(time_zone="Asia/Seoul")
    (session,) = server.connections
    session.send_raw(
        b'{"type":"myOrder","code":"KRW-XRP","uuid":"o-1","ask_bid":"ASK","order_type":"limit",'
        b'"state":"trade","trade_uuid":"t-1","price":3361,"volume":10,"remaining_volume":0,'
        b'"trade_fee":1.5,"locked":0,"trade_timestamp":253402300799000,'
        b'"order_timestamp":253402300799000,"timestamp":253402300799000,"stream_type":"REALTIME"}'
    )
    await clock.advance(100)
    await realised(hass)
