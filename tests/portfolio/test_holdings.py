"""What is held, one sentence of the rules after the other."""

from decimal import Decimal

from custom_components.upbit.portfolio.holdings import (
    Holdings,
    Outcome,
    connected,
    met,
    opened,
    received,
)

from .model import ModelRow


def row(currency: str, balance: str, locked: str = "0", average: str = "0") -> ModelRow:
    """Return a row with amounts given as text."""
    return ModelRow(currency, Decimal(balance), Decimal(locked), Decimal(average))


def account(*rows: ModelRow) -> Holdings:
    """Return the holdings of a first snapshot."""
    return opened(rows, cash="KRW", requested=float("-inf"))


def test_the_snapshots_after_the_first_one_may_be_older_than_it() -> None:
    """Two from a replica that lags, just after a start, took back what was shown already."""
    holdings = opened([row("BTC", "2")], cash="KRW", requested=100)
    for at in (103, 106, 109):
        outcome = snapshot(holdings, row("BTC", "1"), at=at)
        assert not outcome.changed
        holdings = outcome.holdings
    assert total(holdings, "BTC") == 2
    # From here on they are newer: the first one lagged itself.
    holdings = snapshot(holdings, row("BTC", "1"), at=112).holdings
    holdings = snapshot(holdings, row("BTC", "1"), at=115).holdings
    assert total(holdings, "BTC") == 1
    assert not holdings.doubtful


def frame(holdings: Holdings, *rows: ModelRow, stamp: int, now: float) -> Outcome:
    """Take a frame whose two stamps are equal."""
    return received(holdings, rows, (stamp, stamp), now)


def snapshot(
    holdings: Holdings, *rows: ModelRow, at: float, stood_since: float | None = None
) -> Outcome:
    """Take a snapshot asked for at a time."""
    return met(holdings, rows, requested=at, stood_since=stood_since)


def total(holdings: Holdings, currency: str) -> Decimal:
    """Return a total."""
    return holdings.of[currency].total


def test_the_first_snapshot_is_taken_at_once_and_leaves_out_what_is_not_held() -> None:
    """Cash counts even at 0: an account without it would lose its sensor at each restart."""
    holdings = account(row("KRW", "0"), row("BTC", "1", "2"), row("ETH", "0"))
    assert set(holdings.of) == {"KRW", "BTC"}
    assert total(holdings, "BTC") == 3
    assert not holdings.doubtful


def test_a_row_is_an_upsert_of_its_currency_alone() -> None:
    """A frame carries what changed; what it leaves out stays."""
    holdings = account(row("KRW", "10"), row("BTC", "1"))
    outcome = frame(holdings, row("BTC", "2"), row("ETH", "5"), stamp=1, now=0)
    assert outcome.changed == {"BTC", "ETH"}
    assert total(outcome.holdings, "KRW") == 10
    assert total(outcome.holdings, "ETH") == 5
    assert not outcome.doubted


def test_a_row_of_zeros_for_a_currency_never_held_adds_nothing() -> None:
    """Complete frames list coins that were sold long ago."""
    outcome = frame(account(row("KRW", "1")), row("BTC", "0"), stamp=1, now=0)
    assert "BTC" not in outcome.holdings.of


def test_a_sold_currency_stays_at_zero() -> None:
    """It goes at the next set-up."""
    outcome = frame(account(row("BTC", "1")), row("BTC", "0"), stamp=1, now=0)
    assert total(outcome.holdings, "BTC") == 0


def test_an_order_moves_balance_to_locked_and_leaves_the_total_its_text() -> None:
    """0.5 + 0.50 is 1.00 in another notation than the 1 that stood there."""
    holdings = account(row("BTC", "1"))
    outcome = frame(holdings, row("BTC", "0.5", "0.50"), stamp=1, now=0)
    holding = outcome.holdings.of["BTC"]
    assert (holding.balance, holding.locked) == (Decimal("0.5"), Decimal("0.5"))
    assert str(holding.total) == "1"


def test_equal_amounts_in_other_notation_change_nothing() -> None:
    """So no state is written."""
    outcome = frame(account(row("BTC", "1.50")), row("BTC", "1.5"), stamp=1, now=0)
    assert not outcome.changed
    assert not outcome.doubted


