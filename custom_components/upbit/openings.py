"""The moments from which gains count: the baseline, and the opening of each day."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import CONF_DAY_START, DAY_STARTS_AT_MIDNIGHT
from .coordinator import UpbitCoordinator
from .listeners import Topic
from .moments import ms
from .portfolio.activity import Activity, Legs
from .portfolio.day import PendingDay, beginning
from .portfolio.performance import Opening, opened
from .portfolio.quotes import Quotes
from .prices import UpbitPrices
from .publisher import Publisher
from .worth import WorthTracker

CLOSES_KNOWN: Final = timedelta(seconds=10)
"""How long after that a price comes with the closing price of the day before, and is asked for."""

ASK_AGAIN: Final = 60.0
"""Seconds after which closing prices that did not come are asked for again."""


class Openings:
    """Opens baseline and days as soon as every price is there, and keeps their flows."""

    def __init__(
        self,
        coordinator: UpbitCoordinator,
        prices: UpbitPrices,
        worth: WorthTracker,
        publisher: Publisher,
        entry: ConfigEntry,
    ) -> None:
        """Remember what was told before anything is."""
        self._coordinator = coordinator
        self._prices = prices
        self._worth = worth
        self._publisher = publisher
        self._entry = entry
        self._quotes = _remembered(prices.quotes.cash, publisher.ledger.prices)
        self._seen: tuple[object, ...] = ()
        self._traded: tuple[Legs, Opening, Mapping[str, Decimal]] | None = None
        self._pending: PendingDay | None = None
        self._next_day: Callable[[], None] | None = None
        self._asks = False
        entry.async_on_unload(self._cancel)
        self._plan()

    @property
    def day(self) -> Opening | None:
        """The opening of this day, if it is known already."""
        day = self._publisher.ledger.day
        return day if day and self._is_today(day.time) else None

    @property
    def traded(self) -> Mapping[str, Decimal] | None:
        """What trading since the baseline brought and took; `None` while that cannot be known."""
        ledger = self._publisher.ledger
        told, baseline = ledger.told, ledger.baseline
        if baseline is None or baseline.unvalued:
            return None
        if (
            self._traded is None
            or self._traded[0] is not told
            or self._traded[1] is not baseline
        ):
            self._traded = told, baseline, baseline.traded(ledger.amounts)
        return self._traded[2]

    @property
    def waiting(self) -> set[str]:
        """The currencies without whose price something waits: a flow, the opening of the day, a gain."""
        ledger = self._publisher.ledger
        waiting = set(self.traded or ())
        pending = None if self.day else self._pending
        amounts = pending.amounts if pending else {}
        if ledger.baseline:
            amounts = {**amounts, **ledger.baseline.amounts}
        waiting.update(code for code, amount in amounts.items() if amount)
        for opening in (ledger.baseline, ledger.day):
            if opening:
                waiting.update(opening.unvalued)
        return waiting

    @property
    def at_midnight(self) -> bool:
        """Whether the owner's days begin at midnight rather than with the exchange's."""
        return bool(self._entry.options.get(CONF_DAY_START) == DAY_STARTS_AT_MIDNIGHT)

    @callback
    def told(self, activities: tuple[Activity, ...]) -> None:
        """Remember what was told until the day is open; the ledger has counted it where one was."""
        if activities and self.day is None and not self.at_midnight:
            self._pending = self._waiting_day(activities)

    @callback
    def revalued(self) -> Mapping[str, Decimal]:
        """Open what is to be opened, and see whether a currency gained or lost its price.

        Returns the flows that this brought since the baseline, by currency.
        """
        if not self._worth.claimed.complete:
            return {}
        quotes, last = self._prices.quotes, self._quotes
        self._quotes = quotes
        ledger, day = self._publisher.ledger, self.day
        seen = (quotes.listed, ledger.told, ledger.baseline, day)
        waits = any(one is None or one.unvalued for one in (ledger.baseline, day))
        if seen == self._seen and not waits:
            # Prices alone open nothing, and neither does what is not told yet.
            return {}
        self._seen = seen
        told = ledger.amounts
        baseline, flows = ledger.baseline, {}
        if baseline:
            flows = baseline.repriced(told, quotes, last)
            baseline = baseline.priced_anew(told, quotes, last)
        # Yesterday's stays until the closing prices are there.
        day = (
            day.priced_anew(told, quotes, last)
            if day
            else self._opened(quotes) or ledger.day
        )
        baseline = baseline or opened(ms(), told, quotes)
        changed = replace(ledger, baseline=baseline, day=day)
        if changed != ledger:
            self._publisher.note(changed)
            self._coordinator.notify((Topic.GAINS,))
        return flows

    @callback
    def remember_prices(self) -> None:
        """Let the next run know what everything cost last."""
        prices = self._quotes.prices
        needed = self._quotes.needed(self._coordinator.holdings.of)
        self._publisher.note(
            replace(
                self._publisher.ledger,
                prices=MappingProxyType(
                    {code: prices[code] for code in needed if code in prices}
                ),
            )
        )

    @callback
    def set_baseline(self) -> bool:
        """Let gains count from now; tell whether every price of now was there for it."""
        if not self._worth.claimed.complete:
            return False
        ledger = self._publisher.ledger
        baseline = opened(ms(), ledger.amounts, self._prices.quotes)
        if baseline is None:
            return False
        self._publisher.note(replace(ledger, baseline=baseline))
        self._coordinator.notify((Topic.GAINS,))
        return True

    def _opened(self, quotes: Quotes) -> Opening | None:
        """Return the opening of a day that has none yet.

        By the exchange's day it is what was held then at the closing prices, whoever was awake; by
        the owner's it is what is held now.
        """
        if self.at_midnight:
            amounts = self._publisher.ledger.amounts
            begun = ms(dt_util.start_of_local_day())
            return (
                opened(ms(), amounts, quotes)
                if self._prices_told(amounts, begun)
                else None
            )
        self._pending = pending = self._waiting_day()
        # Before, a price may still come with the closing price of another day.
        since = pending.begun + CLOSES_KNOWN // timedelta(milliseconds=1)
        if ms() < since or not self._prices_told(pending.amounts, since):
            return None
        day = pending.opened(quotes)
        if day:
            self._pending = None
        return day

    def _prices_told(self, amounts: Mapping[str, Decimal], moment: int) -> bool:
        """Tell whether the prices of what was held were told at a moment, in ms, or later; else ask for them."""
        held = [code for code, amount in amounts.items() if amount]
        if self._prices.closes_told(held, moment):
            return True
        self._ask()
        return False

    def _waiting_day(self, told: tuple[Activity, ...] = ()) -> PendingDay:
        """Return the day that waits, with what was told just now, which the ledger has counted.

        Whoever asks first on a day begins it: no timer can be relied on for that, since the event
        loop's clock stands still while the machine sleeps, and knows nothing of a clock that is set.
        """
        begun = beginning(ms())
        if self._pending is None or self._pending.begun != begun:
            return PendingDay.first_seen(begun, self._publisher.ledger.amounts, told)
        return self._pending.told(told)

    def _is_today(self, time: int) -> bool:
        """Tell whether a moment, in ms of the epoch, is of this day: not of one before, nor after."""
        if self.at_midnight:
            moment = dt_util.utc_from_timestamp(time / 1000)
            return dt_util.as_local(moment).date() == dt_util.now().date()
        return beginning(time) == beginning(ms())

    @callback
    def _plan(self) -> None:
        """Look again when the next day begins."""
        if self.at_midnight:
            begins = dt_util.start_of_local_day(dt_util.now() + timedelta(days=1))
        else:
            begun = dt_util.utc_from_timestamp(beginning(ms()) / 1000)
            begins = begun + CLOSES_KNOWN
            if begins <= dt_util.utcnow():
                begins += timedelta(days=1)
        self._next_day = async_track_point_in_utc_time(
            self._coordinator.hass, self._begin_day, dt_util.as_utc(begins)
        )

    @callback
    def _begin_day(self, _: datetime) -> None:
        """Open a day at prices that are fetched anew."""
        self._plan()
        self._ask()

    @callback
    def _ask(self) -> None:
        """Ask for the prices with which the day opens, until it does."""
        if not self._asks:
            # Before the task runs, which it does at once.
            self._asks = True
            self._entry.async_create_background_task(
                self._coordinator.hass, self._async_ask(), "Upbit closing prices"
            )

    async def _async_ask(self) -> None:
        await self._prices.async_refresh()
        while self.day is None:
            await asyncio.sleep(ASK_AGAIN)
            await self._prices.async_refresh()
        self._asks = False

    @callback
    def _cancel(self) -> None:
        if self._next_day:
            self._next_day()
            self._next_day = None


def _remembered(cash: str, prices: Mapping[str, Decimal]) -> Quotes:
    return Quotes(cash, frozenset(prices), prices)
