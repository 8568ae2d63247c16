"""What an activity was worth: flows at the prices of now, the realised profit of a sale."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from .activity import FLOWS, Activity, How, Kind, Leg
from .amounts import ZERO, add, minus, subtract, tells, times
from .holdings import NOTHING, AverageBuyPrice, Holding
from .quotes import Quotes


class Averages:
    """The average buy prices at which sales are made.

    One comes with a snapshot, for the amount that is held in it. It is that before a sale as long as
    nothing but sales, which do not move it, has been told since.
    """

    def __init__(self) -> None:
        """Begin without a sale."""
        self._sold: dict[str, tuple[AverageBuyPrice, Decimal]] = {}
        self._seen: dict[str, AverageBuyPrice | None] = {}

    def before(
        self,
        activities: Iterable[Activity],
        told: Mapping[str, Leg],
        shown: Mapping[str, Holding],
    ) -> dict[str, AverageBuyPrice]:
        """Return the averages, by currency, of what these activities sell, where they are known.

        `told` is what was told before them.
        """
        changes: dict[str, Decimal] = {}
        mixed: set[str] = set()
        for activity in activities:
            for code, leg in activity.legs.items():
                if not leg.total:
                    continue
                changes[code] = add(changes.get(code, ZERO), leg.total)
                if activity.kind is not Kind.SELL or code != activity.currency:
                    mixed.add(code)
        known = {}
        for code in changes.keys() - mixed:
            average = shown.get(code, NOTHING).average
            if average is None:
                continue
            last, sold = self._sold.get(code, (average, ZERO))
            if last != average:
                sold = ZERO
            before = told.get(code, Leg()).total
            held, left = add(before, sold), add(before, changes[code])
            if average != self._seen.get(code) and not tells(
                subtract(left, average.total)
            ):
                # It came after these sales, and before they were told.
                known[code] = average
                self._sold[code] = average, ZERO
            elif not tells(subtract(held, average.total)):
                known[code] = average
                self._sold[code] = average, subtract(sold, changes[code])
        for code in changes:
            self._seen[code] = shown.get(code, NOTHING).average
        return known


def appraised(
    activity: Activity, average: AverageBuyPrice | None, quotes: Quotes
) -> Activity:
    """Return an activity with its worth, or its profit; `average` is what was sold had been bought at.

    A sale whose fill was seen realises funds - fee - volume x the average before it. What has no price
    is unknown.
    """
    if activity.kind in FLOWS:
        worth = quotes.worth(activity.currency, activity.amount)
        return replace(activity, worth=worth)
    if activity.kind is not Kind.SELL or activity.how is not How.ORDER:
        return activity
    quote, price = activity.counter_currency, activity.price
    if average is None or quote is None or price is None:
        return activity
    volume = activity.amount.copy_abs()
    got = quotes.worth(quote, minus(times(price, volume), activity.fee or ZERO))
    cost = quotes.worth(average.unit_currency, times(volume, average.price))
    if got is None or cost is None:
        return activity
    return replace(activity, realised=minus(got, cost))
