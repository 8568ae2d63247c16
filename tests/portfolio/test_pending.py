"""What waits to be told, without a network."""

from decimal import Decimal

from custom_components.upbit.portfolio.activity import Kind, Leg, together
from custom_components.upbit.portfolio.pattern import Move
from custom_components.upbit.portfolio.pending import MOVES_KEPT, Market, Pending

MARKET = Market(("KRW",), lambda _, amount: amount)


def test_moves_that_nothing_can_be_told_of_do_not_grow_without_bound() -> None:
    """While no snapshot comes, or Home Assistant starts; their sums stay."""
    pending = Pending()
    codes = [f"C{number}" for number in range(7)]
    for number in range(5 * MOVES_KEPT):
        leg = Leg.of(Decimal("0.00000001") * number)
        pending.moved(Move({codes[number % 7]: leg}, number))
    assert len(pending.moves) <= MOVES_KEPT
    sums = together(*(move.legs for move in pending.moves))
    assert {code: leg.total for code, leg in sums.items()} == {
        code: Decimal("0.00000001") * sum(range(number, 5 * MOVES_KEPT, 7))
        for number, code in enumerate(codes)
    }
    gaps = sums | {"C0": sums["C0"].plus(Leg.of(Decimal(1)))}
    (away,) = pending.before(gaps, MARKET, shown=True, time=1).activities
    assert (away.kind, away.currency, away.amount) == (Kind.DEPOSIT, "C0", Decimal(1))
