"""The turn of a day, at 09:00 in Korea: closing prices that come late, or not at all."""

from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.moments import ms

from .clock import Clock, until_nine
from .test_account import state
from .test_worth import BTC, ETH, number
from .upbit_server import UpbitServer, tickers


@pytest.fixture
async def clock(clock: Clock) -> Clock:
    """Begin shortly before nine, so that nobody has to play a whole day."""
    await clock.leap(until_nine() - 2000)
    return clock


async def gained(server: UpbitServer, clock: Clock) -> None:
    """Gain 2,000,000 won, and move on to two seconds before the day's end."""
    server.set_price("KRW-ETH", str(ETH + 1_000_000))
    await clock.advance(until_nine() - 2)


def close(server: UpbitServer) -> None:
    """Close the exchange's day."""
    for code in ("KRW-BTC", "KRW-ETH"):
        server.markets[code].close = server.markets[code].price


async def test_a_day_does_not_open_with_the_closing_prices_of_the_day_before(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A frame just after nine opened it with the prices that were there."""
    await gained(server, clock)
    close(server)
    await clock.advance(3)
    server.deposit("KRW", "1")
    await clock.advance(120)
    assert number(hass, "profit_today") == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"rest_status": 503, "rest_paths": ["/v1/ticker"], "rest_count": 1},
        {
            "rest_status": 503,
            "rest_paths": ["/v1/ticker"],
            "refuse_public": 503,
            "close_public": 1006,
        },
    ],
)
async def test_closing_prices_that_do_not_come_are_asked_for_again(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: dict[str, Any],
) -> None:
    """The day opened without them, with those of the day before."""
    await gained(server, clock)
    server.fault(**fault)
    close(server)
    await clock.advance(30)
    assert state(hass, "sensor.upbit_profit_today").state == "unknown"
    server.fault(rest_status=None, refuse_public=None)
    server.set_price("KRW-ETH", str(ETH + 1_000_001))
    await clock.advance(190)
    assert number(hass, "profit_today") == 2


async def test_an_entry_that_is_set_up_just_after_nine_knows_its_day(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Though its first prices may be of the day before."""
    await gained(server, clock)
    await hass.config_entries.async_unload(account.entry_id)
    await clock.advance(5)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(4)
    close(server)
    await clock.advance(10)
    assert number(hass, "profit_today") == 0


async def test_a_set_up_that_ended_at_nine_leaves_nothing_behind(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """It waited for prices, planned its next day, and wrote its ledger over the new one."""
    key = f"upbit.{account.entry_id}.ledger"
    await clock.advance(until_nine() + 9)
    server.fault(answer="slow", answer_paths=["/v1/ticker"])
    await clock.advance(3)
    await hass.config_entries.async_reload(account.entry_id)
    server.fault(answer=None)
    await clock.advance(60)
    server.deposit("KRW", "1000")
    await clock.leap(until_nine() - 600)
    await clock.advance(until_nine() - 5)
    seen = set()
    for _ in range(40):
        await clock.advance(1)
        seen.add(hass_storage[key]["data"]["next_id"])
    assert seen == {2}


async def test_a_day_opens_without_the_coins_that_left_before_it(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nobody followed their prices, and the day waited for them for ever."""
    await hass.config_entries.async_unload(account.entry_id)
    server.withdraw("ETH", "2")
    await clock.advance(24 * 3600)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert number(hass, "profit_today") == 0
    server.set_price("KRW-BTC", str(BTC + 2))
    await clock.advance(60)
    assert number(hass, "profit_today") == Decimal(1)


async def test_a_clock_that_is_behind_opens_no_day_with_the_amounts_of_the_last_start(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Tickers of after ten past nine came before the day had begun here, and what came in since was a gain."""
    hass.config_entries.async_update_entry(account, options={"price_interval": 1})
    await clock.advance(90)
    server.deposit("KRW", "5000000")
    await clock.advance(30)
    common = tickers._common  # noqa: SLF001 - tickers of an exchange whose clock is ahead
    monkeypatch.setattr(tickers, "_common", lambda market, now: common(market, now + 2))
    await clock.advance(until_nine() + 7)
    for turn in range(20):
        server.set_price("KRW-BTC", str(BTC + 2 * (turn % 2)))
        server.set_price("KRW-ETH", str(ETH + turn % 2))
        await clock.advance(0.3)
    server.set_price("KRW-BTC", str(BTC))
    server.set_price("KRW-ETH", str(ETH))
    await clock.advance(120)
    assert number(hass, "profit_today") == 0


async def test_a_market_that_left_the_list_does_not_keep_a_day_from_opening(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The closing prices of all were refused for it, until the list was looked at an hour later."""
    await gained(server, clock)
    close(server)
    server.markets.delist("KRW-ETH")
    await clock.advance(180)
    assert number(hass, "profit_today") == 0


async def test_the_closing_prices_of_a_day_do_not_bring_back_a_market_that_has_ended(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """They are asked for, and the answer does not say that it has ended."""
    server.deposit("XRP", "1000")
    await clock.advance(100)
    server.markets["KRW-XRP"].state = "DELISTED"
    server.set_price("KRW-XRP", "3362")
    await clock.advance(100)
    total = number(hass, "total_value")
    assert state(hass, "sensor.upbit_total_value").attributes["unpriced"] == ["XRP"]
    await clock.advance(until_nine() + 120)
    assert number(hass, "total_value") == total
    assert number(hass, "profit_today") == 0


@pytest.mark.parametrize("earlier", [0, 20])
async def test_a_day_opens_although_nothing_is_traded_after_nine(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    earlier: int,
) -> None:
    """An answer that stamps a trade some ms earlier than the stream was none: neither was its close."""
    await clock.advance(100)
    row = tickers.row
    traded = {}
    for code, price in (("KRW-BTC", BTC + 10_000), ("KRW-ETH", ETH + 1)):
        server.set_price(code, str(price))
        traded[code] = ms()
    monkeypatch.setattr(
        tickers,
        "row",
        lambda one: {**row(one), "timestamp": traded.get(one.code, 0) - earlier},
    )
    await clock.advance(until_nine() + 5)
    close(server)
    await clock.advance(120)
    assert number(hass, "profit_today") == 0
