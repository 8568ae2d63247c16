"""An account that lists nothing: an answer that lost its rows looks like one of nothing."""

from collections.abc import Iterator

from custom_components.upbit.portfolio.emptiness import EMPTY_FOR, Emptiness
from custom_components.upbit.portfolio.holdings import Holdings

from .test_holdings import account, frame, row

MINUTE = 60.0


def doubted(
    holdings: Holdings,
    *,
    stood_since: float | None = 0.0,
    snapshots: dict[float, list[str]] | None = None,
) -> Iterator[float]:
    """Yield the moments in some hours at which a snapshot says nothing; one a minute, and empty."""
    emptiness = Emptiness()
    for minute in range(200):
        at = minute * MINUTE
        rows = (snapshots or {}).get(at, [])
        if emptiness.doubts(rows, holdings, requested=at, stood_since=stood_since):
            yield at


def test_an_empty_snapshot_says_nothing_for_an_hour() -> None:
    """Then the account is empty."""
    holdings = account(row("KRW", "1"), row("BTC", "1"))
    assert list(doubted(holdings)) == [n * MINUTE for n in range(60)]


def test_one_that_is_not_empty_begins_the_hour_anew() -> None:
    """So does a stream that stands anew."""
    holdings = account(row("BTC", "1"))
    assert max(doubted(holdings, snapshots={3000.0: ["BTC"]})) == 3000 + EMPTY_FOR
    assert max(doubted(holdings, stood_since=900.0)) == 900 + EMPTY_FOR - MINUTE


def test_without_the_stream_none_ever_says_anything() -> None:
    """Nothing is known to work then."""
    assert len(list(doubted(account(row("BTC", "1")), stood_since=None))) == 200


def test_a_row_that_tells_of_something_contradicts_it() -> None:
    """One that tells of what is gone does not."""
    held = account(row("BTC", "1"), row("ETH", "1"))
    sold = frame(held, row("ETH", "0"), stamp=1, now=1000.0).holdings
    assert max(doubted(sold)) == EMPTY_FOR - MINUTE
    bought = frame(held, row("BTC", "2"), stamp=1, now=1020.0).holdings
    assert max(doubted(bought)) == 1000 + EMPTY_FOR - 40


def test_an_account_of_nothing_lists_nothing() -> None:
    """There is nothing to lose."""
    assert not list(doubted(account(row("KRW", "0"))))