def test_an_older_row_is_dropped_and_leaves_a_doubt() -> None:
    """By the asset's stamp first, then by the frame's."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=0).holdings
    outcome = frame(holdings, row("BTC", "1"), stamp=10, now=1)
    assert total(outcome.holdings, "BTC") == 2
    assert outcome.doubted == {"BTC"}
    same_change_made_earlier = received(holdings, [row("BTC", "1")], (20, 19), 1)
    assert total(same_change_made_earlier.holdings, "BTC") == 2


def test_a_row_with_the_same_stamp_and_other_amounts_is_taken_and_leaves_a_doubt() -> (
    None
):
    """Two changes within a millisecond; nothing tells which came last."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=0).holdings
    outcome = frame(holdings, row("BTC", "3"), stamp=20, now=1)
    assert total(outcome.holdings, "BTC") == 3
    assert outcome.doubted == {"BTC"}


def test_a_frame_that_comes_twice_leaves_no_doubt() -> None:
    """It says the same."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=0).holdings
    outcome = frame(holdings, row("BTC", "2"), stamp=20, now=1)
    assert not outcome.changed
    assert not outcome.doubted


def test_stamps_are_forgotten_at_a_connect() -> None:
    """Another server's clock may be behind."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=0).holdings
    outcome = frame(connected(holdings), row("BTC", "3"), stamp=10, now=1)
    assert total(outcome.holdings, "BTC") == 3
    assert not outcome.doubted


def test_a_currency_heard_since_ten_seconds_before_the_request_keeps_its_row() -> None:
    """However many snapshots differ: their replica may be that far behind."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=10).holdings
    for at in (10, 13, 16, 19.9):
        outcome = snapshot(holdings, row("BTC", "1"), at=at)
        holdings = outcome.holdings
        assert total(holdings, "BTC") == 2
        assert holdings.doubtful == {"BTC"}


def test_agreement_settles_a_doubtful_currency() -> None:
    """And brings its average."""
    holdings = frame(account(), row("BTC", "2"), stamp=20, now=10).holdings
    holdings = snapshot(holdings, row("BTC", "1"), at=11).holdings
    outcome = snapshot(holdings, row("BTC", "2.0", average="9"), at=14)
    assert not outcome.holdings.doubtful
    average = outcome.holdings.of["BTC"].average
    assert average is not None
    assert average.price == 9


def test_a_lagging_snapshot_brings_no_average() -> None:
    """Total and average must be of the same moment."""
    holdings = account(row("BTC", "1", average="5"))
    holdings = frame(holdings, row("BTC", "2"), stamp=20, now=10).holdings
    outcome = snapshot(holdings, row("BTC", "1", average="4"), at=11)
    average = outcome.holdings.of["BTC"].average
    assert average is not None
    assert average.price == 5


def test_another_difference_is_taken_when_a_second_snapshot_still_differs() -> None:
    """Three seconds apart or more, and the second's amount counts."""
    holdings = account(row("BTC", "1"))
    first = snapshot(holdings, row("BTC", "2"), at=100)
    assert first.doubted == {"BTC"}
    assert total(first.holdings, "BTC") == 1
    too_early = snapshot(first.holdings, row("BTC", "2"), at=102.9)
    assert total(too_early.holdings, "BTC") == 1
    second = snapshot(too_early.holdings, row("BTC", "3"), at=103)
    assert total(second.holdings, "BTC") == 3
    assert second.amended == {"BTC"}
    assert not second.holdings.doubtful


def test_a_row_in_between_makes_the_next_difference_the_first_again() -> None:
    """The row may be what the first snapshot already knew."""
    holdings = snapshot(account(row("BTC", "1")), row("BTC", "2"), at=100).holdings
    holdings = frame(holdings, row("BTC", "3"), stamp=1, now=101).holdings
    outcome = snapshot(holdings, row("BTC", "2"), at=111)
    assert total(outcome.holdings, "BTC") == 3
    outcome = snapshot(outcome.holdings, row("BTC", "2"), at=114)
    assert total(outcome.holdings, "BTC") == 2


