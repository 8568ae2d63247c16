"""What has happened and is not told yet: what moved, the fills of orders, and how long both wait."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from .activity import Fill, How, Leg, Legs, together
from .amounts import covers, tells
from .explanation import Explained, exactly, explain
from .patience import Patience
from .pattern import Move, WorthOf, same_total
from .unmoved import unmoved

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
        """Whether a row of a fill has not come yet."""
        return bool(unmoved(self.fills, self.moves))

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

    def before(
        self, gaps: Legs, market: Market, *, shown: bool, time: int
    ) -> Explained:
        """Return what happened while nobody looked.

        What has moved since has reasons of its own, and stays pending; so does what only a snapshot
        has shown of the fills since: all of it if `shown`, else what the gaps have room for.
        """
        since = together(*(move.legs for move in self.moves))
        away = _less(gaps, since)
        for legs in unmoved(self.fills, self.moves):
            currency, leg = next(iter(legs.items()))
            if shown or covers(away.get(currency, Leg()).total, leg.total):
                away = _less(away, legs)
        # Where fills are all of a gap, a first snapshot that was behind is no reason to tell of more.
        for currency, leg in together(*(fill.legs for fill in self.fills)).items():
            if same_total(gaps.get(currency, Leg()), leg):
                away.pop(currency, None)
        return explain(
            away,
            (),
            (),
            quotes=market.quotes,
            worth_of=market.worth_of,
            time=time,
            how=How.SNAPSHOT,
            while_away=True,
        )

    def _collected(self) -> tuple[Fill, ...]:
        fills, self.fills = tuple(self.fills), []
        return fills


def _less(gaps: Legs, legs: Legs) -> dict[str, Leg]:
    """Return what is left of gaps without some legs; of what has no gap nothing can be taken."""
    less = {code: gap.less(legs.get(code, Leg())) for code, gap in gaps.items()}
    return {code: gap for code, gap in less.items() if tells(gap.total)}
