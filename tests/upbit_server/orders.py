"""The orders of the account: what they lock, how they fill, what comes back."""

from collections.abc import Callable, Sequence
from decimal import ROUND_UP, Decimal
from functools import reduce

from .ledger import ZERO, Change, Ledger
from .market import Market, Markets
from .order import VOLUME_STEP, Fill, Order, made, parts_of, volume_for
from .readers import Impossible
from .timestamps import Timestamps
from .wire import EXACT, ROUNDED, Value


class OrderBook:
    """The open orders of the account."""

    def __init__(
        self,
        ledger: Ledger,
        markets: Markets,
        moved: Callable[[Sequence[str], int], None],
        told: Callable[[dict[str, Value]], None],
        merges_fills: Callable[[], bool],
        timestamps: Timestamps,
    ) -> None:
        """Move the ledger, tell currencies that moved and order frames."""
        self._timestamps = timestamps
        self._ledger = ledger
        self._markets = markets
        self._moved = moved
        self._told = told
        self._merges_fills = merges_fills
        self._open: dict[str, Order] = {}

    def open(self) -> list[Order]:
        """Return the orders that wait."""
        return list(self._open.values())

    def locked(self, currency: str) -> Decimal:
        """Return what the orders lock of a currency."""
        locked = (one.locked for one in self.open() if one.pays == currency)
        return reduce(EXACT.add, locked, ZERO)

    def place(
        self,
        code: str,
        side: str,
        volume: Decimal | None = None,
        price: Decimal | None = None,
        *,
        reserved: bool = False,
    ) -> Order:
        """Place an order (`made`); what the market has reached is filled at once, at the market's price.

        A reserved one (예약주문) does nothing before it is set off. Raises `Impossible`, `Overdrawn`.
        """
        market = self._markets[code]
        order = made(market, side, volume, price, self._timestamps.now())
        if reserved and order.kind != "limit":
            raise Impossible("a reserved order has a price and a volume")
        if reserved:
            order.state = "watch"
        bought = ZERO
        if order.kind == "price":
            assert price is not None
            bought = volume_for(price, market)
        self._lock(order)
        match order.kind:
            case "price":
                self._fill(order, [bought], market.price, is_maker=False)
                self.cancel(order.uuid)
            case "market":
                assert volume is not None
                self._fill(order, [volume], market.price, is_maker=False)
            case _:
                self._take(order)
        return order

    def set_off(self, uuid: str) -> None:
        """Let a reserved order wait like any other; raises `Impossible`."""
        order = self._waiting(uuid)
        if order.state != "watch":
            raise Impossible("only a reserved order is set off")
        order.state = "wait"
        self._tell(order)
        self._take(order)

    def fill(self, uuid: str, parts: Sequence[Decimal]) -> None:
        """Fill a limit order in parts, each a volume, at its own price; raises `Impossible`."""
        order = self._waiting(uuid)
        if order.state == "watch":
            raise Impossible("a reserved order does not fill before it is set off")
        assert order.price is not None
        self._fill(order, parts, order.price, is_maker=True)

    def cancel(self, uuid: str) -> None:
        """Give back what an open order locks; raises `Impossible`."""
        order = self._waiting(uuid)
        stamp = self._timestamps.now()
        self._ledger.apply(self._released(order))
        self._end(order, "cancel")
        self._tell(order)
        self._moved([order.pays], stamp)

    def prevent(self, uuid: str, volume: Decimal | None = None) -> None:
        """Cancel a volume of a limit order, or all that is left, as self-match prevention does.

        That is told by the state `prevented`. An order of which something is left goes on; one of
        which nothing is left then ends in `cancel`. Raises `Impossible`.
        """
        order = self._waiting(uuid)
        if order.state == "watch":
            raise Impossible("a reserved order meets no other before it is set off")
        left, price = order.remaining, order.price
        assert left is not None and price is not None
        if volume is None:
            volume = left
        if volume > left:
            raise Impossible("more than the order waits for")
        freed = order.locked
        if volume < left:
            freed = order.cost_of(order.filled_by(volume, price, is_maker=True))
        now = self._timestamps.now()
        self._ledger.apply(Change(order.pays, freed, EXACT.minus(freed)))
        order.prevent(volume, freed, "reduce" if volume < left else "cancel_maker")
        self._tell(order, state="prevented")
        if not order.remaining:
            self._end(order, "cancel")
            self._tell(order)
        self._moved([order.pays], now)

    def trade(self, code: str, side: str, volume: Decimal, fills: int = 1) -> Order:
        """Trade a volume at the market's price at once; raises `Impossible`, `Overdrawn`.

        A sell is a market order. A buy is a market order of the funds that the volume needs; its
        rounding comes back as dust, with which a market buy ends in `cancel`.
        """
        market = self._markets[code]
        parts = parts_of(volume, fills)
        stamp = self._timestamps.now()
        if side.upper() == "ASK":
            order = made(market, side, volume, None, stamp)
        else:
            step = Decimal(1) if market.quote == "KRW" else VOLUME_STEP
            needed = EXACT.multiply(market.price, volume)
            funds = needed.quantize(step, ROUND_UP, context=ROUNDED)
            order = made(market, side, None, funds, stamp)
        self._lock(order)
        self._fill(order, parts, market.price, is_maker=False)
        if order.uuid in self._open:
            self.cancel(order.uuid)
        return order

    def match(self, market: Market) -> None:
        """Fill the limit orders that a market's price has come to, at their own price."""
        for order in self.open():
            if order.market is market and order.is_reached():
                assert order.price is not None and order.remaining is not None
                self._fill(order, [order.remaining], order.price, is_maker=True)

    def _waiting(self, uuid: str) -> Order:
        if order := self._open.get(uuid):
            return order
        raise Impossible(f"no such order: {uuid}")

    def _lock(self, order: Order) -> None:
        """Lock what an order needs, and let it wait; raises `Overdrawn`."""
        locked = order.locked
        self._ledger.apply(Change(order.pays, EXACT.minus(locked), locked))
        self._open[order.uuid] = order
        self._tell(order)
        self._moved([order.pays], order.created)

    def _take(self, order: Order) -> None:
        """Fill an order that comes to a market beyond its price: it gets the market's, which is better."""
        if order.is_reached():
            assert order.remaining is not None
            price = order.market.price
            self._fill(order, [order.remaining], price, is_maker=False)

    def _fill(
        self,
        order: Order,
        parts: Sequence[Decimal],
        price: Decimal,
        *,
        is_maker: bool,
    ) -> None:
        """Fill an order in parts; a filled order is done and gets its rest back. Raises `Impossible`."""
        fills = [order.filled_by(one, price, is_maker=is_maker) for one in parts]
        _check(order, fills)
        for number, fill in enumerate(fills):
            stamp = self._timestamps.now()
            self._exchange(order, fill)
            is_done = order.remaining == 0
            self._tell(order, fill, stamp)
            if number == len(fills) - 1 or not self._merges_fills():
                self._moved([order.pays, order.gets], stamp)
            if is_done:
                self._tell(order)

    def _exchange(self, order: Order, fill: Fill) -> None:
        """Let a fill happen, and give back what the last one leaves."""
        taken = Change(order.pays, locked=EXACT.minus(order.cost_of(fill)))
        quote = order.market.quote
        if order.side == "BID":
            got = Change(order.gets, fill.volume, price=fill.price, unit=quote)
        else:
            got = Change(order.gets, EXACT.subtract(fill.funds, fill.fee))
        order.count(fill)
        order.market.traded(fill.volume, fill.funds)
        if order.remaining == 0:
            self._ledger.apply(taken, got, self._released(order))
            self._end(order, "done")
        else:
            self._ledger.apply(taken, got)

    @staticmethod
    def _released(order: Order) -> Change:
        return Change(order.pays, order.locked, EXACT.minus(order.locked))

    def _end(self, order: Order, state: str) -> None:
        del self._open[order.uuid]
        order.state, order.locked = state, ZERO

    def _tell(
        self,
        order: Order,
        fill: Fill | None = None,
        stamp: int | None = None,
        state: str | None = None,
    ) -> None:
        state = state or ("trade" if fill else order.state)
        self._told(order.frame(self._timestamps.now(), state, fill, stamp))


def _check(order: Order, fills: Sequence[Fill]) -> None:
    """Raise `Impossible` if fills are more than an order waits for, or cost more than it locks."""
    volume = reduce(EXACT.add, (fill.volume for fill in fills), ZERO)
    if order.remaining is not None and volume > order.remaining:
        raise Impossible("more than the order waits for")
    if reduce(EXACT.add, map(order.cost_of, fills), ZERO) > order.locked:
        raise Impossible("more than the order locks")
