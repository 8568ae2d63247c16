"""What was gained since a moment: worth now, less worth then, less what went in and out between."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from .activity import FLOWS, Activity
from .amounts import ZERO, add, minus, negative, plus, subtract, times
from .mappings import updated
from .quotes import Quotes


@dataclass(frozen=True, slots=True)
class Opening:
    """A moment from which gains count: a baseline, or the opening of a day.

    `time` in ms of the epoch, `amounts` by currency, `value` their worth then; `flows` is the worth
    of what went in and out since, `units` the same by currency, `unvalued` what of it waits for a
    price, `priced` the currencies that count.
    """

    time: int
    amounts: Mapping[str, Decimal]
    value: Decimal
    priced: frozenset[str]
    flows: Decimal = ZERO
    units: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    unvalued: Mapping[str, Decimal] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def after(self, activity: Activity, quotes: Quotes) -> Opening:
        """Count an activity: what it brought in or out is valued at the prices of now."""
        moved = (code for code, leg in activity.legs.items() if leg.total)
        counted = self.priced.union(code for code in moved if not quotes.unpriced(code))
        opening = self if counted == self.priced else replace(self, priced=counted)
        if activity.kind not in FLOWS:
            return opening
        for currency, leg in activity.legs.items():
            if leg.total:
                opening = _flowed(opening, currency, leg.total, quotes)
        return opening

    def repriced(
        self, amounts: Mapping[str, Decimal], quotes: Quotes, last: Quotes
    ) -> dict[str, Decimal]:
        """Return the flows that prices bring, by currency: of what waited for one, or gains or loses it.

        `amounts` is what was told to be held, `last` the quotes before these.
        """
        priced = _priced(amounts, quotes)
        gained = {code: amounts[code] for code in priced - self.priced}
        flows = {
            code: quotes.worth(code, amount) or ZERO
            for code, amount in {**gained, **self.unvalued}.items()
            if not quotes.missing(code)
        }
        for code in self.priced - priced:
            if lost := amounts.get(code):
                flows[code] = negative(last.worth(code, lost) or ZERO)
        return flows

    def priced_anew(
        self, amounts: Mapping[str, Decimal], quotes: Quotes, last: Quotes
    ) -> Opening:
        """Value what waited for a price; a coin that gains or loses its price is a flow at that price.

        Takes what `repriced` takes.
        """
        priced = _priced(amounts, quotes)
        kept = (code for code in self.priced if code in priced or not amounts.get(code))
        come = (code for code in priced if not quotes.missing(code))
        counted = frozenset((*kept, *come))
        flows = plus(self.flows, *self.repriced(amounts, quotes, last).values())
        waits = {
            code: amount
            for code, amount in self.unvalued.items()
            if quotes.missing(code)
        }
        anew = replace(
            self, flows=flows, priced=counted, unvalued=MappingProxyType(waits)
        )
        return self if anew == self else anew

    def profit(self, total_value: Decimal | None) -> Decimal | None:
        """Return what was gained since, `None` while a price is missing."""
        if total_value is None or self.unvalued:
            return None
        return minus(total_value, plus(self.value, self.flows))

    def traded(self, amounts: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        """Return what trading brought since, or took, of each currency of which it did."""
        traded = {
            currency: subtract(
                amounts.get(currency, ZERO),
                add(self.amounts.get(currency, ZERO), self.units.get(currency, ZERO)),
            )
            for currency in amounts.keys() | self.amounts.keys()
        }
        return {currency: amount for currency, amount in traded.items() if amount}


def gain_of(traded: Mapping[str, Decimal], quotes: Quotes) -> Decimal | None:
    """Return what was traded is worth by now, given and got together; `None` while a price is missing."""
    gains = []
    for currency, amount in traded.items():
        if quotes.unpriced(currency):
            continue
        price = quotes.price(currency)
        if price is None:
            return None
        gains.append(times(price, amount))
    return plus(*gains)


def opened(
    time: int,
    amounts: Mapping[str, Decimal],
    quotes: Quotes,
    prices: Mapping[str, Decimal | None] | None = None,
) -> Opening | None:
    """Return the opening of now, `None` while a price is missing.

    `prices` are other prices than those of now, by currency: the previous day's closing ones.
    """
    value = ZERO
    priced = set()
    for currency, amount in amounts.items():
        if not amount or quotes.unpriced(currency):
            continue
        price = quotes.price(currency) if prices is None else prices[currency]
        if price is None:
            return None
        priced.add(currency)
        value = plus(value, times(price, amount))
    return Opening(time, MappingProxyType(dict(amounts)), value, frozenset(priced))


def _priced(amounts: Mapping[str, Decimal], quotes: Quotes) -> frozenset[str]:
    """Return the currencies that are held and have a price."""
    return frozenset(
        code for code, amount in amounts.items() if amount and not quotes.unpriced(code)
    )


def _flowed(
    opening: Opening, currency: str, amount: Decimal, quotes: Quotes
) -> Opening:
    """Count what came in or went out; without a price that should be there it waits."""
    counted = replace(opening, units=_with(opening.units, currency, amount))
    if quotes.unpriced(currency):
        return counted
    worth = quotes.worth(currency, amount)
    if worth is not None:
        return replace(counted, flows=plus(opening.flows, worth))
    return replace(counted, unvalued=_with(opening.unvalued, currency, amount))


def _with(
    amounts: Mapping[str, Decimal], currency: str, amount: Decimal
) -> Mapping[str, Decimal]:
    return updated(amounts, {currency: add(amounts.get(currency, ZERO), amount)})
