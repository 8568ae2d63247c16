"""Orders as the exchange tells them, in the words of the money."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from .exchange.messages import MyOrder
from .exchange.rest import OpenOrder
from .moments import ms
from .portfolio.activity import Fill, Leg, Legs
from .portfolio.amounts import ZERO, add, tells
from .portfolio.holdings import NOTHING, Holding
from .portfolio.orders import Order


def fill_of(message: MyOrder) -> Fill | None:
    """Return the fill that a frame tells of, if it does."""
    if (
        message.state != "trade"
        or message.trade_uuid is None
        or message.price is None
        or message.volume is None
    ):
        return None
    quote, _, base = message.code.partition("-")
    return Fill(
        trade=message.trade_uuid,
        order=message.uuid,
        base=base,
        quote=quote,
        buys=message.ask_bid == "BID",
        price=message.price,
        volume=message.volume,
        fee=message.trade_fee or ZERO,
        time=message.trade_timestamp or message.timestamp,
    )


def order_of(message: MyOrder) -> Order:
    """Return the order that a frame tells of."""
    quote, _, base = message.code.partition("-")
    all_gone = message.remaining_volume == ZERO
    return Order(
        id=message.uuid,
        base=base,
        quote=quote,
        buys=message.ask_bid == "BID",
        price=message.price,
        locked=message.locked or ZERO,
        time=message.order_timestamp,
        # The frame that follows the last fill may be lost. A part can be prevented as well as filled.
        is_open=message.state in ("wait", "watch", "trade", "prevented")
        and not all_gone,
        cancelled=message.state == "cancel"
        or (message.state == "prevented" and all_gone),
    )


def listed_order(order: OpenOrder, now: int) -> Order:
    """Return an order of the list; `now` in ms of the epoch, for one that does not say when it was placed."""
    quote, _, base = order.market.partition("-")
    return Order(
        id=order.uuid,
        base=base,
        quote=quote,
        buys=order.side.lower() == "bid",
        price=order.price,
        locked=order.locked,
        time=ms(order.created_at) if order.created_at else now,
        is_open=True,
    )


def told_by_locks(
    orders: Collection[Order], gaps: Legs, shown: Mapping[str, Holding]
) -> set[str]:
    """Return the ids of the orders whose locks were told already: those that are shown, and leave no gap."""
    locked: dict[str, Decimal] = {}
    for order in orders:
        locked[order.pays] = add(locked.get(order.pays, ZERO), order.locked)
    return {
        order.id
        for order in orders
        if not tells(gaps.get(order.pays, Leg()).locked)
        and shown.get(order.pays, NOTHING).locked >= locked[order.pays]
    }
