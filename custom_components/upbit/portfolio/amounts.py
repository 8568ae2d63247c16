"""The contexts of money, and the few functions that add, compare and print it.

Python's default context keeps 28 digits and rounds the rest silently, while two amounts of Upbit
can need more in their sum. So no operator is used on money anywhere else: each sum, difference and
comparison goes through here, and an inexact one raises.
"""

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

ZERO: Final = Decimal(0)


def add(*amounts: Decimal) -> Decimal:
    """Return the exact sum of amounts of one currency, with as many decimals as the finest of them."""
    return reduce(EXACT.add, amounts, ZERO)


def subtract(amount: Decimal, less: Decimal) -> Decimal:
    """Return the exact difference of two amounts of one currency."""
    return EXACT.subtract(amount, less)


def same(amount: Decimal, other: Decimal) -> bool:
    """Tell whether two amounts are equal by value, however they are written."""
    return EXACT.compare(amount, other) == 0


def keep(old: Decimal, new: Decimal) -> Decimal:
    """Return the new amount, or the old one with its text where both are equal by value."""
    return old if same(old, new) else new


def text(amount: Decimal) -> str:
    """Return an amount in plain notation, every digit of it and no exponent."""
    return format(amount, "f")
