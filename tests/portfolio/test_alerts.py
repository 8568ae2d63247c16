"""When a rule fires, and when not again."""

from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.upbit.portfolio.alerts import (
    Condition,
    Measure,
    Rule,
    armed,
    fired_by,
    flowed,
    looked_at,
    problem_of,
)


def rule(
    condition: Condition,
    threshold: str,
    measure: Measure = Measure.VALUE,
    *,
    percent: bool = False,
) -> Rule:
    """Return a rule."""
    return Rule(
        "id", "name", "BTC", measure, condition, Decimal(threshold), percent, "", False
    )


def firings(one: Rule, *values: str) -> list[bool]:
    """Return at which of the later values a rule that was armed at the first fires."""
    edge = armed(one, Decimal(values[0]))
    fired = []
    for value in values[1:]:
        edge, firing = looked_at(one, edge, Decimal(value))
        fired.append(firing is not None)
    return fired


@pytest.mark.parametrize(
    ("condition", "threshold", "values", "expected"),
    [
        (
            Condition.ABOVE,
            "100",
            ("50", "100", "99.5", "100", "99", "100"),
            [1, 0, 0, 0, 1],
        ),
        (
            Condition.BELOW,
            "100",
            ("150", "100", "100.5", "99", "101", "100"),
            [1, 0, 0, 0, 1],
        ),
        (Condition.ABOVE, "100", ("100", "200", "99", "100"), [0, 0, 1]),
        (Condition.BELOW, "0", ("1", "0", "0.00000001", "0"), [1, 0, 1]),
        (Condition.INCREASE, "10", ("50", "59", "60", "69", "70"), [0, 1, 0, 1]),
        (Condition.DECREASE, "10", ("50", "41", "40", "60", "50"), [0, 1, 0, 0]),
        (Condition.DECREASE, "10", ("50", "40", "45", "30"), [1, 0, 1]),
    ],
)
def test_values_that_come_one_after_the_other(
    condition: Condition, threshold: str, values: tuple[str, ...], expected: list[int]
) -> None:
    """Levels once until they were left by the hysteresis, moves from the last firing."""
    assert firings(rule(condition, threshold), *values) == [
        bool(one) for one in expected
    ]


def test_a_profit_rate_leaves_its_level_by_a_point() -> None:
    """One percent of a rate would be nothing."""
    one = rule(Condition.BELOW, "-10", Measure.PROFIT_RATE, percent=True)
    assert firings(one, "0", "-10", "-9.5", "-10", "-9", "-10") == [
        True,
        False,
        False,
        False,
        True,
    ]
    points = rule(Condition.INCREASE, "5", Measure.PROFIT_RATE, percent=True)
    assert firings(points, "-2", "2.9", "3") == [False, True]


def test_percent_of_a_value_is_of_what_it_was() -> None:
    """When it was armed, or fired last."""
    one = rule(Condition.INCREASE, "10", percent=True)
    assert firings(one, "1000", "1099", "1100", "1209", "1210") == [
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("condition", [Condition.ABOVE, Condition.BELOW])
def test_a_threshold_of_many_digits_is_left_like_any_other(
    condition: Condition,
) -> None:
    """By one percent of it; it was an error, by which no balance was written any more."""
    one = rule(condition, "100." + "3" * 120, Measure.TOTAL)
    away, back, beyond = (
        ("99.9", "99", "101") if condition is Condition.ABOVE else ("101", "102", "100")
    )
    assert firings(one, away, beyond, away, beyond, back, beyond) == [
        *(True, False, False, False, True)
    ]


def test_a_flow_is_neither_gain_nor_loss() -> None:
    """It moves what is compared with."""
    one = rule(Condition.INCREASE, "10")
    edge = flowed(armed(one, Decimal(50)), Decimal(100))
    assert looked_at(one, edge, Decimal(159))[1] is None
    assert looked_at(one, edge, Decimal(160))[1]
    level = rule(Condition.ABOVE, "10")
    held = armed(level, Decimal(50))
    assert flowed(held, Decimal(100)) is held


def test_an_activity_moves_an_amount_by_its_own_change() -> None:
    """In percent of what there was before it."""
    one = rule(Condition.DECREASE, "50", Measure.TOTAL, percent=True)
    assert fired_by(one, Decimal(-5), Decimal(5))
    assert not fired_by(one, Decimal("-4.9"), Decimal("5.1"))
    assert not fired_by(one, Decimal(5), Decimal(5))
    rise = rule(Condition.INCREASE, "1000", Measure.TOTAL, percent=True)
    assert fired_by(rise, Decimal("0.1"), Decimal("0.1"))
    assert not fired_by(one, Decimal("0.1"), Decimal("0.1"))


RATE = Measure.PROFIT_RATE


@pytest.mark.parametrize(
    ("measure", "condition", "threshold", "problem"),
    [
        (Measure.TOTAL, Condition.DECREASE, "100.01", "threshold_unreachable"),
        (Measure.VALUE, Condition.DECREASE, "101", "threshold_unreachable"),
        (Measure.VALUE, Condition.DECREASE, "100", None),
        (Measure.VALUE, Condition.INCREASE, "150", None),
        (RATE, Condition.DECREASE, "150", None),
        (RATE, Condition.BELOW, "-100.01", "threshold_unreachable"),
        (RATE, Condition.BELOW, "-100", None),
        (RATE, Condition.ABOVE, "-100", "threshold_always"),
        (RATE, Condition.ABOVE, "-99.99", None),
    ],
)
def test_an_alert_that_can_never_fire_is_refused(
    measure: Measure, condition: Condition, threshold: str, problem: str | None
) -> None:
    """Nothing falls by more than all of it, but a rate falls by any number of points."""
    found = problem_of(
        "BTC", measure, condition, Decimal(threshold), percent=True, cash="KRW"
    )
    assert found == (None if problem is None else ("threshold", problem))


def test_cash_has_no_profit_rate_to_wait_for() -> None:
    """Whatever the cash of the region is; the account has one."""
    expected = {"KRW": None, "SGD": ("measure", "rate_of_cash"), None: None}
    for currency, problem in expected.items():
        found = problem_of(
            currency, RATE, Condition.ABOVE, Decimal(5), percent=True, cash="SGD"
        )
        assert found == problem


@given(
    st.sampled_from([Condition.ABOVE, Condition.BELOW]),
    st.integers(0, 1000),
    st.lists(st.integers(-2000, 2000), min_size=2),
)
def test_a_level_never_fires_twice_without_having_been_left(
    condition: Condition, threshold: int, values: list[int]
) -> None:
    """And never at the value at which it was armed."""
    one = rule(condition, str(threshold))
    edge = armed(one, Decimal(values[0]))
    left = not edge.holds
    for value in values[1:]:
        edge, firing = looked_at(one, edge, Decimal(value))
        if firing:
            assert left
            left = False
        beyond = (
            value >= threshold if condition is Condition.ABOVE else value <= threshold
        )
        assert edge.holds or not beyond
        if not edge.holds:
            left = True
