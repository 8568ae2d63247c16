"""Laws of holdings, over random accounts: never backwards, and the truth in the end."""

from decimal import Decimal
from itertools import repeat

from hypothesis import given, settings, strategies as st

from .model import Account, Change

MOMENTS = st.integers(0, 240).map(lambda quarter: quarter / 4)
LATE = st.integers(0, 12).map(lambda quarter: quarter / 4)
LAGS = st.lists(
    st.sampled_from([0.0, 0.5, 2.0, 4.0, 7.0, 10.0]), min_size=1, max_size=20
)
CODES = st.sampled_from(["KRW", "BTC", "ETH"])
CHANGES = st.lists(
    st.builds(Change, at=MOMENTS, currency=CODES, late=LATE, copies=st.integers(0, 2)),
    max_size=14,
    unique_by=lambda change: change.at,
)
SETTLED_BY = 400.0


def play(changes: list[Change], lags: list[float]) -> Account:
    """Play an account to the end; snapshots lag as listed, the last value from then on."""
    account = Account(changes, iter([*lags, *repeat(lags[-1], 200)]))
    account.run(SETTLED_BY)
    return account


@settings(max_examples=400, deadline=None)
@given(changes=CHANGES, lags=LAGS)
def test_no_currency_ever_shows_an_older_truth(
    changes: list[Change], lags: list[float]
) -> None:
    """Frames up to 3 s late, doubled or lost, and replicas up to 4 s behind."""
    newest: dict[str, Decimal] = {}
    for now, totals in play(changes, lags).shown:
        for currency, version in totals.items():
            assert version >= newest.get(currency, Decimal(0)), (
                f"at {now} s: {currency}"
            )
            newest[currency] = version


@settings(max_examples=400, deadline=None)
@given(changes=CHANGES, lags=LAGS)
def test_what_the_stream_brought_or_lost_before_a_frame_is_right_in_the_end(
    changes: list[Change], lags: list[float]
) -> None:
    """Whatever happened, one last frame of any currency brings snapshots that settle all of them."""
    last = Change(at=90.0, currency="XRP")
    account = play([*changes, last], lags)
    shown = {code: one.total for code, one in account.holdings.of.items()}
    assert shown == account.at(SETTLED_BY)
    assert not account.holdings.doubtful


@settings(max_examples=200, deadline=None)
@given(
    changes=st.lists(
        st.builds(Change, at=MOMENTS, currency=CODES, late=LATE, copies=st.just(1)),
        max_size=14,
        unique_by=lambda change: change.at,
    ),
    lags=LAGS,
)
def test_a_stream_that_brings_everything_misses_nothing(
    changes: list[Change], lags: list[float]
) -> None:
    """No lag and no delay makes a change count as missed when its frame came."""
    assert play(changes, lags).missed == 0


@settings(max_examples=100, deadline=None)
@given(copies=st.sampled_from([0, 1]), late=LATE, lags=LAGS)
def test_a_sold_coin_reaches_zero_with_its_row_or_without(
    copies: int, late: float, lags: list[float]
) -> None:
    """The exchange promises no row of zeros, and its snapshot merely leaves the coin out."""
    changes = [
        Change(at=10.0, currency="BTC"),
        Change(at=30.0, currency="BTC", copies=copies, late=late, empties=True),
        Change(at=30.0, currency="KRW"),
    ]
    assert play(changes, lags).holdings.of["BTC"].total == 0
