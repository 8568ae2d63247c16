"""An order of the account, and what a frame of it tells.

Sources: https://docs.upbit.com/kr/reference/new-order, websocket-myorder, and
https://docs.upbit.com/kr/docs/self-match-prevention. Fees: 0.05 % in won
markets, 0.25 % in the others.
"""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Final
from uuid import uuid4

from .ledger import ZERO
from .market import Market
from .readers import Impossible
from .wire import EXACT, ROUNDED, Value

FEES: Final = {"KRW": Decimal("0.0005")}
OTHER_FEE: Final = Decimal("0.0025")
VOLUME_STEP: Final = Decimal("1E-8")


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill: price and fee in the quote currency, volume in the base currency."""

    price: Decimal
    volume: Decimal
    fee: Decimal
    is_maker: bool
    uuid: str = field(default_factory=lambda: str(uuid4()))

    @property
    def funds(self) -> Decimal:
        """What the volume costs, without the fee."""
        return EXACT.multiply(self.price, self.volume)


@dataclass(slots=True)
class Order:
    """An order; `side` is BID or ASK, `kind` limit, price (market buy) or market (market sell).

    A market buy's `price` is its funds.
    """

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
    smp_type: str | None = None
    prevented: Decimal = ZERO
    """Of its volume, what self-match prevention has cancelled."""
    prevented_locked: Decimal = ZERO

    @property
    def pays(self) -> str:
        """The currency that it locks."""
        return self.market.quote if self.side == "BID" else self.market.base

    @property
    def gets(self) -> str:
        """The currency that it is for."""
        return self.market.base if self.side == "BID" else self.market.quote

    @property
    def remaining_fee(self) -> Decimal:
        """What is left of the reserved fee, in the quote currency."""
        return max(ZERO, EXACT.subtract(self.reserved_fee, self.paid_fee))

    @property
    def remaining(self) -> Decimal | None:
        """What is left to fill, in the base currency."""
        if self.volume is None:
            return None
        return EXACT.subtract(self.volume, EXACT.add(self.executed, self.prevented))

    def is_reached(self) -> bool:
        """Return whether the market's price is the order's, or better."""
        if self.kind != "limit" or self.state == "watch":
            return False
        assert self.price is not None
        if self.side == "BID":
            return self.market.price <= self.price
        return self.market.price >= self.price

    def filled_by(self, volume: Decimal, price: Decimal, *, is_maker: bool) -> Fill:
        """Return a fill of the order; it has not happened yet."""
        rate = fee_rate(self.market)
        fee = EXACT.multiply(EXACT.multiply(price, volume), rate)
        return Fill(price, volume, fee, is_maker)

    def cost_of(self, fill: Fill) -> Decimal:
        """Return what a fill takes of what the order locks."""
        return EXACT.add(fill.funds, fill.fee) if self.side == "BID" else fill.volume

    def count(self, fill: Fill) -> None:
        """Note a fill that has happened."""
        self.locked = EXACT.subtract(self.locked, self.cost_of(fill))
        self.executed = EXACT.add(self.executed, fill.volume)
        self.funds = EXACT.add(self.funds, fill.funds)
        self.paid_fee = EXACT.add(self.paid_fee, fill.fee)
        self.trades += 1

    def prevent(self, volume: Decimal, freed: Decimal, smp_type: str) -> None:
        """Note what self-match prevention has cancelled, and what of it was locked."""
        self.smp_type = smp_type
        self.prevented = EXACT.add(self.prevented, volume)
        self.prevented_locked = EXACT.add(self.prevented_locked, freed)
        self.locked = EXACT.subtract(self.locked, freed)

    def frame(
        self, now: int, state: str, fill: Fill | None, traded: int | None
    ) -> dict[str, Value]:
        """Return what a frame made `now` tells of the order, or of a fill of it at the time `traded`, in ms."""
        average = ZERO
        if self.executed:
            average = ROUNDED.divide(self.funds, self.executed).quantize(
                VOLUME_STEP, context=ROUNDED
            )
        return {
            "type": "myOrder",
            "code": self.market.code,
            "uuid": self.uuid,
            "ask_bid": self.side,
            "order_type": self.kind,
            "state": state,
            "trade_uuid": fill.uuid if fill else None,
            "price": fill.price if fill else self.price,
            "avg_price": average,
            "volume": fill.volume if fill else self.volume,
            "remaining_volume": self.remaining,
            "executed_volume": self.executed,
            "trades_count": self.trades,
            "reserved_fee": self.reserved_fee,
            "remaining_fee": self.remaining_fee,
            "paid_fee": self.paid_fee,
            "locked": self.locked,
            "executed_funds": self.funds,
            "time_in_force": None,
            "trade_fee": fill.fee if fill else None,
            "is_maker": fill.is_maker if fill else None,
            "identifier": None,
            "smp_type": self.smp_type,
            "prevented_volume": self.prevented,
            "prevented_locked": self.prevented_locked,
            "trade_timestamp": traded if fill else None,
            "order_timestamp": self.created,
            "timestamp": now,
            "stream_type": "REALTIME",
        }


def fee_rate(market: Market) -> Decimal:
    """Return the part of the funds that the exchange keeps."""
    return FEES.get(market.quote, OTHER_FEE)


def made(
    market: Market,
    side: str,
    volume: Decimal | None,
    price: Decimal | None,
    created: int,
) -> Order:
    """Return an order and what it will lock; raises `Impossible`.

    With volume and price it is a limit order, with a price alone a market buy of that much, with a
    volume alone a market sell.
    """
    side = side.upper()
    kind = _kind(side, volume, price)
    if side == "ASK":
        assert volume is not None
        return Order(market, side, kind, price, volume, ZERO, volume, created)
    assert price is not None
    funds = price if volume is None else EXACT.multiply(price, volume)
    fee = EXACT.multiply(funds, fee_rate(market))
    return Order(market, side, kind, price, volume, fee, EXACT.add(funds, fee), created)


def volume_for(funds: Decimal, market: Market) -> Decimal:
    """Return what funds buy at the market's price; raises `Impossible` if that is nothing."""
    volume = ROUNDED.divide(funds, market.price).quantize(
        VOLUME_STEP, ROUND_DOWN, context=ROUNDED
    )
    if not volume:
        raise Impossible(f"too little to buy {market.base}")
    return volume


def parts_of(volume: Decimal, fills: int) -> list[Decimal]:
    """Return so many parts of a volume, or one if they would be nothing; raises `Impossible`."""
    if fills < 1:
        raise Impossible("a trade has at least one fill")
    part = ROUNDED.divide(volume, Decimal(fills)).quantize(
        VOLUME_STEP, ROUND_DOWN, context=ROUNDED
    )
    if fills == 1 or not part:
        return [volume]
    rest = EXACT.subtract(volume, EXACT.multiply(part, Decimal(fills - 1)))
    return [part] * (fills - 1) + [rest]


def _kind(side: str, volume: Decimal | None, price: Decimal | None) -> str:
    if side not in ("BID", "ASK"):
        raise Impossible("side is bid or ask")
    match side, volume is not None, price is not None:
        case _, True, True:
            return "limit"
        case "BID", False, True:
            return "price"
        case "ASK", True, False:
            return "market"
        case _:
            raise Impossible("a market buy has a price, a market sell a volume")