def test_a_clock_tells_that_even_the_swiftest_row_was_late() -> None:
    """Where every row is eight seconds late, only the clocks say what a snapshot has overtaken."""
    holdings = frame(account(), row("BTC", "1"), stamp=80_000, now=80).holdings
    for at in (100, 103):
        holdings = snapshot(holdings, row("BTC", "3"), at=at).holdings
    holdings = connected(holdings)
    late = row("BTC", "2"), (101_000, 101_000), 109.0
    assert total(received(holdings, [late[0]], *late[1:]).holdings, "BTC") == 2
    told = received(holdings, [late[0]], *late[1:], behind=-1.0)
    assert total(told.holdings, "BTC") == 3
    assert told.doubted == {"BTC"}


def test_a_snapshot_that_was_taken_is_not_overruled_by_one_that_is_behind() -> None:
    """Two that are ten seconds behind show what was true before it."""
    holdings = account(row("BTC", "1"))
    for at in (100, 103):
        holdings = snapshot(holdings, row("BTC", "2"), at=at).holdings
    for at in (106, 109, 112):
        holdings = snapshot(holdings, row("BTC", "1"), at=at).holdings
        assert total(holdings, "BTC") == 2


def test_a_currency_absent_from_snapshots_counts_as_zero_and_needs_a_third() -> None:
    """An answer that lost a row must not sell a coin."""
    holdings = account(row("KRW", "1"), row("BTC", "1"))
    for at in (100, 103):
        holdings = snapshot(holdings, row("KRW", "1"), at=at).holdings
        assert total(holdings, "BTC") == 1
    assert total(snapshot(holdings, row("KRW", "1"), at=106).holdings, "BTC") == 0


def test_two_snapshots_that_lost_a_row_after_another_amount_are_no_sale() -> None:
    """The one that differed otherwise is none of the three."""
    won = row("KRW", "1")
    holdings = account(won, row("BTC", "1"))
    holdings = snapshot(holdings, won, row("BTC", "2"), at=100).holdings
    for at in (103, 106):
        holdings = snapshot(holdings, won, at=at).holdings
        assert total(holdings, "BTC") == 1
    assert total(snapshot(holdings, won, at=109).holdings, "BTC") == 0
    later = snapshot(holdings, won, row("BTC", "2"), at=109).holdings
    assert total(later, "BTC") == 2


def test_a_currency_that_one_snapshot_invented_leaves_no_doubt_behind() -> None:
    """The next one leaves it out again."""
    holdings = account(row("KRW", "1"))
    holdings = snapshot(holdings, row("KRW", "1"), row("BTC", "1"), at=100).holdings
    assert holdings.doubtful == {"BTC"}
    holdings = snapshot(holdings, row("KRW", "1"), at=103).holdings
    assert not holdings.doubtful
    assert "BTC" not in holdings.of


def test_a_confirmed_difference_while_the_stream_stood_is_a_missed_change() -> None:
    """One that was already there when the stream came back is not."""
    for stood_since, missed in ((0.0, {"BTC"}), (90.0, set()), (None, set())):
        holdings = account(row("BTC", "1"))
        holdings = snapshot(
            holdings, row("BTC", "2"), at=100, stood_since=stood_since
        ).holdings
        outcome = snapshot(holdings, row("BTC", "2"), at=103, stood_since=stood_since)
        assert outcome.missed == missed


def test_stamps_are_forgotten_when_a_snapshot_is_taken() -> None:
    """What the stream's order said before has proved wrong."""
    holdings = frame(account(), row("BTC", "1"), stamp=50, now=0).holdings
    for at in (100, 103):
        holdings = snapshot(holdings, row("BTC", "2"), at=at).holdings
    outcome = frame(holdings, row("BTC", "3"), stamp=40, now=200)
    assert total(outcome.holdings, "BTC") == 3


def test_a_row_that_a_snapshot_has_overtaken_is_dropped() -> None:
    """It was late, and the amount of the snapshot is newer; a row from after it counts at once."""
    holdings = frame(account(), row("BTC", "1"), stamp=80_000, now=80).holdings
    for at in (100, 103):
        holdings = snapshot(holdings, row("BTC", "3"), at=at).holdings
    late = frame(holdings, row("BTC", "2"), stamp=102_000, now=104)
    assert total(late.holdings, "BTC") == 3
    assert late.doubted == {"BTC"}
    new = frame(holdings, row("BTC", "4"), stamp=107_000, now=107)
    assert total(new.holdings, "BTC") == 4
    assert not new.doubted
