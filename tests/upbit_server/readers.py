"""What may be asked of the exchange: amounts, prices and words, read before anything happens.

Each reader returns what it is asked for, or raises `Impossible`.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
import math
import re
from typing import Final

INTEGER_DIGITS: Final = 30
DECIMALS: Final = 30
"""What an amount has at most."""

PRICE_DIGITS: Final = 15
PRICE_DECIMALS: Final = 8
"""What a price has at most, before and behind its point: products and sums of both stay exact."""

COUNT: Final = 65_535
"""The most there is of anything that is counted; close codes are as large at most."""

_CURRENCY: Final = re.compile(r"[A-Z0-9]{1,20}")

type Amount = str | int | Decimal
"""An amount or a price, exact; a float has lost digits."""


class Impossible(ValueError):
    """What was asked for cannot happen. Its sentence says why, and nothing has happened."""


def positive(value: object) -> Decimal:
    """Return an amount of more than 0."""
    amount = _exact(value)
    if amount <= 0:
        raise Impossible("an amount is more than 0")
    return _within(amount, INTEGER_DIGITS, DECIMALS)


def price(value: object) -> Decimal:
    """Return a price, which is more than 0."""
    return _within(positive(value), PRICE_DIGITS, PRICE_DECIMALS)


def cost(value: object) -> Decimal:
    """Return a price, or 0 for what cost nothing."""
    amount = _exact(value)
    return price(amount) if amount else amount


def amounts(values: object) -> list[Decimal]:
    """Return amounts of more than 0, at least one."""
    if not isinstance(values, list | tuple) or not values:
        raise Impossible("at least one amount is needed, in a list")
    return [positive(value) for value in values]


def currency(value: object) -> str:
    """Return the code of a currency."""
    code = text(value)
    if not _CURRENCY.fullmatch(code):
        raise Impossible(f"not a currency: {code!r}")
    return code


def text(value: object) -> str:
    """Return text, which may be empty."""
    if not isinstance(value, str):
        raise Impossible(f"not text: {value!r}")
    return value


def word(value: object) -> str:
    """Return text that is not empty."""
    read = text(value)
    if not read:
        raise Impossible("text is missing")
    return read


def words(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list | tuple):
        raise Impossible(f"not a list: {value!r}")
    return tuple(word(one) for one in value)


def flag(value: object) -> bool:
    """Return whether something is so."""
    if not isinstance(value, bool):
        raise Impossible(f"neither true nor false: {value!r}")
    return value


def count(value: object) -> int:
    """Return how many, 0 included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Impossible(f"not a whole number: {value!r}")
    if not 0 <= value <= COUNT:
        raise Impossible(f"not within 0 and {COUNT}: {value}")
    return value


def whole(value: object) -> int:
    """Return how many, at least 1."""
    if not (read := count(value)):
        raise Impossible("at least 1 is needed")
    return read


def status(value: object) -> int:
    """Return the status of an answer."""
    read = count(value)
    if not 200 <= read < 600:
        raise Impossible(f"no status of an answer: {read}")
    return read


def close_code(value: object) -> int:
    """Return the code with which a websocket is closed."""
    read = count(value)
    if not 1000 <= read < 5000:
        raise Impossible(f"no close code: {read}")
    return read


def seconds(value: object) -> float:
    """Return seconds, which need not be exact."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Impossible(f"not seconds: {value!r}")
    read = float(value)
    if not math.isfinite(read):
        raise Impossible(f"not seconds: {value}")
    return read


def delays(value: object) -> float | list[float]:
    """Return seconds, or a list of seconds that are met one after the other."""
    if isinstance(value, list):
        return [seconds(one) for one in value]
    return seconds(value)


def seconds_by_name(value: object) -> dict[str, float]:
    """Return seconds by names."""
    if not isinstance(value, Mapping):
        raise Impossible(f"not an object: {value!r}")
    return {word(name): seconds(one) for name, one in value.items()}


def sent(value: object) -> str | bytes:
    """Return what is sent as it is."""
    return value if isinstance(value, bytes) else text(value)


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
