"""Orders that wait: which are told as placed, which as cancelled, and which locks they explain.

Times are seconds of one monotonic clock, but for those of an order, which are ms of the epoch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Self

from .activity import Activity, How, Kind, Leg, Legs
from .amounts import ZERO, negative, tells
from .mappings import updated

PLACED_AFTER: Final = 2.0
"""Seconds that an order must have stayed open to be told: a market order never does."""

EXPLAINS_FOR: Final = 60.0
"""Seconds in which an order explains what is locked and given back of the currency that it pays with."""


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

    @property
    def open(self) -> int:
        """How many orders wait (미체결)."""
        return sum(waiting.order.is_open for waiting in self.known.values())

    def listed(
        self, orders: Iterable[Order], told: Iterable[str], now: float, since: float
    ) -> Self:
        """Return the orders that a list of the open ones shows; `told` are the ids of those told as placed.

        Of those that were heard of `since` a moment, or have ended, the list is older than what was heard.
        """
        ids = frozenset(told)
        known = {
            order.id: Waiting(order, now - PLACED_AFTER, order.id in ids)
            for order in orders
            if order.id not in self.ended
        }
        known |= {
            id_: waiting
            for id_, waiting in self.known.items()
            if waiting.since >= since or not waiting.order.is_open
        }
        # Those that came or went while nobody looked explain what is locked since.
        listed = (*self.known.values(), *known.values())
        stirred = {waiting.order.pays: now for waiting in listed}
        return replace(
            self, known=MappingProxyType(known), stirred=MappingProxyType(stirred)
        )

    def heard(self, order: Order, now: float) -> Self:
        """Take what the exchange tells of an order."""
        if order.id in self.ended:
            return self
        before = self.known.get(order.id)
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
        )

    def explains(self, currency: str, now: float) -> bool:
        """Say whether an order can have locked or freed some of a currency."""
        return now - self.stirred.get(currency, float("-inf")) <= EXPLAINS_FOR

    def unexplained(
        self, gaps: Legs, now: float, *, sees_orders: bool, while_away: bool
    ) -> dict[str, Leg]:
        """Return the gaps of what is locked or free again for no reason that is known.

        Orders that were placed or cancelled while nobody looked are told of by the list of orders,
        where the key sees it.
        """
        if sees_orders and while_away:
            return {}
        return {
            currency: gap
            for currency, gap in gaps.items()
            if not tells(gap.total)
            and tells(gap.locked)
            and not (sees_orders and self.explains(currency, now))
        }

    def due(self) -> float | None:
        """Return when the next order is told as placed, if it is still open then."""
        return min(
            (
                waiting.since + PLACED_AFTER
                for waiting in self.known.values()
                if waiting.order.is_open and not waiting.told
            ),
            default=None,
        )

    def settle(self, now: float, time: int) -> tuple[Self, tuple[Activity, ...]]:
        """Return the orders without those that ended, and what there is to tell of them.

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
        return replace(self, known=MappingProxyType(known)), tuple(activities)

    @property
    def told(self) -> tuple[str, ...]:
        """The ids of the orders that were told as placed and are not known to have ended."""
        return tuple(id_ for id_, waiting in self.known.items() if waiting.told)


def lock_of(
    currency: str, gap: Leg, *, sees_orders: bool, time: int, while_away: bool = False
) -> Activity:
    """Return what a lock is told as that no order explains; the total stands still.

    Without a view of orders it looks like one, and may be a withdrawal that waits.
    """
    if sees_orders:
        kind, how, reason = Kind.OTHER, How.PATTERN, "locked"
    else:
        placed = gap.locked > ZERO
        kind = Kind.ORDER_PLACED if placed else Kind.ORDER_CANCELLED
        how, reason = How.PATTERN, None
    return Activity(
        kind=kind,
        how=how,
        time=time,
        currency=currency,
        legs=MappingProxyType({currency: gap}),
        reason=reason,
        while_away=while_away,
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
