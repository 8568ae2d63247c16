"""What everything that is held is worth, and what was gained on it, by the exchange's average buy prices.

All worths are in the account's cash currency.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from .amounts import ZERO, as_worth, divided, minus, replaced, times
from .holdings import Holding
from .quotes import HUNDRED, Quotes


class Worth(NamedTuple):
    """The worth of what is held of one currency; `None` is what nobody knows yet.

    `cost` and `profit` are of the amount that the average buy price belongs to: after a fill they
    stand still until a snapshot brings the new average. `free` is what cost nothing: an airdrop, or
    a deposit without a price.
    """

    unpriced: bool = False
    price: Decimal | None = None
    value: Decimal | None = None
    locked: Decimal | None = None
    cost: Decimal | None = None
    profit: Decimal | None = None
    free: bool = False

    @property
    def profit_rate(self) -> Decimal | None:
        """The profit in percent of the cost."""
        return rate(self.profit, self.cost)


NO_WORTH: Final = Worth()


def rate(profit: Decimal | None, cost: Decimal | None) -> Decimal | None:
    """Return a profit in percent of its cost, `None` where there is none."""
    if profit is None or not cost:
        return None
    return times(divided(profit, cost), HUNDRED)


def worth_of(currency: str, holding: Holding, quotes: Quotes) -> Worth:
    """Return what a holding is worth."""
    price = quotes.price(currency)
    if not holding.total:
        # No snapshot has an average of it.
        return Worth(False, price, ZERO, ZERO, ZERO, ZERO)
    if price is None:
        return Worth(unpriced=True) if quotes.unpriced(currency) else NO_WORTH
    value, locked = times(price, holding.total), times(price, holding.locked)
    average = holding.average
    if average is None or currency == quotes.cash:
        return Worth(False, price, value, locked)
    unit = quotes.price(average.unit_currency)
    if unit is None:
        return Worth(False, price, value, locked)
    cost = times(times(average.total, average.price), unit)
    # Nearly always all of it is what the average belongs to.
    whole = average.total is holding.total
    profit = minus(value if whole else times(average.total, price), cost)
    return Worth(False, price, value, locked, cost, profit, not average.price)


class AccountWorth(NamedTuple):
    """What the account is worth: 총 보유자산, 총 평가금액, 총 매수금액, 총 평가손익, 총 수익률.

    Without a price that should exist and has not come yet, everything it enters is unknown.
    `profit_rate` and `locked_ratio` are percent; `free` are coins that cost nothing, with their worth.
    """

    total_value: Decimal | None = None
    coins_value: Decimal | None = None
    total_cost: Decimal | None = None
    profit: Decimal | None = None
    profit_rate: Decimal | None = None
    locked_ratio: Decimal | None = None
    unpriced: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    free: Mapping[str, Decimal] = MappingProxyType({})

    @property
    def complete(self) -> bool:
        """Whether every price that should exist is there."""
        return self.total_value is not None


class WorthSums:
    """The sums of the worths of what is held, moved by what differs: a price or a fill costs by itself."""

    def __init__(self, cash: str) -> None:
        """Begin with nothing; `cash` is no coin."""
        self._cash = cash
        self._of: dict[str, Worth] = {}
        self._coins = self._cash_value = self._locked = self._cost = self._profit = ZERO
        self._unpriced: set[str] = set()
        self._missing: set[str] = set()
        self._costs_unknown: set[str] = set()
        self._free: dict[str, Decimal] = {}

    def take(self, currency: str, worth: Worth | None) -> None:
        """Count a worth in place of the one that the currency had; `None` if nothing of it is held."""
        old = self._of.pop(currency, NO_WORTH)
        new = NO_WORTH if worth is None else worth
        if worth is not None:
            self._of[currency] = worth
        has_market = worth is not None and not worth.unpriced
        self._locked = replaced(self._locked, old.locked, new.locked)
        _mark(self._unpriced, currency, new.unpriced)
        _mark(self._missing, currency, has_market and new.value is None)
        if currency == self._cash:
            self._cash_value = replaced(self._cash_value, old.value, new.value)
            return
        self._coins = replaced(self._coins, old.value, new.value)
        self._cost = replaced(self._cost, old.cost, new.cost)
        self._profit = replaced(self._profit, old.profit, new.profit)
        _mark(self._costs_unknown, currency, has_market and new.cost is None)
        if new.free and new.value:
            self._free[currency] = new.value
        else:
            self._free.pop(currency, None)

    @property
    def account(self) -> AccountWorth:
        """The account's worth."""
        unpriced = tuple(sorted(self._unpriced))
        if self._missing:
            return AccountWorth(unpriced=unpriced, missing=tuple(sorted(self._missing)))
        total = as_worth(replaced(self._coins, None, self._cash_value))
        locked, cost, profit = map(as_worth, (self._locked, self._cost, self._profit))
        known = not self._costs_unknown
        return AccountWorth(
            total_value=total,
            coins_value=as_worth(self._coins),
            total_cost=cost if known else None,
            profit=profit if known else None,
            profit_rate=rate(profit, cost) if known else None,
            locked_ratio=times(divided(locked, total), HUNDRED) if locked else ZERO,
            unpriced=unpriced,
            free=MappingProxyType(self._free.copy()),
        )


def _mark(marked: set[str], currency: str, is_so: bool) -> None:
    if is_so:
        marked.add(currency)
    else:
        marked.discard(currency)
