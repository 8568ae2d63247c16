"""What is locked or free again while the total stands still, and no order is known to have done it."""

from collections.abc import Collection
from types import MappingProxyType

from .activity import Activity, How, Kind, Leg, Legs
from .amounts import ZERO, tells
from .orders import Orders


def unexplained(
    gaps: Legs,
    orders: Orders,
    now: float,
    time: int,
    *,
    sees_orders: bool,
    held: Collection[str],
    while_away: bool,
) -> tuple[Activity, ...]:
    """Return what is told of locks, but of `held`; `now` by the clock of the orders, `time` in ms of the epoch.

    Orders that were placed or cancelled while nobody looked are told of by the list of orders,
    where the key sees it.
    """
    if sees_orders and while_away:
        return ()
    return tuple(
        _lock(currency, gap, sees_orders=sees_orders, time=time, while_away=while_away)
        for currency, gap in gaps.items()
        if currency not in held
        and not tells(gap.total)
        and tells(gap.locked)
        and not (sees_orders and orders.explains(currency, now))
    )


def _lock(
    currency: str, gap: Leg, *, sees_orders: bool, time: int, while_away: bool
) -> Activity:
    """Return what a lock is told as.

    Without a view of orders it looks like one, and may be a withdrawal that waits.
    """
    if sees_orders:
        kind, reason = Kind.OTHER, "locked"
    else:
        placed = gap.locked > ZERO
        kind = Kind.ORDER_PLACED if placed else Kind.ORDER_CANCELLED
        reason = None
    return Activity(
        kind=kind,
        how=How.PATTERN,
        time=time,
        currency=currency,
        legs=MappingProxyType({currency: gap}),
        reason=reason,
        while_away=while_away,
    )
