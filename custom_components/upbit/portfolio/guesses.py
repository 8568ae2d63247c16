"""Trades that were told by their pattern, which a fill that comes late may complete.

Times are seconds of one monotonic clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from .activity import TRADES, Activity, Fill, How, Kind, executed
from .amounts import ZERO, add, subtract, tells
from .holdings import AverageBuyPrice

COMPLETES_FOR: Final = 60.0
"""Seconds in which a late fill completes a trade."""


class Guess:
    """A trade that was told by its pattern, which late fills may complete."""

    def __init__(
        self, activity: Activity, average: AverageBuyPrice | None, now: float
    ) -> None:
        """Begin without a fill; `average` is what was sold had been bought at, if that is known."""
        self.activity = activity
        self.average = average
        self.until = now + COMPLETES_FOR
        self.fills: list[Fill] = []

    def covers(self, fill: Fill, now: float) -> bool:
        """Tell whether a fill can be a part of the trade."""
        trade = self.activity
        left = subtract(
            trade.amount.copy_abs(), add(*(one.volume for one in self.fills))
        )
        return (
            now <= self.until
            and (trade.currency, trade.counter_currency) == (fill.base, fill.quote)
            and (trade.kind is Kind.BUY) == fill.buys
            and not tells(max(subtract(fill.volume, left), ZERO))
        )

    def take(self, fill: Fill) -> None:
        """Give the trade the price, the fee and the order of its fills."""
        self.fills.append(fill)
        known = executed(tuple(self.fills))
        self.activity = replace(
            self.activity,
            how=How.ORDER,
            price=known.price,
            fee=known.fee,
            order=known.order,
        )


class Guesses:
    """The trades that were told by their pattern of late."""

    def __init__(self) -> None:
        """Begin with none."""
        self._guesses: list[Guess] = []

    def told(
        self,
        activities: Iterable[Activity],
        averages: Mapping[str, AverageBuyPrice],
        now: float,
    ) -> None:
        """Keep the trades among activities that were told without their fills, and forget old ones.

        `averages` are those of what they sold, by currency.
        """
        self._guesses = [guess for guess in self._guesses if now <= guess.until]
        self._guesses += [
            Guess(one, averages.get(one.currency), now)
            for one in activities
            if one.kind in TRADES and one.how is not How.ORDER
        ]

    def completed(self, fill: Fill, now: float) -> Guess | None:
        """Return the guess that a late fill completes, if there is one."""
        for guess in self._guesses:
            if guess.covers(fill, now):
                guess.take(fill)
                return guess
        return None
