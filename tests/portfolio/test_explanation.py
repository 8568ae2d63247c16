"""Why it moved, without a network: what fills and patterns make of gaps."""

from decimal import Decimal

from hypothesis import given, strategies as st

from custom_components.upbit.portfolio.activity import (
    Activity,
    Fill,
    How,
    Kind,
    Leg,
    together,
)
from custom_components.upbit.portfolio.amounts import TINY
from custom_components.upbit.portfolio.explanation import exactly, explain
from custom_components.upbit.portfolio.pattern import Move

PRICES = {
    "KRW": "1",
    "BTC": "100000000",
    "USDT": "1400",
    "ETH": "5000000",
    "XRP": "3000",
}
QUOTES = ("KRW", "USDT", "BTC")


def worth_of(currency: str, amount: Decimal) -> Decimal | None:
    """Value an amount; what is not in the list has no price."""
    price = PRICES.get(currency)
    return None if price is None else Decimal(price) * amount


def gaps(**amounts: str) -> dict[str, Leg]:
    """Return gaps by their totals."""
    return {code: Leg.of(Decimal(amount)) for code, amount in amounts.items()}


def told(
    gap: dict[str, Leg],
    fills: tuple[Fill, ...] = (),
    moves: tuple[Move, ...] = (),
    *,
    while_away: bool = False,
) -> list[tuple[str, str, str | None]]:
    """Return kind, currency and counter currency of what is told."""
    explained = explain(
        gap,
        fills,
        moves,
        quotes=QUOTES,
        worth_of=worth_of,
        time=1,
        while_away=while_away,
    )
    return [
        (one.kind, one.currency, one.counter_currency) for one in explained.activities
    ]


def fill(
    volume: str = "1", fee: str = "1500", order: str = "o", **changed: str
) -> Fill:
    """Return a purchase of XRP."""
    return Fill(
        trade=changed.get("trade", "t"),
        order=order,
        base="XRP",
        quote="KRW",
        buys=True,
        price=Decimal(3000),
        volume=Decimal(volume),
        fee=Decimal(fee),
        time=1,
    )


def test_two_opposite_gaps_of_about_the_same_worth_are_a_trade() -> None:
    """Within 0.7 and 1.4, ends included."""
    assert told(gaps(KRW="-3000", XRP="1")) == [("buy", "XRP", "KRW")]
    assert told(gaps(KRW="3000", XRP="-0.7")) == [("sell", "XRP", "KRW")]
    assert told(gaps(KRW="-3000", XRP="1.4")) == [("buy", "XRP", "KRW")]
    assert told(gaps(KRW="-3000", XRP="1.41")) == [
        ("withdrawal", "KRW", None),
        ("deposit", "XRP", None),
    ]
    assert told(gaps(KRW="3000", XRP="1")) == [
        ("deposit", "KRW", None),
        ("deposit", "XRP", None),
    ]


def test_quote_currencies_come_before_coins() -> None:
    """Fiat, then USDT, then BTC: each is what the next is paid with."""
    assert told(gaps(BTC="-0.05", ETH="1")) == [("buy", "ETH", "BTC")]
    assert told(gaps(USDT="-71428", BTC="1")) == [("buy", "BTC", "USDT")]
    assert told(gaps(KRW="-1400", USDT="1")) == [("buy", "USDT", "KRW")]
    assert told(gaps(ETH="-1", XRP="1666")) == [
        ("withdrawal", "ETH", None),
        ("deposit", "XRP", None),
    ]


def test_the_closest_worth_is_the_other_side() -> None:
    """What is left went in or out."""
    assert told(gaps(KRW="-3000", XRP="1.02", ETH="0.0008")) == [
        ("buy", "XRP", "KRW"),
        ("deposit", "ETH", None),
    ]


def test_several_coins_can_be_bought_at_once() -> None:
    """Each pays its share, exactly as much together as was paid."""
    explained = explain(
        gaps(KRW="-8001", XRP="1", ETH="0.001"),
        (),
        (),
        quotes=QUOTES,
        worth_of=worth_of,
        time=1,
    )
    assert {(one.kind, one.currency) for one in explained.activities} == {
        (Kind.BUY, "XRP"),
        (Kind.BUY, "ETH"),
    }
    paid = [one.leg("KRW").total for one in explained.activities]
    assert sum(paid) == Decimal(-8001)


def test_shares_of_more_digits_than_the_default_context_has_are_told() -> None:
    """Rounding in that context raised, which ended each settling from then on."""
    paid = Decimal("-300000000000000000000.12345678")
    explained = explain(
        {
            "KRW": Leg.of(paid),
            "BTC": Leg.of(Decimal("1E+20")),
            "ETH": Leg.of(Decimal("2E+20")),
        },
        (),
        (),
        quotes=QUOTES,
        worth_of=lambda _, amount: amount,
        time=1,
    )
    legs = together(*(one.legs for one in explained.activities))
    assert legs["KRW"].total == paid
    assert {one.kind for one in explained.activities} == {Kind.BUY}


def test_a_frame_of_two_currencies_is_a_trade_even_without_a_price() -> None:
    """One frame, one cause."""
    move = Move(gaps(KRW="-10", NEW="5"), 7)
    assert told(gaps(KRW="-10", NEW="5"), moves=(move,)) == [("buy", "NEW", "KRW")]
    assert told(gaps(KRW="-10", NEW="5")) == [
        ("withdrawal", "KRW", None),
        ("deposit", "NEW", None),
    ]


