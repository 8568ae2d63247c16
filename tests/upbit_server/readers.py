"""What may be asked of the exchange: amounts, prices and words, read before anything happens."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

INTEGER_DIGITS: Final = 30
DECIMALS: Final = 30
"""What an amount has at most."""

PRICE_DIGITS: Final = 15
PRICE_DECIMALS: Final = 8
"""What a price has at most, before and behind its point: products and sums of both stay exact."""

type Amount = str | int | Decimal
"""An amount or a price, exact; a float has lost digits."""


class Impossible(ValueError):
    """What was asked for cannot happen. Its sentence says why, and nothing has happened."""


def positive(value: object) -> Decimal:
    """Return an amount of more than 0; raises `Impossible`."""
    amount = _exact(value)
    if amount <= 0:
        raise Impossible("an amount is more than 0")
    return _within(amount, INTEGER_DIGITS, DECIMALS)


def price(value: object) -> Decimal:
    """Return a price, which is more than 0; raises `Impossible`."""
    return _within(positive(value), PRICE_DIGITS, PRICE_DECIMALS)


def cost(value: object) -> Decimal:
    """Return a price, or 0 for what cost nothing; raises `Impossible`."""
    amount = _exact(value)
    return price(amount) if amount else amount


def amounts(values: Iterable[object]) -> list[Decimal]:
    """Return amounts of more than 0, at least one; raises `Impossible`."""
    read = [positive(value) for value in values]
    if not read:
        raise Impossible("at least one amount is needed")
    return read


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Impossible(f"not an exact number: {value!r}")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise Impossible(f"not a number: {value}") from error
    if not amount.is_finite():
        raise Impossible(f"not a number: {value}")
    return amount


def _within(amount: Decimal, digits: int, decimals: int) -> Decimal:
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)
    if amount.adjusted() >= digits or -exponent > decimals:
        raise Impossible(f"more than {digits} digits, or {decimals} decimals: {amount}")
    return amount
