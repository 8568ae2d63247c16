"""Orders that wait: which are told as placed, which as cancelled, and what they lock.

Times are seconds of one monotonic clock, but for those of an order, which are ms of the epoch.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Self

from .activity import Activity, How, Kind, Leg, Legs
from .amounts import ZERO, add, negative, tells
from .evidence import REPLICA_BEHIND
from .mappings import updated

PLACED_AFTER: Final = 2.0
"""Seconds that an order must have stayed open to be told: a market order never does."""

EXPLAINS_FOR: Final = 60.0
"""Seconds in which an order explains what is locked and given back of the currency that it pays with."""

MISSED_FOR: Final = 45.0
"""Seconds in which an order that a list has left out may still be seen to be cancelled, while it explains locks."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the exchange last told it; `locked` in the currency that it pays with."""

    id: str
    base: str
    quote: str
    buys: bool
    price: Decimal | None
    locked: Decimal
    time: int
    is_open: bool
    cancelled: bool = False

    @property
    def pays(self) -> str:
        """The currency that the order locks."""
        return self.quote if self.buys else self.base


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order, since when it is known, and whether it was told as placed."""

    order: Order
    since: float
    told: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of an account that are open or have just ended."""

    known: Mapping[str, Waiting] = field(default_factory=lambda: MappingProxyType({}))
    stirred: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """When an order last moved a currency that it pays with."""

    ended: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """When the last orders ended: what is told of them afterwards is late."""

    missing: Mapping[str, Waiting] = field(default_factory=lambda: MappingProxyType({}))
    """Those told as placed that a list has left out, since when: what they locked tells how they ended."""

    stood: float = float("-inf")
    """When the stream stood that the last list belongs to: what happened since is heard."""

    @property
    def open(self) -> int:
        """How many orders wait (미체결)."""
        return sum(waiting.order.is_open for waiting in self.known.values())

    def listed(
        self,
        orders: Iterable[Order],
        told: Mapping[str, Order | None],
        now: float,
        since: float,
    ) -> Self:
        """Return the orders that a list of the open ones shows; `told` are those told as placed, by their ids.

        Those heard of at `since` or later, or that have ended, stay as the stream told them: the list is older.
        """
        known = {
            order.id: Waiting(order, now - PLACED_AFTER, order.id in told)
            for order in orders
            if order.id not in self.ended
        }
        known |= {
            id_: waiting
            for id_, waiting in self.known.items()
            if waiting.since >= since or not waiting.order.is_open
        }
        missing = {
            id_: self.missing.get(id_, Waiting(order, now, told=True))
            for id_, order in told.items()
            if order and id_ not in known and id_ not in self.ended
        }
        # Those that came or went while nobody looked explain what is locked since.
        listed = (*self.known.values(), *known.values(), *missing.values())
        stirred = {**self.stirred, **{waiting.order.pays: now for waiting in listed}}
        return replace(
            self,
            known=MappingProxyType(known),
            stirred=MappingProxyType(stirred),
            missing=MappingProxyType(missing),
            stood=since,
        )

    def heard(self, order: Order, now: float) -> Self:
        """Take what the exchange tells of an order."""
        if order.id in self.ended:
            return self
        before = self.known.get(order.id) or self.missing.get(order.id)
        if before and not order.is_open and not order.locked:
            # The last frame tells what is locked now, which is nothing.
            order = replace(order, locked=before.order.locked)
        waiting = Waiting(
            order,
            before.since if before else now,
            before.told if before else False,
        )
        ended = {
            id_: since
            for id_, since in self.ended.items()
            if now - since <= EXPLAINS_FOR
        }
        if not order.is_open:
            ended[order.id] = now
        return replace(
            self,
            known=updated(self.known, {order.id: waiting}),
            stirred=updated(self.stirred, {order.pays: now}),
            ended=MappingProxyType(ended),
            missing=MappingProxyType(
                {
                    id_: waiting
                    for id_, waiting in self.missing.items()
                    if id_ != order.id
                }
            ),
        )

    def explains(self, currency: str, now: float) -> bool:
        """Say whether an order can have locked or freed some of a currency."""
        return now - self.stirred.get(currency, float("-inf")) <= EXPLAINS_FOR

    def due(self) -> float | None:
        """Return when the next order is told as placed, if it is still open then, or is missed no longer."""
        placed = (
            waiting.since + PLACED_AFTER
            for waiting in self.known.values()
            if waiting.order.is_open and not waiting.told
        )
        missed = (one.since + MISSED_FOR for one in self.missing.values())
        return min((*placed, *missed), default=None)

    def settle(self, now: float, time: int) -> tuple[Self, tuple[Activity, ...]]:
        """Return the orders without those that ended or were missed in vain, and what there is to tell of them.

        `time` is now, in ms of the epoch.
        """
        known = dict(self.known)
        activities = []
        for id_, waiting in self.known.items():
            order = waiting.order
            if not order.is_open:
                del known[id_]
                if waiting.told and order.cancelled:
                    activities.append(_changed(order, Kind.ORDER_CANCELLED, time))
            elif not waiting.told and now >= waiting.since + PLACED_AFTER:
                known[id_] = replace(waiting, told=True)
                activities.append(_changed(order, Kind.ORDER_PLACED, order.time))
        missing = {
            id_: waiting
            for id_, waiting in self.missing.items()
            if now < waiting.since + MISSED_FOR
        }
        return (
            replace(
                self,
                known=MappingProxyType(known),
                missing=MappingProxyType(missing),
            ),
            tuple(activities),
        )

    def cancelled_unheard(
        self,
        gaps: Legs,
        time: int,
        *,
        confirmed: float,
        held: Collection[str],
        guessed: Collection[str],
        while_away: bool,
    ) -> tuple[Self, tuple[Activity, ...]]:
        """Return the orders, and which of the missing ones were cancelled.

        These have given back what they locked, and no total has moved. The amounts of `held` are not
        known; the others are as the snapshot says that was asked for when `confirmed` says. A guess has
        told of `guessed`, with all that was locked or freed: how their orders ended stays unknown.
        """
        if confirmed < self.stood + REPLICA_BEHIND:
            return self, ()
        left = dict(gaps)
        missing, activities = dict(self.missing), []
        for id_, waiting in self.missing.items():
            order = waiting.order
            gap = left.get(order.pays, Leg())
            if order.pays in guessed:
                del missing[id_]
                continue
            if (
                order.pays in held
                or not tells(order.locked)
                or tells(gap.total)
                or tells(max(add(gap.locked, order.locked), ZERO))
            ):
                continue
            del missing[id_]
            one = _changed(order, Kind.ORDER_CANCELLED, time)
            activities.append(replace(one, how=How.SNAPSHOT, while_away=while_away))
            left[order.pays] = gap.less(one.leg(order.pays))
        return replace(self, missing=MappingProxyType(missing)), tuple(activities)

    @property
    def told(self) -> Mapping[str, Order]:
        """The orders that were told as placed and are not known to have ended, by their ids."""
        return MappingProxyType(
            {
                id_: waiting.order
                for id_, waiting in (*self.known.items(), *self.missing.items())
                if waiting.told
            }
        )


def _changed(order: Order, kind: Kind, time: int) -> Activity:
    """Return the activity of an order that was placed or cancelled."""
    locked = order.locked if kind is Kind.ORDER_PLACED else negative(order.locked)
    return Activity(
        kind=kind,
        how=How.ORDER,
        time=time,
        currency=order.base,
        counter_currency=order.quote,
        legs=MappingProxyType({order.pays: Leg(ZERO, negative(locked), locked)}),
        price=order.price,
        order=order.id,
    )
