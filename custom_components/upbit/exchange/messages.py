"""What the streams tell: the messages that are read here.

Source: https://docs.upbit.com/kr/reference/websocket-myasset, websocket-myorder, websocket-ticker.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Asset(NamedTuple):
    """A currency's amounts after a change, in that currency."""

    currency: str
    balance: Decimal
    locked: Decimal


class MyAsset(NamedTuple):
    """What changed in an account. Stamps in ms of the epoch: of the change, and of the frame."""

    assets: tuple[Asset, ...]
    asset_timestamp: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class MyOrder:
    """What happened to an order of the account, times in ms of the epoch.

    At `state` `trade`, `price`, `volume` and `trade_fee` are the fill's: price and fee in the quote
    currency of `code` (`KRW-BTC`), volume in its base currency. `locked` is what the order still
    locks, in the currency that it pays with.
    """

    code: str
    uuid: str
    ask_bid: str
    state: str
    trade_uuid: str | None
    price: Decimal | None
    volume: Decimal | None
    remaining_volume: Decimal | None
    trade_fee: Decimal | None
    locked: Decimal | None
    trade_timestamp: int | None
    order_timestamp: int
    timestamp: int


class Ticker(NamedTuple):
    """The last price of a market and the previous day's close, in its quote currency."""

    code: str
    trade_price: Decimal
    prev_closing_price: Decimal
    delisted: bool
    timestamp: int


class TickerFrame(NamedTuple):
    """A ticker that is not read yet: of all that come, few are ever shown."""

    code: str
    timestamp: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice of the exchange; `listed_at` as the exchange writes it, Korean time."""

    uuid: str
    category: str
    event_type: str
    title: str
    url: str
    listed_at: str


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The answer to `LIST_SUBSCRIPTIONS`: the types that stand, and the ticket of the question."""

    types: tuple[str, ...]
    ticket: str | None


@dataclass(frozen=True, slots=True)
class ErrorFrame:
    """The exchange refuses a request on a stream."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """A sign of life that some server sends unasked."""


@dataclass(frozen=True, slots=True)
class UnknownFrame:
    """A frame of a type that is not read here."""

    type: str


type Message = (
    MyAsset
    | MyOrder
    | Ticker
    | TickerFrame
    | Announcement
    | Subscriptions
    | ErrorFrame
    | Status
    | UnknownFrame
)
