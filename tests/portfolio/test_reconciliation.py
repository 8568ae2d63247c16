"""When a snapshot is asked for."""

from custom_components.upbit.portfolio.reconciliation import SnapshotPlan

ASKED = SnapshotPlan().request_made(0.0)


def test_nothing_asks_for_a_snapshot_while_all_is_well() -> None:
    """The slow reconciliation is Home Assistant's polling."""
    assert ASKED.due(repeat=False) is None


def test_a_proved_subscription_asks_at_once_and_ten_seconds_later() -> None:
    """The second one sees past a replica that lags."""
    plan = ASKED.stream_stands(100.0)
    assert plan.due(repeat=False) == 100.0
    plan = plan.request_made(100.0)
    assert plan.due(repeat=False) == 110.0
    assert plan.request_made(110.0).due(repeat=False) is None


def test_frames_ask_after_three_seconds_of_quiet() -> None:
    """Each one puts it off."""
    plan = ASKED.frame_received(100.0)
    assert plan.due(repeat=False) == 103.0
    assert plan.frame_received(102.0).due(repeat=False) == 105.0


def test_frames_without_a_pause_ask_thirty_seconds_after_the_first() -> None:
    """Averages would never come otherwise."""
    plan = ASKED
    for second in range(100, 131, 2):
        plan = plan.frame_received(float(second))
    assert plan.due(repeat=False) == 130.0


def test_a_doubt_asks_every_three_seconds_while_it_is_young_and_then_every_minute() -> (
    None
):
    """The minutes are counted from the last request."""
    plan = ASKED.doubt_arose(100.0)
    for at in (103.0, 106.0, 109.0, 112.0, 115.0):
        assert plan.due(repeat=True) == at
        plan = plan.request_made(at).doubt_lasts(at)
    assert plan.due(repeat=True) == 175.0


def test_two_requests_are_three_seconds_apart() -> None:
    """Whatever asks."""
    plan = ASKED.request_made(100.0).stream_stands(101.0)
    assert plan.due(repeat=False) == 103.0


def test_whoever_is_turned_away_asks_nothing_before_the_time_is_over() -> None:
    """A shorter time later does not shorten it."""
    plan = ASKED.stream_stands(100.0).turned_away(500.0).turned_away(200.0)
    assert plan.due(repeat=True) == 500.0
