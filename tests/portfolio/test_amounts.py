"""Amounts: exact where they are added, plain where they are printed."""

from decimal import Decimal, Inexact

from hypothesis import given, strategies as st
import pytest

from custom_components.upbit.portfolio.amounts import add, keep, subtract, text

AMOUNTS = st.builds(
    lambda whole, decimals, scale: Decimal(f"{whole}.{decimals:0{scale}d}"),
    st.integers(0, 10**30 - 1),
    st.integers(0, 10**20 - 1),
    st.integers(20, 30),
)


@given(AMOUNTS, AMOUNTS)
def test_a_sum_loses_no_digit(one: Decimal, other: Decimal) -> None:
    """Checked by integer arithmetic, which knows no context."""
    total = add(one, other)
    scale = 30

    def units(amount: Decimal) -> int:
        whole, _, decimals = text(amount).partition(".")
        return int(whole + decimals.ljust(scale, "0"))

    assert units(total) == units(one) + units(other)
    assert subtract(total, other) == one


def test_a_sample_adds_up_to_every_digit() -> None:
    """Its 26 and 25 digits do not fit a float, and their sum barely fits the default context."""
    total = add(
        Decimal("1386929.37231066771348207123"), Decimal("10329.670127489597585685")
    )
    assert text(total) == "1397259.04243815731106775623"


def test_a_sum_that_would_round_raises() -> None:
    """Silence would be a wrong amount."""
    with pytest.raises(Inexact):
        add(Decimal("1E+99"), Decimal("1E-30"))


@pytest.mark.parametrize(
    ("amount", "plain"),
    [("1E-8", "0.00000001"), ("1E+3", "1000"), ("0E-8", "0.00000000"), ("7", "7")],
)
def test_an_amount_is_printed_without_an_exponent(amount: str, plain: str) -> None:
    """Home Assistant would show 1E-8 as 0."""
    assert text(Decimal(amount)) == plain


def test_an_equal_amount_keeps_the_text_that_was_there() -> None:
    """No state is written because REST pads with zeros and the stream does not."""
    assert text(keep(Decimal("0.01000000"), Decimal("0.01"))) == "0.01000000"
    assert text(keep(Decimal("0.01"), Decimal("0.02"))) == "0.02"
