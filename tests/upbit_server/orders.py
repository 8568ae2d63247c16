"""Orders of the account: what they lock, how they fill, what comes back.

Sources: https://docs.upbit.com/kr/reference/new-order and websocket-myorder. Fees: 0.05 % in won
markets, 0.25 % in the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Final
from uuid import uuid4

from .ledger import ZERO, Ledger
from .market import Market, Markets
from .timestamps import Timestamps
from .wire import EXACT, ROUNDED, Value

FEES: Final = {"KRW": Decimal("0.0005")}
OTHER_FEE: Final = Decimal("0.0025")
VOLUME_STEP: Final = Decimal("1E-8")


@dataclass(slots=True)
class Order:
    """An order; `side` is BID or ASK, `kind` limit, price (market buy) or market (market sell)."""

    market: Market
    side: str
    kind: str
    price: Decimal | None
    volume: Decimal | None
    reserved_fee: Decimal
    locked: Decimal
    created: int
    uuid: str = field(default_factory=lambda: str(uuid4()))
    state: str = "wait"
    executed: Decimal = ZERO
    funds: Decimal = ZERO
    paid_fee: Decimal = ZERO
    trades: int = 0

    @property
    def fee_rate(self) -> Decimal:
        """The part of the funds that the exchange keeps."""
        return FEES.get(self.market.quote, OTHER_FEE)

    @property
    def remaining_fee(self) -> Decimal:
        """What is left of the reserved fee, in the quote currency."""
        return max(ZERO, EXACT.subtract(self.reserved_fee, self.paid_fee))

    @property
    def remaining(self) -> Decimal | None:
        """What is left to fill, in the base currency."""
        return (
            None if self.volume is None else EXACT.subtract(self.volume, self.executed)
        )


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill: price and fee in the quote currency, volume in the base currency."""

    uuid: str
    price: Decimal
    volume: Decimal
    fee: Decimal


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

    def place(
        self,
        code: str,
        side: str,
        volume: Decimal | None = None,
        price: Decimal | None = None,
        *,
        reserved: bool = False,
    ) -> Order:
        """Lock what an order needs and let it wait; raises `KeyError`, `ValueError`, `Overdrawn`.

        With volume and price it is a limit order, with a price alone a market buy of that much, with
        a volume alone a market sell. A reserved one (예약주문) does nothing before it is set off.
        """
        market = self._markets[code]
        side = side.upper()
        kind = _kind(side, volume, price)
        rate = FEES.get(market.quote, OTHER_FEE)
        fee = locked = ZERO
        if side == "BID":
            assert price is not None
            funds = price if volume is None else EXACT.multiply(price, volume)
            fee = EXACT.multiply(funds, rate)
            locked = EXACT.add(funds, fee)
        else:
            assert volume is not None
            locked = volume
        stamp = self._timestamps.stamp()
        pays = market.quote if side == "BID" else market.base
        self._ledger.move(pays, EXACT.minus(locked), locked)
        order = Order(market, side, kind, price, volume, fee, locked, stamp)
        if reserved:
            order.state = "watch"
        self._open[order.uuid] = order
        self._tell(order)
        self._moved([pays], stamp)
        return order

    def set_off(self, uuid: str) -> None:
        """Let a reserved order wait like any other; raises `KeyError`."""
        order = self._open[uuid]
        order.state = "wait"
        self._tell(order)
        self.match(order.market)

    def fill(self, order: Order, parts: Sequence[Decimal], price: Decimal) -> None:
        """Fill an order in parts, each a volume; a filled order is done and gets its rest back."""
        pays = order.market.quote if order.side == "BID" else order.market.base
        gets = order.market.base if order.side == "BID" else order.market.quote
        for number, volume in enumerate(parts):
            stamp = self._timestamps.stamp()
            fill = self._one_fill(order, volume, price)
            left = order.remaining
            if left == 0:
                self._refund(order, pays)
                order.state = "done"
                del self._open[order.uuid]
            self._tell(order, fill, stamp)
            if number == len(parts) - 1 or not self._merges_fills():
                self._moved([pays, gets], stamp)
            if left == 0:
                self._tell(order)

    def cancel(self, uuid: str) -> None:
        """Give back what an open order locks; raises `KeyError`."""
        order = self._open.pop(uuid)
        pays = order.market.quote if order.side == "BID" else order.market.base
        stamp = self._timestamps.stamp()
        self._refund(order, pays)
        order.state = "cancel"
        self._tell(order)
        self._moved([pays], stamp)

    def trade(self, code: str, side: str, volume: Decimal, fills: int = 1) -> Order:
        """Trade a volume at the market's price at once.

        A sell is a market order. A buy is a market order of the funds that the volume needs; its
        rounding comes back as dust, with which a market buy ends in `cancel`.
        """
        market = self._markets[code]
        price = market.price
        if side.upper() == "ASK":
            order = self.place(code, side, volume=volume)
            self.fill(order, _parts(volume, fills), price)
            return order
        step = Decimal(1) if market.quote == "KRW" else VOLUME_STEP
        funds = EXACT.multiply(price, volume).quantize(step, ROUND_UP)
        order = self.place(code, side, price=funds)
        self.fill(order, _parts(volume, fills), price)
        self.cancel(order.uuid)
        return order

    def match(self, market: Market) -> None:
        """Fill the limit orders that a market's price has reached."""
        for order in self.open():
            if order.market is not market or order.kind != "limit":
                continue
            if order.state == "watch":
                continue
            assert order.price is not None
            assert order.remaining is not None
            bid = order.side == "BID"
            if market.price <= order.price if bid else market.price >= order.price:
                self.fill(order, [order.remaining], order.price)

    def _one_fill(self, order: Order, volume: Decimal, price: Decimal) -> Fill:
        """Exchange funds for volume out of what the order locked."""
        market = order.market
        funds = EXACT.multiply(price, volume)
        fee = EXACT.multiply(funds, order.fee_rate)
        if order.side == "BID":
            paid = EXACT.add(funds, fee)
            self._ledger.bought(market.base, volume, price, market.quote)
            self._ledger.move(market.quote, ZERO, EXACT.minus(paid))
            self._ledger.move(market.base, volume)
            order.locked = EXACT.subtract(order.locked, paid)
        else:
            self._ledger.move(market.base, ZERO, EXACT.minus(volume))
            self._ledger.move(market.quote, EXACT.subtract(funds, fee))
            order.locked = EXACT.subtract(order.locked, volume)
        order.executed = EXACT.add(order.executed, volume)
        order.funds = EXACT.add(order.funds, funds)
        order.paid_fee = EXACT.add(order.paid_fee, fee)
        order.trades += 1
        market.traded(volume, funds)
        order.state = "trade"
        return Fill(str(uuid4()), price, volume, fee)

    def _refund(self, order: Order, pays: str) -> None:
        if order.locked:
            self._ledger.move(pays, order.locked, EXACT.minus(order.locked))
            order.locked = ZERO

    def _tell(
        self, order: Order, fill: Fill | None = None, stamp: int | None = None
    ) -> None:
        average = ZERO
        if order.executed:
            average = ROUNDED.divide(order.funds, order.executed).quantize(VOLUME_STEP)
        self._told(
            {
                "type": "myOrder",
                "code": order.market.code,
                "uuid": order.uuid,
                "ask_bid": order.side,
                "order_type": order.kind,
                "state": "trade" if fill else order.state,
                "trade_uuid": fill.uuid if fill else None,
                "price": fill.price if fill else order.price,
                "avg_price": average,
                "volume": fill.volume if fill else order.volume,
                "remaining_volume": order.remaining,
                "executed_volume": order.executed,
                "trades_count": order.trades,
                "reserved_fee": order.reserved_fee,
                "remaining_fee": order.remaining_fee,
                "paid_fee": order.paid_fee,
                "locked": order.locked,
                "executed_funds": order.funds,
                "time_in_force": None,
                "trade_fee": fill.fee if fill else None,
                "is_maker": order.kind == "limit" if fill else None,
                "identifier": None,
                "smp_type": None,
                "prevented_volume": ZERO,
                "prevented_locked": ZERO,
                "trade_timestamp": stamp if fill else None,
                "order_timestamp": order.created,
                "timestamp": self._timestamps.now(),
                "stream_type": "REALTIME",
            }
        )


def _kind(side: str, volume: Decimal | None, price: Decimal | None) -> str:
    if side not in ("BID", "ASK"):
        raise ValueError("side is bid or ask")
    for amount in (volume, price):
        if amount is not None and amount <= 0:
            raise ValueError("volume and price are more than 0")
    match side, volume is not None, price is not None:
        case _, True, True:
            return "limit"
        case "BID", False, True:
            return "price"
        case "ASK", True, False:
            return "market"
        case _:
            raise ValueError("a market buy has a price, a market sell a volume")


def _parts(volume: Decimal, fills: int) -> list[Decimal]:
    part = ROUNDED.divide(volume, Decimal(fills)).quantize(VOLUME_STEP, ROUND_DOWN)
    if fills == 1 or not part:
        return [volume]
    rest = EXACT.subtract(volume, EXACT.multiply(part, Decimal(fills - 1)))
    return [part] * (fills - 1) + [rest]
