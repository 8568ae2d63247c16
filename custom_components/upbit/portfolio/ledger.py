"""What was told: amounts, the next id, what waits to be published, edges and openings. Stored between runs.

**Law:** once all is settled, `told` equals what is shown, for every currency, but for what is too small
to be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Self

from .activity import Activity, Leg, Legs
from .alerts import Edge, Firing
from .amounts import subtract, tells
from .history import History
from .holdings import NOTHING, Holding, Outcome
from .orders import Order
from .performance import Opening
from .quotes import Quotes

TRADES_KEPT: Final = 1_000
"""Trade ids by which a fill that comes twice is known."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What an entry remembers, but for the history.

    `owner` names the key whose account this is, by a fingerprint. The totals in `told` are exact; what
    of them is locked is as it was when last settled. `outbox` and `firings` wait to be published, `unwritten`
    was and waits for the file of the history, which is written less often. `orders` are those told as placed
    that may wait still, by their ids; `None` is one of which older versions stored nothing else.
    `prices` are the last of the markets that the holdings need, by code: what loses its price while nobody looks is a flow at it.
    """

    owner: str = ""
    told: Mapping[str, Leg] = field(default_factory=lambda: MappingProxyType({}))
    next_id: int = 1
    outbox: tuple[Activity, ...] = ()
    firings: tuple[Firing, ...] = ()
    unwritten: tuple[Activity, ...] = ()
    trades: tuple[str, ...] = ()
    orders: Mapping[str, Order | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    edges: Mapping[str, Edge] = field(default_factory=lambda: MappingProxyType({}))
    baseline: Opening | None = None
    day: Opening | None = None
    prices: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The totals that were told."""
        return {currency: leg.total for currency, leg in self.told.items()}

    def gap(self, currency: str, holding: Holding) -> Leg:
        """Return what is shown of a currency less what was told."""
        return leg_of(holding).less(self.told.get(currency, Leg()))

    def tell(
        self, activities: Iterable[Activity], quotes: Quotes
    ) -> tuple[Self, tuple[Activity, ...]]:
        """Return the ledger after activities, and these with their ids, ready to be published."""
        told = dict(self.told)
        baseline, day = self.baseline, self.day
        numbered = []
        for number, activity in enumerate(activities, self.next_id):
            one = replace(activity, id=number)
            numbered.append(one)
            for currency, leg in one.legs.items():
                told[currency] = told.get(currency, Leg()).plus(leg)
            baseline = baseline and baseline.after(one, quotes)
            day = day and day.after(one, quotes)
        ledger = replace(
            self,
            told=MappingProxyType(told),
            next_id=self.next_id + len(numbered),
            outbox=(*self.outbox, *numbered),
            baseline=baseline,
            day=day,
        )
        return ledger, tuple(numbered)

    @property
    def waits(self) -> bool:
        """Whether anything is to be published."""
        return bool(self.outbox or self.firings)

    def published(self, saved: Ledger) -> Self:
        """Take out what an earlier state of the ledger had to be published."""
        return replace(
            self.unwritten_with(self.outbox[: len(saved.outbox)]),
            outbox=self.outbox[len(saved.outbox) :],
            firings=self.firings[len(saved.firings) :],
        )

    def amended(self, activity: Activity) -> Self:
        """Put a fuller account of an activity in its place, wherever it waits."""
        if all(one.id != activity.id for one in self.outbox):
            return self.unwritten_with((activity,))
        outbox = (activity if one.id == activity.id else one for one in self.outbox)
        return replace(self, outbox=tuple(outbox))

    def unwritten_with(self, activities: Iterable[Activity]) -> Self:
        """Hold activities for the history's file, each once."""
        done = {activity.id: activity for activity in activities}
        return replace(
            self,
            unwritten=(
                *(one for one in self.unwritten if one.id not in done),
                *done.values(),
            ),
        )

    def written(self, history: History) -> Self:
        """Forget what the file of a history holds, or has no room for."""
        held = {activity.id: activity for activity in history.activities}
        return replace(
            self,
            unwritten=tuple(
                one
                for one in self.unwritten
                if one.id >= history.next_id or held.get(one.id, one) != one
            ),
        )

    def with_trades(self, trades: Iterable[str]) -> Self:
        """Remember the ids of fills."""
        return replace(self, trades=(*self.trades, *trades)[-TRADES_KEPT:])

    def with_locks(
        self, shown: Mapping[str, Holding], except_for: Iterable[str]
    ) -> Self:
        """Take over what is locked, where the totals agree: orders come and go without being told."""
        waiting = frozenset(except_for)
        told = dict(self.told)
        for currency, leg in self.told.items():
            holding = shown.get(currency, NOTHING)
            if currency not in waiting and not tells(
                subtract(holding.total, leg.total)
            ):
                told[currency] = Leg.of(leg.total, holding.locked)
        if told == self.told:
            return self
        return replace(self, told=MappingProxyType(told))


def begun(
    owner: str, shown: Mapping[str, Holding], before: Ledger | None, history: History
) -> Ledger:
    """Return the ledger of an account that is new: what it holds was always there.

    `before` is that of another account of the entry: what it had for the history still belongs there.
    Ids only grow: they go on from it, and from the history, which may have outlived a ledger that was
    damaged.
    """
    before = before or Ledger()
    return Ledger(
        owner=owner,
        told=legs_of(shown),
        next_id=max(before.next_id, history.next_id),
        unwritten=before.unwritten_with(before.outbox).unwritten,
    )


def is_another_account(
    ledger: Ledger, owner: str, shown: Mapping[str, Holding]
) -> bool:
    """Say whether a changed key belongs to another account: no amount is the one that was told."""
    if owner == ledger.owner:
        return False
    held = [currency for currency, holding in shown.items() if holding.total]
    return not any(
        currency in ledger.told and ledger.told[currency].total == shown[currency].total
        for currency in held
    )


def leg_of(holding: Holding) -> Leg:
    """Return a holding as the change from nothing to it."""
    return Leg(holding.total, holding.balance, holding.locked)


def legs_of(shown: Mapping[str, Holding]) -> Legs:
    """Return all holdings as changes from nothing."""
    return MappingProxyType(
        {currency: leg_of(holding) for currency, holding in shown.items()}
    )


def changes(outcome: Outcome) -> Legs:
    """Return what an outcome changed of the amounts."""
    before, after = outcome.before.of, outcome.holdings.of
    return {
        currency: leg_of(after[currency]).less(leg_of(before.get(currency, NOTHING)))
        for currency in outcome.amended
    }