def test_a_small_remainder_of_the_quote_belongs_to_the_trade() -> None:
    """Up to a hundredth of the funds: taxes and fees abroad."""
    whole = explain(
        gaps(XRP="1", KRW="-4529.9"),
        (fill(),),
        (),
        quotes=QUOTES,
        worth_of=worth_of,
        time=1,
    )
    (trade,) = whole.activities
    assert trade.leg("KRW").total == Decimal("-4529.9")
    more = gaps(XRP="1", KRW="-5000")
    assert told(more, (fill(),), (Move(more, 1),)) == [
        ("buy", "XRP", "KRW"),
        ("withdrawal", "KRW", None),
    ]


def test_fills_that_explain_their_gaps_are_told_one_an_order() -> None:
    """To 0.00000001 a fill, whatever else has moved."""
    fills = (fill(order="a", trade="1"), fill(order="b", trade="2"))
    explained = exactly(gaps(XRP="2.00000002", KRW="-9000", ETH="4"), fills)
    assert explained
    assert [one.order for one in explained.activities] == ["a", "b"]
    assert exactly(gaps(XRP="2.00000003", KRW="-9000"), fills) is None
    assert exactly(gaps(XRP="2"), fills) is None


def test_a_fill_ahead_of_its_rows_leaves_a_gap_that_waits() -> None:
    """Of each currency whose row has not come; another change beside it is told."""
    explained = explain(
        gaps(XRP="1", ETH="2"), (fill(),), (), quotes=QUOTES, worth_of=worth_of, time=1
    )
    assert explained.ahead == {"KRW"}
    assert [one.currency for one in explained.activities] == ["XRP", "ETH"]


def test_a_gap_that_lacks_the_row_of_a_fill_waits_whatever_else_it_has() -> None:
    """What the fill has cost was told as put in, and taken back."""
    rows = Move(gaps(XRP="1"), 1), Move(gaps(KRW="-900"), 1)
    explained = explain(
        gaps(XRP="1", KRW="-900"),
        (fill(),),
        rows,
        quotes=QUOTES,
        worth_of=worth_of,
        time=1,
    )
    assert explained.ahead == {"KRW"}
    assert [one.currency for one in explained.activities] == ["XRP"]


def test_what_changed_both_ways_while_away_is_not_guessed() -> None:
    """Deposits alone are deposits, though."""
    assert told(gaps(XRP="1", ETH="1"), while_away=True) == [
        ("deposit", "XRP", None),
        ("deposit", "ETH", None),
    ]
    assert told(gaps(XRP="1", ETH="-1"), while_away=True) == [
        ("other", "XRP", None),
        ("other", "ETH", None),
    ]


AMOUNTS = st.integers(-(10**12), 10**12).map(lambda number: Decimal(number).scaleb(-8))


@given(
    st.dictionaries(
        st.sampled_from([*PRICES, "NEW"]), st.tuples(AMOUNTS, AMOUNTS), max_size=6
    ),
    st.booleans(),
)
def test_what_is_told_of_gaps_adds_up_to_them(
    amounts: dict[str, tuple[Decimal, Decimal]], while_away: bool
) -> None:
    """Whatever the pattern makes of them, but for what is too small to be told."""
    gap = {code: Leg.of(total, locked) for code, (total, locked) in amounts.items()}
    explained = explain(
        gap,
        (),
        (),
        quotes=QUOTES,
        worth_of=worth_of,
        time=1,
        while_away=while_away,
    )
    sums = together(*(one.legs for one in explained.activities))
    for currency, leg in gap.items():
        left = leg.total - sums.get(currency, Leg()).total
        assert abs(left) <= TINY
    for activity in explained.activities:
        for leg in activity.legs.values():
            assert leg.total == leg.balance + leg.locked


FILLS = st.lists(
    st.builds(
        Fill,
        trade=st.uuids().map(str),
        order=st.sampled_from(["a", "b", "c"]),
        base=st.just("XRP"),
        quote=st.just("KRW"),
        buys=st.just(True),
        price=st.integers(1, 10**10).map(lambda number: Decimal(number).scaleb(-4)),
        volume=st.integers(1, 10**14).map(lambda number: Decimal(number).scaleb(-8)),
        fee=st.integers(0, 10**10).map(lambda number: Decimal(number).scaleb(-8)),
        time=st.integers(0, 10**13),
    ),
    min_size=1,
    max_size=8,
)


@given(FILLS, st.randoms(use_true_random=False))
def test_the_order_in_which_fills_come_changes_nothing(fills, random) -> None:  # type: ignore[no-untyped-def]  # strategies
    """Shuffled, they tell the same trades with the same amounts."""
    claimed = together(*(one.legs for one in fills))
    shuffled = list(fills)
    random.shuffle(shuffled)

    def amounts(told_of: list[Fill]) -> set[tuple[str | None, Decimal, Decimal | None]]:
        explained = exactly(claimed, told_of)
        assert explained
        trades: tuple[Activity, ...] = explained.activities
        assert {one.how for one in trades} == {How.ORDER}
        return {(one.order, one.amount, one.counter_amount) for one in trades}

    assert amounts(fills) == amounts(shuffled)
