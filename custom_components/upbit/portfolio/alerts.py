"""Alert rules: when they fire, and when not again. Levels have an edge with hysteresis, moves a threshold."""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from .amounts import ZERO, divided, minus, negative, plus, times
from .quotes import HUNDRED

HYSTERESIS: Final = Decimal("0.01")
"""The part of its threshold by which a level must be left before it can fire again."""

HYSTERESIS_POINTS: Final = Decimal(1)
"""The same for a profit rate, in percentage points."""

LEAST_RATE: Final = negative(HUNDRED)
"""The profit rate of what has lost all its worth."""


class Measure(StrEnum):
    """What a rule looks at; of the whole account `VALUE` and `PROFIT_RATE` only."""

    TOTAL = "total"
    BALANCE = "balance"
    LOCKED = "locked"
    VALUE = "value"
    PROFIT_RATE = "profit_rate"


class Condition(StrEnum):
    """What a measure has to do."""

    INCREASE = "increase"
    DECREASE = "decrease"
    ABOVE = "above"
    BELOW = "below"


AMOUNTS: Final = frozenset({Measure.TOTAL, Measure.BALANCE, Measure.LOCKED})
"""The measures that activities move; the others follow the prices."""

OF_ACCOUNT: Final = frozenset({Measure.VALUE, Measure.PROFIT_RATE})
LEVELS: Final = frozenset({Condition.ABOVE, Condition.BELOW})


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert as its owner set it up; `threshold` in the unit of the measure, or in percent."""

    id: str
    name: str
    currency: str | None
    measure: Measure
    condition: Condition
    threshold: Decimal
    percent: bool
    message: str
    notify: bool

    @property
    def is_level(self) -> bool:
        """Whether the rule watches a level, rather than moves."""
        return self.condition in LEVELS

    @property
    def by_activity(self) -> bool:
        """Whether the rule looks at the net change of each activity."""
        return not self.is_level and self.measure in AMOUNTS


@dataclass(frozen=True, slots=True)
class Edge:
    """What is remembered of a rule: whether its level holds, or what moves compare with.

    `gained` is how far a rate had come when something flowed in or out, which makes it another one.
    """

    holds: bool = False
    reference: Decimal | None = None
    gained: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule, by its id, fired: what its measure was before and is now."""

    rule: str
    before: Decimal | None
    now: Decimal

    @property
    def change(self) -> Decimal | None:
        """What the measure changed by."""
        return None if self.before is None else minus(self.now, self.before)


def problem_of(
    currency: str | None,
    measure: Measure,
    condition: Condition,
    threshold: Decimal,
    *,
    percent: bool,
    cash: str,
) -> tuple[str, str] | None:
    """Return the field and the name of what makes no sense in a rule, `None` if all does."""
    if currency is None and measure not in OF_ACCOUNT:
        return "measure", "measure_needs_currency"
    if percent and condition in LEVELS and measure is not Measure.PROFIT_RATE:
        return "unit", "percent_of_level"
    if not percent and measure is Measure.PROFIT_RATE:
        return "unit", "rate_is_percent"
    if currency == cash and measure is Measure.PROFIT_RATE:
        return "measure", "rate_of_cash"
    return _problem_of_threshold(measure, condition, threshold, percent=percent)


def _problem_of_threshold(
    measure: Measure, condition: Condition, threshold: Decimal, *, percent: bool
) -> tuple[str, str] | None:
    """Return the same of a threshold, by what the measure can be at all."""
    least = LEAST_RATE if measure is Measure.PROFIT_RATE else ZERO
    if condition not in LEVELS and threshold <= ZERO:
        return "threshold", "threshold_not_positive"
    if measure is not Measure.PROFIT_RATE and threshold < ZERO:
        return "threshold", "threshold_negative"
    if condition is Condition.ABOVE and threshold <= least:
        return "threshold", "threshold_always"
    if condition is Condition.BELOW and threshold < least:
        return "threshold", "threshold_unreachable"
    if (
        condition is Condition.DECREASE
        and percent
        and measure is not Measure.PROFIT_RATE
        and threshold > HUNDRED
    ):
        return "threshold", "threshold_unreachable"
    return None


def armed(rule: Rule, now: Decimal) -> Edge:
    """Return the edge of a rule that is new or was edited: it does not fire for what holds already."""
    if rule.is_level:
        return Edge(holds=_beyond(rule, now))
    return Edge(reference=None if rule.by_activity else now)


def looked_at(
    rule: Rule, edge: Edge, now: Decimal, last: Decimal | None = None
) -> tuple[Edge, Firing | None]:
    """Return the edge after a look at the measure, and a firing if it crossed the threshold.

    `last` is what a level was at the look before, `None` if nobody knows.
    """
    if rule.is_level:
        if _beyond(rule, now):
            return replace(edge, holds=True), (
                None if edge.holds else Firing(rule.id, last, now)
            )
        return (replace(edge, holds=False) if _returned(rule, now) else edge), None
    if edge.reference is None:
        return replace(edge, reference=now), None
    if edge.gained is not None:
        return Edge(reference=minus(now, edge.gained)), None
    if rule.measure is Measure.PROFIT_RATE:
        # Its percent are points: a rate has no rate of its own.
        far = _far(minus(now, edge.reference), rule)
    else:
        far = _moved(rule, minus(now, edge.reference), edge.reference)
    if not far:
        return edge, None
    return replace(edge, reference=now), Firing(rule.id, edge.reference, now)


def fired_by(rule: Rule, change: Decimal, now: Decimal) -> Firing | None:
    """Return a firing if an activity's net change of an amount reaches the threshold; `now` is after it."""
    before = minus(now, change)
    if not _moved(rule, change, before):
        return None
    return Firing(rule.id, before, now)


def flowed(edge: Edge, worth: Decimal) -> Edge:
    """Return the edge after a flow: what came in or went out is neither gain nor loss."""
    if edge.reference is None:
        return edge
    return replace(edge, reference=plus(edge.reference, worth))


def diluted(edge: Edge, last: Decimal | None) -> Edge:
    """Return the edge of a rate after a flow: the next look compares from there.

    `last` is what the rate was before it, `None` if nobody knows: it then counts from the next look.
    """
    if edge.reference is None or edge.gained is not None:
        return edge
    gained = ZERO if last is None else minus(last, edge.reference)
    return replace(edge, gained=gained)


def _moved(rule: Rule, change: Decimal, before: Decimal) -> bool:
    """Tell whether a change reaches the threshold; from 0, any rise does by percent."""
    if not rule.percent:
        return _far(change, rule)
    if not before:
        return rule.condition is Condition.INCREASE and change > ZERO
    return _far(times(divided(change, before.copy_abs()), HUNDRED), rule)


def _far(change: Decimal, rule: Rule) -> bool:
    if rule.condition is Condition.INCREASE:
        return change >= rule.threshold
    return change <= negative(rule.threshold)


def _beyond(rule: Rule, now: Decimal) -> bool:
    if rule.condition is Condition.ABOVE:
        return now >= rule.threshold
    return now <= rule.threshold


def _returned(rule: Rule, now: Decimal) -> bool:
    """Tell whether a measure has left its level by the hysteresis; for 0, by anything."""
    margin = (
        HYSTERESIS_POINTS
        if rule.measure is Measure.PROFIT_RATE
        else times(rule.threshold.copy_abs(), HYSTERESIS)
    )
    if rule.condition is Condition.ABOVE:
        bound = minus(rule.threshold, margin)
        return now < bound if not margin else now <= bound
    bound = plus(rule.threshold, margin)
    return now > bound if not margin else now >= bound
