"""Numbers and currencies as people type them."""

from decimal import Decimal
import re
from typing import Final

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

MOST_DIGITS: Final = 30
"""Before the decimal point, and behind it."""

TYPED: Final = re.compile(
    r"[+-]?(?:\d*|[1-9]\d{0,2}([,_ ])\d{3}(?:\1\d{3})*)(?:\.\d*)?(?:e[+-]?\d+)?",
    re.ASCII | re.IGNORECASE,
)
"""A separator groups by thousands, or it may be the decimal comma of another country."""


def number(typed: str) -> Decimal | None:
    """Return the number that was typed, with separators of thousands or without; `None` if it is none."""
    plain = typed.strip()
    match = TYPED.fullmatch(plain)
    if match is None:
        return None
    if separator := match[1]:
        plain = plain.replace(separator, "")
    try:
        value = Decimal(plain)
    except ArithmeticError:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -MOST_DIGITS:
        return None
    return value if value.adjusted() < MOST_DIGITS else None


def currency_code(typed: object) -> str:
    """Validate a currency code; its case does not matter, nor do blanks around it."""
    code = cv.string(typed).strip()
    if not code:
        raise vol.Invalid("no currency")
    return code.upper()
