"""A model of the exchange as holdings meet it: an account that moves, frames and snapshots that misbehave.

Every change of a currency has a version, a number that only grows, which is also its balance. So what
is shown names the truth it stands for, and *older* can be told by comparing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
import heapq
from itertools import count

from custom_components.upbit.portfolio import holdings as held
from custom_components.upbit.portfolio.holdings import Holdings
from custom_components.upbit.portfolio.reconciliation import SnapshotPlan

ROUND_TRIP = 0.25


@dataclass(frozen=True)
class ModelRow:
    """A row of a frame or of a snapshot."""

    currency: str
    balance: Decimal
    locked: Decimal = Decimal(0)
    average_buy_price: Decimal = Decimal(0)
    average_buy_price_modified: bool = False
    unit_currency: str = "KRW"


@dataclass(frozen=True)
class Change:
    """A currency moves at a time (s); its frame comes `late` seconds later, so many times, or never."""

    at: float
    currency: str
    late: float = 0.0
    copies: int = 1
    empties: bool = False


@dataclass(frozen=True)
class Frame:
    """A row on its way, with its stamp (ms)."""

    row: ModelRow
    stamp: tuple[int, int]


@dataclass(frozen=True)
class Answer:
    """A snapshot on its way, and when it was asked for (s)."""

    requested: float
    rows: list[ModelRow]


@dataclass
class Account:
    """Plays changes, delivers frames and snapshots to holdings, and records what was shown."""

    changes: list[Change]
    lags: Iterator[float]
    first_row: str = "KRW"
    shown: list[tuple[float, dict[str, Decimal]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with the first row, at nothing but its version."""
        self.history: list[tuple[float, str, Decimal]] = [
            (0.0, self.first_row, Decimal(1))
        ]
        self.plan = SnapshotPlan()
        self.holdings = Holdings()
        self.missed = 0
        self._tie = count()
        self._events: list[tuple[float, int, Frame | Answer]] = []

    def at(self, moment: float) -> dict[str, Decimal]:
        """Return the amounts that the ledger held then."""
        return {
            currency: amount
            for when, currency, amount in self.history
            if when <= moment
        }

    def _push(self, at: float, event: Frame | Answer) -> None:
        heapq.heappush(self._events, (at, next(self._tie), event))

    def run(self, until: float) -> None:
        """Play everything that happens up to a time, in seconds."""
        self.holdings = held.opened(self._snapshot(0.0), cash="KRW", requested=0.0)
        self.plan = self.plan.request_made(0.0).stream_stands(0.0)
        versions = count(2)
        for change in sorted(self.changes, key=lambda change: change.at):
            amount = Decimal(0) if change.empties else Decimal(next(versions))
            self.history.append((change.at, change.currency, amount))
            row = ModelRow(change.currency, amount)
            stamp = (int(change.at * 1000), int(change.at * 1000))
            for copy in range(change.copies):
                self._push(change.at + change.late + copy, Frame(row, stamp))
        in_flight = False
        now = 0.0
        while now <= until:
            due = self.plan.due(repeat=bool(self.holdings.doubtful))
            next_event = self._events[0][0] if self._events else float("inf")
            if not in_flight and due is not None and max(due, now) <= next_event:
                now = max(due, now)
                self.plan = self.plan.request_made(now)
                in_flight = True
                self._push(now + ROUND_TRIP, Answer(now, self._snapshot(now)))
                continue
            if not self._events:
                break
            now, _, event = heapq.heappop(self._events)
            match event:
                case Frame(row, stamp):
                    outcome = held.received(self.holdings, [row], stamp, now)
                    self.plan = self.plan.frame_received(now)
                case Answer(requested, rows):
                    in_flight = False
                    outcome = held.met(
                        self.holdings, rows, requested=requested, stood_since=0.0
                    )
                    self.missed += len(outcome.missed)
                    if outcome.holdings.doubtful:
                        self.plan = self.plan.doubt_lasts(now)
            if outcome.doubted:
                self.plan = self.plan.doubt_arose(now)
            self.holdings = outcome.holdings
            self.shown.append(
                (now, {code: one.total for code, one in self.holdings.of.items()})
            )

    def _snapshot(self, requested: float) -> list[ModelRow]:
        lag = next(self.lags)
        return [
            ModelRow(currency, amount)
            for currency, amount in self.at(max(requested - lag, 0.0)).items()
            if amount
        ]
