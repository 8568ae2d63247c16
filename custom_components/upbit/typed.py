"""Numbers as people type them."""

from decimal import Decimal
from typing import Final

MOST_DIGITS: Final = 30


def number(typed: str) -> Decimal | None:
    """Return the number that was typed, with separators of thousands or without; `None` if it is none."""
    plain = typed.strip().replace(",", "").replace("_", "").replace(" ", "")
    try:
        value = Decimal(plain)
    except ArithmeticError:
        return None
    if not plain.isascii() or not value.is_finite():
        return None
    if value.adjusted() >= MOST_DIGITS or (value and value.adjusted() < -MOST_DIGITS):
        return None
    return value
