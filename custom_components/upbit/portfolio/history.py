"""What was told over time: bounded, and asked for a span, its counts, and the profit of its sales."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Self

from .activity import TRADES, Activity, Kind
from .amounts import ZERO, plus


@dataclass(frozen=True, slots=True)
class History:
    """The last activities, oldest first, at most `most` of them."""

    activities: tuple[Activity, ...] = ()
    most: int = 1_000

    @property
    def next_id(self) -> int:
        """The first id that is not taken."""
        return self.activities[-1].id + 1 if self.activities else 1

    def with_all(self, activities: Iterable[Activity]) -> Self:
        """Return the history with activities, each once, by its id."""
        known = {activity.id: activity for activity in self.activities}
        known |= {activity.id: activity for activity in activities}
        ordered = sorted(known.values(), key=lambda activity: activity.id)
        return replace(self, activities=tuple(ordered[-self.most :]))

    def span(
        self,
        start: int | None = None,
        end: int | None = None,
        currency: str | None = None,
        kinds: frozenset[Kind] | None = None,
    ) -> tuple[Activity, ...]:
        """Return the activities of a span [start, end) in ms of the epoch."""
        return tuple(
            one
            for one in self.activities
            if (start is None or one.time >= start)
            and (end is None or one.time < end)
            and (currency is None or currency in one.legs)
            and (kinds is None or one.kind in kinds)
        )


def pattern(activities: Iterable[Activity]) -> dict[str, int]:
    """Return how many deposits, withdrawals, trades and fees there were."""
    counts = {"deposits": 0, "withdrawals": 0, "trades": 0, "fees": 0}
    for activity in activities:
        match activity.kind:
            case Kind.DEPOSIT:
                counts["deposits"] += 1
            case Kind.WITHDRAWAL:
                counts["withdrawals"] += 1
            case kind if kind in TRADES:
                counts["trades"] += 1
                counts["fees"] += bool(activity.fee)
    return counts


@dataclass(frozen=True, slots=True)
class Realised:
    """The realised profit (실현손익) of sales, in the cash currency, by period.

    Days are `2026-11-24`, months `2026-11`, years `2026`. `unknown` counts the sales whose fill was
    not seen.
    """

    total: Decimal
    days: dict[str, Decimal]
    months: dict[str, Decimal]
    years: dict[str, Decimal]
    unknown: int


def realised(activities: Iterable[Activity], zone: tzinfo) -> Realised:
    """Return the realised profit of sales, by the calendar of a time zone."""
    periods: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    total, unknown = ZERO, 0
    for sale in activities:
        if sale.kind is not Kind.SELL:
            continue
        if sale.realised is None:
            unknown += 1
            continue
        total = plus(total, sale.realised)
        day = datetime.fromtimestamp(sale.time / 1000, zone).date().isoformat()
        for period in (day, day[:7], day[:4]):
            periods[period] = plus(periods[period], sale.realised)
    return Realised(
        total=total,
        days={period: one for period, one in periods.items() if len(period) == 10},
        months={period: one for period, one in periods.items() if len(period) == 7},
        years={period: one for period, one in periods.items() if len(period) == 4},
        unknown=unknown,
    )
