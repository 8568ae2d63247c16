"""Which rows of fills are missing, without a network."""

from decimal import Decimal

import pytest

from custom_components.upbit.portfolio.activity import Fill, Leg
from custom_components.upbit.portfolio.pattern import Move
from custom_components.upbit.portfolio.unmoved import unmoved


def bought(base: str, volume: str, price: str) -> Fill:
    """Return a purchase without a fee, for KRW."""
    return Fill(
        trade=base + volume,
        order=base,
        base=base,
        quote="KRW",
        buys=True,
        price=Decimal(price),
        volume=Decimal(volume),
        fee=Decimal(0),
        time=1,
    )


BTC = bought("BTC", "2", "100")
"""Two for 200."""

ETH = bought("ETH", "5", "10")
"""Five for 50."""


@pytest.mark.parametrize(
    ("moves", "missing"),
    [
        ([], [{"ETH", "KRW"}, {"BTC", "KRW"}]),
        ([{"BTC": "2", "KRW": "-200"}], [{"ETH", "KRW"}]),
        ([{"BTC": "2", "KRW": "-200"}, {"ETH": "5", "KRW": "-50"}], []),
        # Frames of several fills, or of a fill and something else.
        ([{"BTC": "2", "ETH": "5", "KRW": "-250"}], []),
        ([{"BTC": "2", "ETH": "5", "KRW": "900"}], []),
        ([{"BTC": "3", "KRW": "-200"}, {"ETH": "5", "KRW": "-51"}], []),
        # One frame a row.
        ([{"BTC": "2"}, {"KRW": "-200"}, {"ETH": "5"}, {"KRW": "-50"}], []),
        ([{"BTC": "2"}, {"KRW": "-200"}, {"ETH": "5"}], [{"KRW"}]),
        ([{"BTC": "2"}, {"KRW": "-200"}, {"KRW": "-50"}], [{"ETH"}]),
        ([{"BTC": "9"}, {"KRW": "-200"}, {"KRW": "-50"}, {"ETH": "5"}], []),
        # The row of the second shows what that of the first would have.
        ([{"BTC": "2"}, {"ETH": "5"}, {"KRW": "-250"}], []),
        # What went out beside a purchase need not be what it cost.
        ([{"KRW": "-900"}], [{"ETH", "KRW"}, {"BTC", "KRW"}]),
        ([{"BTC": "-2"}, {"ETH": "5", "KRW": "-50"}], [{"BTC", "KRW"}]),
    ],
)
def test_the_legs_that_no_row_has_shown_are_found(
    moves: list[dict[str, str]], missing: list[set[str]]
) -> None:
    """Of the newest fill first."""
    found = unmoved(
        [BTC, ETH],
        [
            Move({code: Leg.of(Decimal(amount)) for code, amount in move.items()}, 1)
            for move in moves
        ],
    )
    assert [set(legs) for legs in found] == missing
