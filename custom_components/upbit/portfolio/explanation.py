"""Why it moved: from gaps between what is shown and what was told to activities.

Fills explain exactly. Without them the pattern decides.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final

from .activity import Activity, Fill, How, Leg, Legs, executed, together
from .amounts import TINY, ZERO, add, subtract, tells, times
from .pattern import Move, Pattern, WorthOf, take_out
from .unmoved import unmoved

BELONGS: Final = Decimal("0.01")
"""The part of a trade's funds that may be missing to it: taxes and fees abroad."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Activities, and the currencies whose gap the fills opened: told before their amount moved."""

    activities: tuple[Activity, ...] = ()
    ahead: frozenset[str] = frozenset()


def exactly(gaps: Legs, fills: Sequence[Fill]) -> Explained | None:
    """Return the trades of fills that explain the gaps of all that they touch, else `None`."""
    claimed = together(*(fill.legs for fill in fills))
    tolerance = times(TINY, Decimal(len(fills)))
    for currency, leg in claimed.items():
        gap = gaps.get(currency, Leg())
        if subtract(gap.total, leg.total).copy_abs() > tolerance:
            return None
    rest = dict(gaps)
    return Explained(tuple(_trades(rest, fills)))


def explain(
    gaps: Legs,
    fills: Sequence[Fill],
    moves: Sequence[Move],
    *,
    quotes: Sequence[str],
    worth_of: WorthOf,
    time: int,
    held: Collection[str] = (),
    how: How = How.PATTERN,
    while_away: bool = False,
) -> Explained:
    """Return the activities that close the gaps.

    `quotes` are the currencies that others are paid with, the cash first; `time` in ms of the epoch
    is for what carries none of its own; what fills leave of the gaps of `held` is not told now.
    """
    rest = {currency: leg for currency, leg in gaps.items() if leg}
    trades = _trades(rest, fills)
    ahead = _ahead(rest, trades, unmoved(fills, moves))
    for currency in (*ahead, *held):
        rest.pop(currency, None)
    pattern = Pattern(quotes, worth_of, time, how, while_away)
    found = pattern.of_moves(rest, _without(moves, fills))
    found += pattern.of_gaps(rest)
    found += pattern.of_flows(rest)
    return Explained((*trades, *found), frozenset(ahead))


def _trades(rest: dict[str, Leg], fills: Sequence[Fill]) -> list[Activity]:
    """Take the fills out of the rest, one trade an order."""
    by_order = sorted(fills, key=lambda fill: fill.order)
    trades = [
        executed(tuple(group))
        for _, group in groupby(by_order, key=lambda fill: fill.order)
    ]
    trades.sort(key=lambda trade: trade.time)
    result = []
    for trade in trades:
        legs = {
            currency: _shared(leg, rest.get(currency, Leg()))
            for currency, leg in trade.legs.items()
        }
        take_out(rest, legs)
        result.append(replace(trade, legs=MappingProxyType(legs)))
    for number, trade in enumerate(result):
        result[number] = _with_remainder(rest, trade)
    return result


def _shared(leg: Leg, gap: Leg) -> Leg:
    """Return a leg whose part in orders is what the gap shows, as far as it goes."""
    if not gap.locked or (gap.locked < ZERO) != (leg.total < ZERO):
        return leg
    less = gap.locked if gap.locked.copy_abs() < leg.total.copy_abs() else leg.total
    return Leg.of(leg.total, less)


def _with_remainder(rest: dict[str, Leg], trade: Activity) -> Activity:
    """Let a small remainder of the quote belong to the trade."""
    quote = trade.counter_currency
    assert quote is not None
    left = rest.get(quote, Leg()).total
    if not tells(left):
        return trade
    most = times(trade.leg(quote).total.copy_abs(), BELONGS)
    if left.copy_abs() > most:
        return trade
    extra = {quote: Leg.of(left)}
    take_out(rest, extra)
    return replace(trade, legs=MappingProxyType(together(trade.legs, extra)))


def _ahead(rest: Legs, trades: Sequence[Activity], missing: Sequence[Legs]) -> set[str]:
    """Return the currencies that fills have moved, and rows have not.

    What is left of them is the opposite of one trade, or of all, or has legs of fills `missing` beside
    what else has moved: anything else has another reason.
    """
    changes = [trade.legs for trade in trades]
    opposite = {
        currency
        for legs in (*changes, together(*changes))
        for currency, leg in legs.items()
        if currency in rest
        and tells(leg.total)
        and not tells(add(rest[currency].total, leg.total))
    }
    unseen = {currency for legs in missing for currency in legs}
    return opposite | {code for code in unseen if tells(rest.get(code, Leg()).total)}


def _without(moves: Sequence[Move], fills: Sequence[Fill]) -> list[Move]:
    """Return the moves that are not those of the fills."""
    explained = {(fill.base, fill.quote, fill.buys) for fill in fills}
    return [
        move
        for move in moves
        if not any(
            base in move.legs
            and quote in move.legs
            and (move.legs[base].total > ZERO) == buys
            for base, quote, buys in explained
        )
    ]
