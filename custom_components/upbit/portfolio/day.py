"""The exchange's day: when it begins, and what it opens with once its closing prices are there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Self

from .activity import Activity, together
from .amounts import ZERO, subtract
from .performance import Opening, opened
from .quotes import Quotes

DAY: Final = 86_400_000
"""The ms of a day of the exchange, which begins at midnight in UTC: 09:00 in Korea."""


def beginning(time: int) -> int:
    """Return when the day of a moment began, both in ms of the epoch."""
    return time // DAY * DAY


@dataclass(frozen=True, slots=True)
class PendingDay:
    """A day that has begun and waits for the closing prices of the day before.

    `begun` in ms of the epoch; `amounts` is what was told to be held before anything was told on
    this day, by currency; `since` is what was.
    """

    begun: int
    amounts: Mapping[str, Decimal]
    since: tuple[Activity, ...] = ()

    @classmethod
    def first_seen(
        cls,
        begun: int,
        amounts: Mapping[str, Decimal],
        counted: tuple[Activity, ...] = (),
    ) -> Self:
        """Return a day that nobody saw begin before these activities; `amounts` has them counted."""
        moved = {
            code: subtract(amounts.get(code, ZERO), leg.total)
            for code, leg in together(*(one.legs for one in counted)).items()
        }
        return cls(begun, MappingProxyType({**amounts, **moved}), counted)

    def told(self, activities: tuple[Activity, ...]) -> Self:
        """Count what was told."""
        return replace(self, since=(*self.since, *activities))

    def opened(self, quotes: Quotes) -> Opening | None:
        """Return its opening at the closing prices, `None` while one of them is missing."""
        closes = {code: quotes.close(code) for code in self.amounts}
        opening = opened(self.begun, self.amounts, quotes, closes)
        for activity in self.since:
            opening = opening and opening.after(activity, quotes)
        return opening
