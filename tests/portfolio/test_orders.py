"""Orders that a list has left out, without a network."""

from dataclasses import replace
from decimal import Decimal

from custom_components.upbit.portfolio.activity import Kind, Leg
from custom_components.upbit.portfolio.orders import MISSED_FOR, Order, Orders

ORDER = Order(
    id="one",
    base="BTC",
    quote="KRW",
    buys=True,
    price=Decimal(100),
    locked=Decimal(100),
    time=1,
    is_open=True,
)
FREED = {"KRW": Leg(Decimal(0), Decimal(100), Decimal(-100))}
MISSING = Orders().listed([], {"one": ORDER}, now=1000, since=999)


def cancelled(
    orders: Orders, gaps: dict[str, Leg], confirmed: float = 1009, *, held: str = ""
) -> list[str | None]:
    """Return which orders are told as cancelled."""
    _, activities = orders.cancelled_unheard(
        gaps,
        2,
        confirmed=confirmed,
        held={held},
        guessed=(),
        while_away=False,
    )
    assert all(one.kind is Kind.ORDER_CANCELLED for one in activities)
    return [one.order for one in activities]


def test_a_missing_order_is_cancelled_where_its_lock_is_free_and_the_total_stands() -> (
    None
):
    """Once a snapshot tells of the time since which orders are heard."""
    assert cancelled(MISSING, FREED) == ["one"]
    assert not cancelled(MISSING, FREED, confirmed=1008)
    assert not cancelled(MISSING, FREED, held="KRW")
    assert not cancelled(MISSING, {})
    assert not cancelled(MISSING, {"KRW": Leg.of(Decimal(0), Decimal("-99.9"))})
    assert not cancelled(MISSING, {"KRW": Leg.of(Decimal(-100), Decimal(-100))})


def test_a_missing_order_explains_locks_until_it_is_missed_no_longer() -> None:
    """Of the last run, too: nothing else has told of its currency."""
    assert MISSING.explains("KRW", 1000 + MISSED_FOR)
    assert MISSING.due() == 1000 + MISSED_FOR
    settled, activities = MISSING.settle(1000 + MISSED_FOR, 2)
    assert not activities
    assert not settled.missing
    assert settled.explains("KRW", 1000 + MISSED_FOR)
    assert settled.due() is None


def test_a_missing_order_that_is_heard_of_again_is_still_told_as_placed() -> None:
    """The list may have come from a replica that is behind."""
    again = MISSING.heard(ORDER, 1003)
    assert not again.missing
    assert again.settle(1010, 2)[1] == ()
    _, (ended,) = again.heard(
        replace(ORDER, is_open=False, cancelled=True), 1020
    ).settle(1021, 2)
    assert ended.kind is Kind.ORDER_CANCELLED
    relisted = MISSING.listed([ORDER], MISSING.told, now=1030, since=1029)
    assert not relisted.missing
    assert relisted.settle(1040, 2)[1] == ()
