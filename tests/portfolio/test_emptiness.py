"""An account that lists nothing: an answer that lost its rows looks like one of nothing."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from custom_components.upbit.portfolio.emptiness import EMPTY_FOR, Emptiness
from custom_components.upbit.portfolio.holdings import Holdings

from .test_holdings import account, frame, row

MINUTE = 60.0


def doubted(
    holdings: Holdings,
    *,
    stood_since: float | None = 0.0,
    snapshots: Mapping[float, list[str] | None] = MappingProxyType({}),
) -> Iterator[float]:
    """Yield the moments in some hours at which a snapshot says nothing.

    There is one a minute, and it is empty, unless `snapshots` has another one, or none.
    """
    emptiness = Emptiness()
    for minute in range(200):
        at = minute * MINUTE
        rows = snapshots.get(at, [])
        if rows is None:
            continue
        emptiness.met(rows, holdings, requested=at, stood_since=stood_since)
        if emptiness.doubtful:
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


def test_answers_that_do_not_come_say_nothing_either() -> None:
    """An empty one before and after an hour without any made an empty account."""
    holdings = account(row("BTC", "1"))
    failed = {minute * MINUTE: None for minute in range(1, 70)}
    assert max(doubted(holdings, snapshots=failed)) == 70 * MINUTE + EMPTY_FOR - MINUTE


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
