"""The two contexts of money, and the few functions that calculate with it and print it.

Python's default context keeps 28 digits and rounds the rest silently, while two amounts of Upbit
can need more in their sum. So no operator that calculates is used on money anywhere else: amounts
are added exactly or not at all, and only worth, which is a product with a price, is rounded.
Comparisons (`<`, `==`) and `max` of Python are exact by themselves.
"""

from collections.abc import Callable
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Underflow,
)
from functools import reduce
from typing import Final

EXACT: Final = Context(
    prec=100, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Underflow]
)
"""For sums and differences: 100 digits, and `decimal.Inexact` when they do not suffice."""

WORTH: Final = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])
"""For prices, products and ratios: 50 digits, rounded."""

SUMS: Final = Context(prec=400, traps=[Inexact, InvalidOperation, Overflow])
"""For sums of worths that are kept and moved by differences: exact, whatever worths they are of."""

CONCISE: Final = Context(prec=15)

ZERO: Final = Decimal(0)

TINY: Final = Decimal("0.00000001")
"""The least amount that is told: smaller remainders are carried."""


def add(*amounts: Decimal) -> Decimal:
    """Return the exact sum of amounts of one currency, with as many decimals as the finest of them."""
    return reduce(EXACT.add, amounts) if amounts else ZERO


def subtract(amount: Decimal, less: Decimal) -> Decimal:
    """Return the exact difference of two amounts of one currency."""
    return EXACT.subtract(amount, less)


def negative(amount: Decimal) -> Decimal:
    """Return the amount with the other sign."""
    return amount.copy_negate() if amount else ZERO


def tells(change: Decimal) -> bool:
    """Say whether a change is large enough to be told."""
    return change.copy_abs() > TINY


def covers(change: Decimal, part: Decimal) -> bool:
    """Say whether a change can have another one in it, which goes the same way."""
    return (change > ZERO) == (part > ZERO) and not tells(
        max(subtract(part.copy_abs(), change.copy_abs()), ZERO)
    )


def times(price: Decimal, amount: Decimal) -> Decimal:
    """Return a product, as worth."""
    return WORTH.multiply(price, amount)


def divided(worth: Decimal, by: Decimal) -> Decimal:
    """Return a quotient, as worth; raises `decimal.DivisionByZero`."""
    return WORTH.divide(worth, by)


def plus(*worths: Decimal) -> Decimal:
    """Return the sum of worths of one currency."""
    return reduce(WORTH.add, worths, ZERO)


def minus(worth: Decimal, less: Decimal) -> Decimal:
    """Return the difference of two worths of one currency."""
    return WORTH.subtract(worth, less)


def replaced(total: Decimal, old: Decimal | None, new: Decimal | None) -> Decimal:
    """Return an exact sum of worths in which one takes the place of another; `None` counts as nothing."""
    if old == new:
        return total
    if old:
        total = SUMS.subtract(total, old)
    return SUMS.add(total, new) if new else total


def as_worth(total: Decimal) -> Decimal:
    """Return an exact sum of worths as a worth."""
    return WORTH.plus(total)


def concise(price: Decimal) -> Decimal:
    """Return a price that was divided, with 15 digits that count."""
    result = CONCISE.plus(price)
    return result.normalize(CONCISE) if result else ZERO


def keep(old: Decimal, new: Decimal) -> Decimal:
    """Return the new amount, or the old one with its text where both are equal by value."""
    return old if old == new else new


def text(amount: Decimal) -> str:
    """Return an amount in plain notation, every digit of it and no exponent."""
    return format(amount, "f")


def tellable(worth: Decimal) -> Decimal:
    """Return a worth as an amount that can be told: in whole parts of the least one."""
    return worth.quantize(TINY, context=WORTH)


def rounding(decimals: int) -> Callable[[Decimal], str]:
    """Return what writes worths with so many decimals, half to even, in plain notation; never a negative zero."""
    quantum = Decimal(1).scaleb(-decimals)

    def rounded(worth: Decimal) -> str:
        result = worth.quantize(quantum, context=WORTH)
        return format(result or result.copy_abs(), "f")

    return rounded


def trimmed(amount: Decimal) -> str:
    """Return a change in plain notation, without the zeros that calculating left at its end."""
    digits = text(amount)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
