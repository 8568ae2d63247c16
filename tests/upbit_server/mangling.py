"""Frames that cannot be read, made of ones that can."""

from collections.abc import Callable, Mapping
import re
from types import MappingProxyType
from typing import Final

HUGE: Final = 10_000_000
"""Bytes of a frame that is far too large."""


def _with_amount(amount: str) -> Callable[[str], str]:
    return lambda frame: re.sub(r'("(?:balance|b)":)[^,}]+', rf"\g<1>{amount}", frame)


def _with_currency(currency: str) -> Callable[[str], str]:
    return lambda frame: re.sub(
        r'("(?:currency|cu)":)"\w+"', rf"\g<1>{currency}", frame
    )


MANGLED: Final[Mapping[str, Callable[[str], str | bytes]]] = MappingProxyType(
    {
        "huge": lambda frame: f'{frame[:-1]},"x":"{"y" * HUGE}"}}',
        "not UTF-8": lambda frame: frame.encode().replace(b'"type"', b'"\xff\xfe"'),
        "cut": lambda frame: frame[: len(frame) // 2],
        "empty": lambda _: "",
        "NaN": _with_amount("NaN"),
        "infinite": _with_amount("Infinity"),
        "negative": _with_amount("-1"),
        "a word": _with_amount('"much"'),
        "a list": _with_amount("[1]"),
        "currency a number": _with_currency("7"),
        "currency nothing": _with_currency("null"),
        "currency a list": _with_currency('["BTC"]'),
        "currency too long": _with_currency(f'"{"B" * 500}"'),
        "a stamp past all time": lambda frame: re.sub(
            r'("(?:asset_timestamp|asttms)":)\d+', r"\g<1>999999999999999", frame
        ),
    }
)
"""By the name that the fault `mangle` takes."""
