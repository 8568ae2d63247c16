"""What is held: the upsert of a frame's rows, and the meeting of a snapshot.

Frames may come late, twice or never; a snapshot (`GET /v1/accounts`) carries no time stamp and may
come from a replica some seconds behind. So every currency is *settled* or *doubtful*, and neither
source overrules the other without confirmation. Times are seconds of one monotonic clock, stamps
are the exchange's own (`asset_timestamp`, `timestamp`) in milliseconds.
"""

from collections.abc import Iterable, Mapping
from copy import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from .amounts import ZERO, add, keep
from .evidence import REPLICA_BEHIND, Doubt, Evidence, Stamp
from .mappings import copied
from .rows import Row, SnapshotRow

LATE: Final = 3.0
"""Seconds by which a row may come later than others."""

OVERTAKEN: Final = 10.0
"""Seconds after the request of a snapshot that was taken in which a row may still be from before it."""

CATCH_UP: Final = 15.0
"""Seconds after a connect in which a difference is a change missed while the stream was down."""


class AverageBuyPrice(NamedTuple):
    """The average buy price that the exchange keeps for a currency, in `unit_currency`.

    `total` is what was held in the same snapshot: the two belong together.
    """

    price: Decimal
    modified: bool
    unit_currency: str
    total: Decimal


class Holding(NamedTuple):
    """What is held of one currency, in that currency: `total` is `balance` + `locked`, exactly."""

    balance: Decimal = ZERO
    locked: Decimal = ZERO
    total: Decimal = ZERO
    average: AverageBuyPrice | None = None

    def moved(self, balance: Decimal, locked: Decimal) -> Holding:
        """Return the holding with new amounts; what is equal by value keeps its text."""
        return Holding(
            keep(self.balance, balance),
            keep(self.locked, locked),
            keep(self.total, add(balance, locked)),
            self.average,
        )

    def holds(self, balance: Decimal, locked: Decimal) -> bool:
        """Tell whether the amounts are these."""
        return self.balance == balance and self.locked == locked

    def averaged(self, row: SnapshotRow) -> Holding:
        """Return the holding with the average buy price of a snapshot that agrees with it."""
        price = row.average_buy_price
        if self.average is not None:
            price = keep(self.average.price, price)
        return replace(
            self,
            average=AverageBuyPrice(
                price, row.average_buy_price_modified, row.unit_currency, self.total
            ),
        )


NOTHING: Final = Holding()

UNKNOWN: Final = Evidence()


