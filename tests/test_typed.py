"""Numbers as people type them."""

from decimal import Decimal

import pytest

from custom_components.upbit.typed import number


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1234567.5", "1234567.5"),
        ("1,234,567.5", "1234567.5"),
        (" 1 234 567 ", "1234567"),
        ("1_000", "1000"),
        ("12,345", "12345"),
        ("-5", "-5"),
        (".5", "0.5"),
        ("1e-8", "0.00000001"),
        ("9" * 30, "9" * 30),
        ("0." + "1" * 30, "0." + "1" * 30),
    ],
)
def test_a_number_is_taken_as_people_write_it(typed: str, expected: str) -> None:
    """With separators of thousands, and every digit."""
    assert number(typed) == Decimal(expected)


@pytest.mark.parametrize(
    "typed",
    ["0,5", "0,001", "0,500", "1,5", "12,34", "1,2,3", "1.234,5", "1,234 567", "1__0"],
)
def test_a_decimal_comma_is_no_separator_of_thousands(typed: str) -> None:
    """Half a bitcoin was taken for five."""
    assert number(typed) is None


@pytest.mark.parametrize("typed", ["9" * 31, "1e30", "0." + "1" * 31, "0e-31"])
def test_a_number_has_no_more_digits_than_amounts_have(typed: str) -> None:
    """The exponent was limited, and the digits were not."""
    assert number(typed) is None


@pytest.mark.parametrize("typed", ["", " ", ".", "-", "e5", "NaN", "inf", "1e9" * 20])
def test_what_is_no_number_is_refused(typed: str) -> None:
    """Whatever Python would make of it."""
    assert number(typed) is None
