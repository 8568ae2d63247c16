"""What can be told: an activity is one cause, with the exact change of each currency that it moved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Self

from .amounts import ZERO, add, concise, divided, negative, plus, subtract, times


class Kind(StrEnum):
    """What happened."""

    BUY = "buy"
    SELL = "sell"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    ORDER_PLACED = "order_placed"
    ORDER_CANCELLED = "order_cancelled"
    OTHER = "other"


class How(StrEnum):
    """How it is known, from sure to guessed."""

    ORDER = "order"
    """By the fills or the state of an order."""

    PATTERN = "pattern"
    """By what the rows of frames look like together."""

    SNAPSHOT = "snapshot"
    """By a difference that snapshots show."""


TRADES = frozenset({Kind.BUY, Kind.SELL})
FLOWS = frozenset({Kind.DEPOSIT, Kind.WITHDRAWAL, Kind.OTHER})
"""What moves worth into or out of the account."""


class Leg(NamedTuple):
    """A change of one currency, or an amount of it: `total` is `balance` + `locked`, exactly."""

    total: Decimal = ZERO
    balance: Decimal = ZERO
    locked: Decimal = ZERO

    @classmethod
    def of(cls, total: Decimal, locked: Decimal = ZERO) -> Self:
        """Return a leg by its total and what of it is locked."""
        return cls(total, subtract(total, locked), locked)

    def __bool__(self) -> bool:
        """Say whether anything changes at all."""
        return bool(self.total or self.balance or self.locked)

    def plus(self, other: Leg) -> Leg:
        """Return both together."""
        return Leg(
            add(self.total, other.total),
            add(self.balance, other.balance),
            add(self.locked, other.locked),
        )

    def less(self, other: Leg) -> Leg:
        """Return what is left without the other."""
        return Leg(
            subtract(self.total, other.total),
            subtract(self.balance, other.balance),
            subtract(self.locked, other.locked),
        )


type Legs = Mapping[str, Leg]


def together(*changes: Legs) -> dict[str, Leg]:
    """Return the sum of changes, by currency."""
    result: dict[str, Leg] = {}
    for legs in changes:
        for currency, leg in legs.items():
            result[currency] = result[currency].plus(leg) if currency in result else leg
    return result


@dataclass(frozen=True, slots=True)
class Fill:
    """A part of an order that was executed.

    `price` and `fee` in `quote`, `volume` in `base`, `time` in ms of the epoch.
    """

    trade: str
    order: str
    base: str
    quote: str
    buys: bool
    price: Decimal
    volume: Decimal
    fee: Decimal
    time: int

    @property
    def funds(self) -> Decimal:
        """What the volume costs without the fee, in `quote`."""
        return times(self.price, self.volume)

    @property
    def legs(self) -> Legs:
        """What the fill changes."""
        if self.buys:
            paid = negative(plus(self.funds, self.fee))
            return {self.base: Leg.of(self.volume), self.quote: Leg.of(paid)}
        got = plus(self.funds, negative(self.fee))
        return {self.base: Leg.of(negative(self.volume)), self.quote: Leg.of(got)}


@dataclass(frozen=True, slots=True)
class Activity:
    """One cause, as it is told.

    `id` grows within an entry, and is 0 until it is given. `time` in ms of the epoch. `price` and
    `fee` in `counter_currency`; `realised` (a sale's profit) and `worth` (a flow's, when it was
    found) in the cash currency, `None` where unknown.
    """

    kind: Kind
    how: How
    time: int
    currency: str
    legs: Legs = field(default_factory=lambda: MappingProxyType({}))
    counter_currency: str | None = None
    price: Decimal | None = None
    fee: Decimal | None = None
    order: str | None = None
    reason: str | None = None
    while_away: bool = False
    realised: Decimal | None = None
    worth: Decimal | None = None
    id: int = 0

    @property
    def amount(self) -> Decimal:
        """The change of the currency's total."""
        return self.leg(self.currency).total

    @property
    def counter_amount(self) -> Decimal | None:
        """The change of the counter currency's total, `None` where there is none."""
        if self.counter_currency is None:
            return None
        return self.leg(self.counter_currency).total

    def leg(self, currency: str) -> Leg:
        """Return what changed of a currency."""
        return self.legs.get(currency, Leg())


def trade_of(
    base: str,
    quote: str,
    legs: Legs,
    *,
    how: How,
    time: int,
    while_away: bool = False,
) -> Activity:
    """Return a trade whose price is only known from its two amounts, fee included."""
    bought, paid = legs[base].total, legs[quote].total
    return Activity(
        kind=Kind.BUY if bought > ZERO else Kind.SELL,
        how=how,
        time=time,
        currency=base,
        counter_currency=quote,
        legs=MappingProxyType(dict(legs)),
        price=concise(divided(paid, bought).copy_abs()),
        while_away=while_away,
    )


def executed(fills: tuple[Fill, ...]) -> Activity:
    """Return the trade that fills of one order make up, at their average price."""
    first = fills[0]
    volume = add(*(fill.volume for fill in fills))
    funds = plus(*(fill.funds for fill in fills))
    return Activity(
        kind=Kind.BUY if first.buys else Kind.SELL,
        how=How.ORDER,
        time=max(fill.time for fill in fills),
        currency=first.base,
        counter_currency=first.quote,
        legs=MappingProxyType(together(*(fill.legs for fill in fills))),
        price=first.price if len(fills) == 1 else concise(divided(funds, volume)),
        fee=plus(*(fill.fee for fill in fills)),
        order=first.order,
    )
