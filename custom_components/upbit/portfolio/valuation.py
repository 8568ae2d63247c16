"""What is held is worth what, and what was gained on it, by the exchange's average buy prices.

All worths are in the account's cash currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from .amounts import ZERO, divided, minus, plus, times
from .holdings import Holding
from .quotes import HUNDRED, Quotes


@dataclass(frozen=True, slots=True)
class Worth:
    """What is held of one currency is worth; `None` is what nobody knows yet.

    `cost`, `profit` and `profit_rate` (percent) are of the amount that the average buy price belongs
    to: after a fill they stand still until a snapshot brings the new average.
    """

    unpriced: bool = False
    price: Decimal | None = None
    value: Decimal | None = None
    locked: Decimal | None = None
    cost: Decimal | None = None
    profit: Decimal | None = None
    profit_rate: Decimal | None = None
    free: bool = False
    """Whether it cost nothing: an airdrop, or a deposit without a price."""


def worth_of(currency: str, holding: Holding, quotes: Quotes) -> Worth:
    """Return what a holding is worth."""
    if quotes.unpriced(currency):
        return Worth(unpriced=True)
    price = quotes.price(currency)
    if price is None:
        return Worth()
    worth = Worth(
        price=price,
        value=times(price, holding.total),
        locked=times(price, holding.locked),
    )
    average = holding.average
    if average is None or currency == quotes.cash:
        return worth
    unit = quotes.price(average.unit_currency)
    if unit is None:
        return worth
    cost = times(average.total, average.price, unit)
    profit = minus(times(average.total, price), cost)
    return Worth(
        price=price,
        value=worth.value,
        locked=worth.locked,
        cost=cost,
        profit=profit,
        profit_rate=times(divided(profit, cost), HUNDRED) if cost else None,
        free=not average.price,
    )


@dataclass(frozen=True, slots=True)
class AccountWorth:
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


def account_worth(worths: Mapping[str, Worth], cash: str) -> AccountWorth:
    """Return the sums of all currencies' worths."""
    unpriced = tuple(code for code, worth in worths.items() if worth.unpriced)
    missing = tuple(
        code
        for code, worth in worths.items()
        if not worth.unpriced and worth.value is None
    )
    if missing:
        return AccountWorth(unpriced=unpriced, missing=missing)
    coins = {code: worth for code, worth in worths.items() if code != cash}
    coins_value = plus(*(worth.value for worth in coins.values() if worth.value))
    total = plus(*(worth.value for worth in worths.values() if worth.value))
    locked = plus(*(worth.locked for worth in worths.values() if worth.locked))
    cost = plus(*(worth.cost for worth in coins.values() if worth.cost))
    profit = plus(*(worth.profit for worth in coins.values() if worth.profit))
    known = all(worth.unpriced or worth.cost is not None for worth in coins.values())
    return AccountWorth(
        total_value=total,
        coins_value=coins_value,
        total_cost=cost if known else None,
        profit=profit if known else None,
        profit_rate=times(divided(profit, cost), HUNDRED) if known and cost else None,
        locked_ratio=times(divided(locked, total), HUNDRED) if total else ZERO,
        unpriced=unpriced,
        free=MappingProxyType(
            {
                code: worth.value
                for code, worth in coins.items()
                if worth.free and worth.value
            }
        ),
    )
