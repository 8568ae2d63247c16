"""Prices: what a currency costs in the account's cash currency, by which markets, or why nobody knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from .amounts import divided, minus, times

BRIDGES: Final = ("BTC", "USDT")
"""The quote currencies through which a coin without a market of its own is priced, in this order."""

ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Quotes:
    """What is known of the market.

    `listed` are the codes of its markets (`KRW-BTC`), `None` until the list is loaded; `prices` and
    `closes` (the previous day's) are by code, each in its quote currency.
    """

    cash: str
    listed: frozenset[str] | None = None
    prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    closes: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    def path(self, currency: str) -> tuple[str, ...] | None:
        """Return the markets whose prices multiply to the price, `None` if there are none.

        Nothing is unpriced before the list is loaded: the path is then through a market of its own.
        """
        # Not cached: to recognise another account's equal list costs ten times what this does.
        if currency == self.cash:
            return ()
        own = f"{self.cash}-{currency}"
        if self.listed is None or own in self.listed:
            return (own,)
        for bridge in BRIDGES:
            path = (f"{bridge}-{currency}", f"{self.cash}-{bridge}")
            if self.listed.issuperset(path):
                return path
        return None

    def unpriced(self, currency: str) -> bool:
        """Say whether a currency has no price at all, rather than one that has not come yet."""
        return self.path(currency) is None

    def missing(self, currency: str) -> bool:
        """Say whether a price that should exist has not come yet."""
        return not self.unpriced(currency) and self.price(currency) is None

    def price(self, currency: str) -> Decimal | None:
        """Return the price in the cash currency, `None` if it is unpriced or has not come yet."""
        return _product(self.path(currency), self.prices)

    def close(self, currency: str) -> Decimal | None:
        """Return the previous day's closing price in the cash currency."""
        return _product(self.path(currency), self.closes)

    def change(self, currency: str) -> Decimal | None:
        """Return the change since the previous close (전일대비), in percent."""
        price, close = self.price(currency), self.close(currency)
        if price is None or not close or currency == self.cash:
            return None
        return times(divided(minus(price, close), close), HUNDRED)

    def worth(self, currency: str, amount: Decimal) -> Decimal | None:
        """Return what an amount is worth in the cash currency, if its price is known."""
        price = self.price(currency)
        return None if price is None else times(price, amount)

    def others_than(self, before: Quotes, currencies: Iterable[str]) -> set[str]:
        """Return those of the currencies whose price or close, or the way to it, is another than before."""
        differ = _differ(before.prices, self.prices)
        differ |= _differ(before.closes, self.closes)
        # To compare equal lists is to look each market up.
        relisted = self.listed is not before.listed and self.listed != before.listed
        return {
            currency
            for currency in currencies
            if not differ.isdisjoint(self.path(currency) or ())
            or (relisted and self.path(currency) != before.path(currency))
        }

    def needed(self, currencies: Iterable[str]) -> frozenset[str]:
        """Return the codes of the markets that price these currencies."""
        return frozenset(
            code for currency in currencies for code in self.path(currency) or ()
        )


def _differ(before: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> set[str]:
    return {
        code for code in before.keys() | now.keys() if before.get(code) != now.get(code)
    }


def _product(
    path: tuple[str, ...] | None, prices: Mapping[str, Decimal]
) -> Decimal | None:
    if path is None:
        return None
    product = ONE
    for number, code in enumerate(path):
        price = prices.get(code)
        if price is None:
            return None
        product = times(product, price) if number else price
    return product
