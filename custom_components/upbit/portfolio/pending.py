"""What has happened and is not told yet: what moved, the fills of orders, and how long both wait."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from .activity import Fill, How, Leg, Legs, together
from .amounts import covers
from .explanation import Explained, exactly, explain
from .patience import Patience
from .pattern import Move, WorthOf, same_total, take_out

MOVES_KEPT: Final = 1_000
"""Moves that are kept as they came, while nothing can be told for want of a snapshot or of a listener."""


@dataclass(frozen=True, slots=True)
class Market:
    """What patterns are judged by.

    `quotes` are the currencies that others are paid with, the cash first.
    """

    quotes: tuple[str, ...]
    worth_of: WorthOf


@dataclass(slots=True)
class Pending:
    """Collects what is to be told together; an explanation takes what it explains out of it."""

    moves: list[Move] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    patience: Patience = Patience()

    def moved(self, move: Move) -> None:
        """Keep a move; of more than can be told apart only the sums of the currencies stay."""
        self.moves.append(move)
        if len(self.moves) > MOVES_KEPT:
            self.moves = [
                Move({currency: leg}, move.time, move.how)
                for currency, leg in together(*(one.legs for one in self.moves)).items()
            ]

    @property
    def by_snapshot(self) -> bool:
        """Whether a snapshot has shown some of it: the other side of a trade may still be in doubt."""
        return any(move.how is How.SNAPSHOT for move in self.moves)

    @property
    def under_way(self) -> bool:
        """Whether the rows of a fill have not come yet."""
        return next(self._unmoved(), None) is not None

    def certain(self, gaps: Legs) -> tuple[Explained, tuple[Fill, ...]] | None:
        """Return the trades of the fills, and these, if they explain all that they touch."""
        if not self.fills or (explained := exactly(gaps, self.fills)) is None:
            return None
        touched = {code for fill in self.fills for code in fill.legs}
        self.moves = [move for move in self.moves if touched.isdisjoint(move.legs)]
        return explained, self._collected()

    def settled(
        self, gaps: Legs, market: Market, *, time: int, held: Collection[str]
    ) -> tuple[Explained, tuple[Fill, ...]]:
        """Return why everything moved but `held`, and the fills of it; nothing is pending then.

        `time` is now, in ms of the epoch.
        """
        by_pattern = any(move.how is How.PATTERN for move in self.moves)
        fills = self._collected()
        explained = explain(
            gaps,
            fills,
            self.moves,
            quotes=market.quotes,
            worth_of=market.worth_of,
            time=self.moves[-1].time if self.moves else time,
            held=held,
            how=How.PATTERN if by_pattern else How.SNAPSHOT,
        )
        self.moves.clear()
        self.patience = self.patience.settled()
        return explained, fills

    def before(self, gaps: Legs, market: Market, *, time: int) -> Explained:
        """Return what happened while nobody looked.

        What has moved since has reasons of its own, and stays pending; so does what only a snapshot
        has shown of the fills since.
        """
        since = together(*(move.legs for move in self.moves))
        filled = together(*(fill.legs for fill in self.fills))
        # Where fills are all of a gap, a first snapshot that was behind is no reason to tell of more.
        away = {
            currency: gap.less(since.get(currency, Leg()))
            for currency, gap in gaps.items()
            if not same_total(gap, filled.get(currency, Leg()))
        }
        for fill in self._unmoved():
            if covers(away.get(fill.base, Leg()).total, fill.legs[fill.base].total):
                for currency in away.keys() & fill.legs.keys():
                    away[currency] = away[currency].less(fill.legs[currency])
        return explain(
            {currency: gap for currency, gap in away.items() if gap},
            (),
            (),
            quotes=market.quotes,
            worth_of=market.worth_of,
            time=time,
            how=How.SNAPSHOT,
            while_away=True,
        )

    def _unmoved(self) -> Iterator[Fill]:
        """Yield the fills that no move contains: their rows have not come.

        A move that is equal to a fill is its own, whatever else it could contain. Then the newest fills
        come first: what only a snapshot has shown is older than what rows have.
        """
        left = [dict(move.legs) for move in reversed(self.moves)]
        others = []
        for fill in reversed(self.fills):
            if (legs := _equal_to(left, fill)) is None:
                others.append(fill)
            else:
                take_out(legs, fill.legs)
        for fill in others:
            if (legs := _containing(left, fill)) is None:
                yield fill
            else:
                take_out(legs, fill.legs)

    def _collected(self) -> tuple[Fill, ...]:
        fills, self.fills = tuple(self.fills), []
        return fills


def _equal_to(moves: list[dict[str, Leg]], fill: Fill) -> dict[str, Leg] | None:
    """Return the first of some moves that moved both currencies of a fill by just as much."""
    for legs in moves:
        if all(
            same_total(legs.get(code, Leg()), leg) for code, leg in fill.legs.items()
        ):
            return legs
    return None


def _containing(moves: list[dict[str, Leg]], fill: Fill) -> dict[str, Leg] | None:
    """Return the first of some moves that can have a fill in it, rather one of both currencies."""

    def has(legs: dict[str, Leg], currency: str) -> bool:
        return covers(legs.get(currency, Leg()).total, fill.legs[currency].total)

    of_base = [legs for legs in moves if has(legs, fill.base)]
    of_both = (legs for legs in of_base if has(legs, fill.quote))
    return next(chain(of_both, of_base), None)
