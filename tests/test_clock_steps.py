"""The turn of a day on a machine that sleeps, or whose clock is set: the timers of the event loop do not follow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock, until_nine
from .test_account import state
from .test_days import close
from .test_worth import BTC, number
from .upbit_server import UpbitServer

TEN_DAYS = 864_000.0


def opened(hass: HomeAssistant) -> datetime:
    """Return when the day began from which the gains of today count."""
    today = state(hass, "sensor.upbit_profit_today")
    return datetime.fromisoformat(today.attributes["last_reset"])


async def test_a_deposit_right_after_a_sleep_over_nine_counts_once(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It was in the amounts with which the day opened, and came in since: a loss of all of it."""
    clock.set_wall(until_nine() + 1200)
    close(server)
    # The network is not there yet.
    server.fault(answer="500", answer_paths=["/v1/ticker"])
    server.deposit("KRW", "1000000")
    await clock.advance(30)
    server.fault(answer=None)
    await clock.advance(300)
    assert number(hass, "profit_today") == 0


async def test_a_timer_that_comes_hours_late_leaves_no_amounts_of_yesterday(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A machine that sleeps over nine each night: what came in before was a gain of the next day."""
    clock.set_wall(until_nine() + 1200)
    server.set_price("KRW-BTC", str(BTC + 2))
    # The timer of yesterday's nine comes, with a day that is open already.
    await clock.advance(until_nine() - 3600)
    server.deposit("KRW", "1000000")
    await clock.advance(15)
    clock.set_wall(7200)
    close(server)
    server.set_price("KRW-BTC", str(BTC))
    await clock.advance(300)
    assert number(hass, "profit_today") == -1


@pytest.mark.parametrize("options", [{}, {"day_start": "midnight"}])
async def test_a_day_that_a_wrong_clock_opened_ends_with_the_right_one(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    options: dict[str, Any],
) -> None:
    """It was ten days ahead, and no day opened for as long."""
    hass.config_entries.async_update_entry(account, options=options)
    await clock.settle()
    clock.set_wall(TEN_DAYS)
    server.deposit("KRW", "1000000")
    await clock.advance(120)
    assert opened(hass) > datetime.now(UTC) - timedelta(days=1)
    clock.set_wall(-TEN_DAYS)
    # The exchange's clock went back as well: a new connection takes what has an earlier stamp.
    server.fault(close=1006)
    await clock.advance(30)
    server.deposit("KRW", "1000000")
    await clock.advance(120)
    assert opened(hass) <= datetime.now(UTC)
    assert number(hass, "profit_today") == 0


async def test_a_day_that_a_wrong_clock_opened_in_the_last_run_is_no_day(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A device without a clock of its own starts with any time."""
    await hass.config_entries.async_unload(account.entry_id)
    clock.set_wall(TEN_DAYS)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    await hass.config_entries.async_unload(account.entry_id)
    clock.set_wall(-TEN_DAYS)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert opened(hass) <= datetime.now(UTC)
    server.deposit("KRW", "1000000")
    await clock.advance(60)
    assert number(hass, "profit_today") == 0
