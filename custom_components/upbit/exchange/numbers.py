"""Amounts at the door: JSON becomes Decimal here, digit for digit, or is refused."""

from decimal import Decimal, InvalidOperation
import json
from typing import Final, Never

MOST_DIGITS: Final = 30
"""Integer digits, and decimals, that an amount can have."""

END_OF_TIME: Final = 253_402_214_400_000
"""Milliseconds of the epoch from which on the calendar of some time zone ends: the last day of the year 9999."""


def load(text: str | bytes) -> object:
    """Return a JSON text's value, with its numbers as `Decimal`; raises `ValueError`."""
    return _decoded(text, _AS_DECIMALS)


def load_as_written(text: str | bytes) -> object:
    """Return a JSON text's value, with its numbers as texts: for one of which few count; raises `ValueError`."""
    return _decoded(text, _AS_WRITTEN)


def amount(value: object) -> Decimal:
    """Return a JSON number or string as an amount.

    Raises `ValueError` for what is not finite, negative, or has more than 30 integer digits or
    30 decimals.
    """
    number = _number(value)
    if number.is_signed():
        raise ValueError("negative")
    return number


def change(value: object) -> Decimal:
    """Return a JSON number or string that may be negative, in the same bounds; raises `ValueError`."""
    return _number(value)


def moment(value: object) -> int:
    """Return a JSON number as milliseconds of the epoch; raises `ValueError`."""
    number = amount(value)
    if number != int(number) or number >= END_OF_TIME:
        raise ValueError("not a moment")
    return int(number)


def _number(value: object) -> Decimal:
    if isinstance(value, str):
        if not value.isascii() or "_" in value or value != value.strip():
            raise ValueError("not a number")
        try:
            value = Decimal(value)
        except InvalidOperation as error:
            raise ValueError("not a number") from error
    if not isinstance(value, Decimal):
        raise ValueError("not a number")  # noqa: TRY004 - the caller refuses values, whatever their type
    if not value.is_finite():
        raise ValueError("not finite")
    written = str(value)
    if len(written) <= MOST_DIGITS and "E" not in written:
        # As nearly all are: in plain notation, and too short to be out of bounds.
        return value
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if not value and exponent > 0:
        return Decimal(0)
    if value.adjusted() >= MOST_DIGITS or exponent < -MOST_DIGITS:
        raise ValueError("out of bounds")
    # In plain notation from here on: 1E+3 is 1000.
    return value if exponent <= 0 else Decimal(format(value, "f"))


_BLANKS: Final = " \t\n\r"
"""What may stand around a JSON text."""


def _refuse(constant: str) -> Never:
    raise ValueError(constant)


# Made once: one for each text would cost as much as its decoding.
_AS_DECIMALS: Final = json.JSONDecoder(
    parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse
)
_AS_WRITTEN: Final = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=_refuse
)


def _decoded(text: str | bytes, decoder: json.JSONDecoder) -> object:
    written = (text if isinstance(text, str) else text.decode()).strip(_BLANKS)
    try:
        # What `decode` does besides costs a third of it.
        value, end = decoder.raw_decode(written)
    except (RecursionError, InvalidOperation) as error:
        raise ValueError("not a JSON that Upbit sends") from error
    if end != len(written):
        raise ValueError("more than one JSON")
    return value