class Holdings(NamedTuple):
    """Every currency that was held since set-up; a sold one stays, at 0."""

    of: Mapping[str, Holding] = MappingProxyType({})
    evidence: Mapping[str, Evidence] = MappingProxyType({})
    doubtful: frozenset[str] = frozenset()
    """The currencies whose amount waits for confirmation."""

    behind: float = float("inf")
    """Seconds by which the exchange's stamps are behind the clock here, at the swiftest row so far."""

    began: float = float("-inf")
    """When the first snapshot was asked for: a replica may have been ahead of the next one's."""

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The total of each currency."""
        return {currency: holding.total for currency, holding in self.of.items()}


class Outcome(NamedTuple):
    """New holdings, those before, and what is new about them.

    `changed` are the currencies whose holding differs from before, `amended` those of them whose
    amounts did, `doubted` those that have become doubtful, `missed` those whose change came by
    snapshot although the stream stood.
    """

    holdings: Holdings
    before: Holdings
    changed: frozenset[str] = frozenset()
    amended: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    comes_or_goes: bool = False
    """Whether something is held that was not before, or the reverse."""


def opened(snapshot: Iterable[SnapshotRow], *, cash: str, requested: float) -> Holdings:
    """Return the holdings of the first snapshot, which is taken as it stands; `requested` is when.

    A currency at 0 is not held; only `cash`, the quote currency of the region, counts even then.
    """
    of = {
        row.currency: Holding().moved(row.balance, row.locked).averaged(row)
        for row in snapshot
        if row.currency == cash or add(row.balance, row.locked)
    }
    # An empty one says nothing that another could be older than.
    return Holdings(MappingProxyType(of), began=requested if of else float("-inf"))


def connected(holdings: Holdings) -> Holdings:
    """Forget the stamps: a new connection may begin with any of them."""
    return replace(
        holdings,
        behind=float("inf"),
        evidence=MappingProxyType(
            {
                currency: replace(known, stamp=None)
                for currency, known in holdings.evidence.items()
            }
        ),
    )


def received(
    holdings: Holdings,
    rows: Iterable[Row],
    stamp: Stamp,
    now: float,
    behind: float = float("inf"),
) -> Outcome:
    """Take the rows of a frame, each an upsert of one currency.

    A row older than the one that is held is dropped, and so is one that a snapshot which was taken
    just now has overtaken; one with the same stamp and other amounts is taken. Each leaves the
    currency doubtful. `behind` is by how many seconds the exchange's clock is behind the one here, as
    far as its answers tell.
    """
    draft = _Draft(holdings)
    draft.behind = min(holdings.behind, now - stamp[0] / 1000)
    # The swiftest row may have been late itself.
    behind = min(behind, draft.behind)
    happened = stamp[0] / 1000 + behind - LATE
    heard = Evidence(stamp=stamp, heard=now)
    # A frame may have some hundred rows, nearly all of which say nothing new.
    for row in rows:
        currency = row.currency
        known = draft.evidence.get(currency, UNKNOWN)
        holding = draft.of.get(currency, NOTHING)
        differs = not holding.holds(row.balance, row.locked)
        older = (known.stamp is not None and stamp < known.stamp) or (
            differs
            and known.taken is not None
            and now < known.taken + OVERTAKEN
            and happened < known.taken
        )
        rewritten = differs and stamp == known.stamp
        if differs and not older:
            draft.hold(currency, holding.moved(row.balance, row.locked))
        # One that agrees with the snapshot may be from before it, too, and be followed by others.
        taken = known.taken if older or not differs else None
        if older or rewritten or known.doubt:
            draft.know(
                currency,
                Evidence(
                    stamp=known.stamp if older else stamp,
                    heard=now,
                    doubt=Doubt(),
                    taken=taken,
                ),
            )
        elif taken is None:
            draft.evidence[currency] = heard
        else:
            draft.evidence[currency] = replace(heard, taken=taken)
    return draft.outcome()


def met(
    holdings: Holdings,
    snapshot: Iterable[SnapshotRow],
    *,
    requested: float,
    stood_since: float | None,
) -> Outcome:
    """Compare a snapshot with what is held, and take from it what is confirmed.

    `requested` is when it was asked for; `stood_since` when the stream's subscription was last
    proved, `None` while it is down.
    """
    rows = {row.currency: row for row in snapshot}
    draft = _Draft(holdings)
    for currency in rows.keys() | holdings.of.keys() | holdings.doubtful:
        row = rows.get(currency)
        balance, locked = (row.balance, row.locked) if row else (ZERO, ZERO)
        known = holdings.evidence.get(currency, UNKNOWN)
        holding = holdings.of.get(currency, NOTHING)
        if holding.holds(balance, locked):
            if known.doubt:
                draft.know(currency, replace(known, doubt=None))
            if row and currency in holdings.of:
                draft.hold(currency, holding.averaged(row))
            continue
        if max(known.since, holdings.began) > requested - REPLICA_BEHIND:
            draft.know(currency, replace(known, doubt=known.doubt or Doubt()))
            continue
        doubt = (known.doubt or Doubt()).again(requested, absent=row is None)
        if doubt.differed < 2 if row else doubt.absent < 3:
            draft.know(currency, replace(known, doubt=doubt))
            continue
        taken = holding.moved(balance, locked)
        draft.hold(currency, taken.averaged(row) if row else taken)
        draft.know(currency, replace(known, stamp=None, doubt=None, taken=requested))
        if stood_since is not None and doubt.first > stood_since + CATCH_UP:
            draft.missed.add(currency)
    return draft.outcome()


class _Draft:
    """Holdings under change, and which of them."""

    def __init__(self, holdings: Holdings) -> None:
        self._before = holdings
        self._touched: set[str] = set()
        self._doubtful = set(holdings.doubtful)
        self.of = copied(holdings.of)
        self.evidence = copied(holdings.evidence)
        self.missed: set[str] = set()
        self.behind = holdings.behind

    def hold(self, currency: str, holding: Holding) -> None:
        """Put a holding in place."""
        self.of[currency] = holding
        self._touched.add(currency)

    def know(self, currency: str, evidence: Evidence) -> None:
        """Put evidence in place that brings a doubt, or takes one away."""
        self.evidence[currency] = evidence
        if evidence.doubt:
            self._doubtful.add(currency)
        else:
            self._doubtful.discard(currency)

    def outcome(self) -> Outcome:
        before = self._before
        changed, amended, comes_or_goes = [], [], False
        for currency in self._touched:
            old, holding = before.of.get(currency, NOTHING), self.of[currency]
            if old == holding and currency in before.of:
                continue
            changed.append(currency)
            if not old.holds(holding.balance, holding.locked):
                amended.append(currency)
                comes_or_goes |= bool(old.total) != bool(holding.total)
        return Outcome(
            holdings=Holdings(
                of=MappingProxyType(self.of) if changed else before.of,
                evidence=MappingProxyType(self.evidence),
                doubtful=frozenset(self._doubtful),
                behind=self.behind,
                began=before.began,
            ),
            before=before,
            changed=frozenset(changed),
            amended=frozenset(amended),
            doubted=frozenset(self._doubtful - before.doubtful),
            missed=frozenset(self.missed),
            comes_or_goes=comes_or_goes,
        )
