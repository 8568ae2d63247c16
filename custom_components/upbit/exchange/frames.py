"""Frames of the streams: bytes become messages, whole, or are refused whole.

The four formats (DEFAULT, SIMPLE, JSON_LIST, SIMPLE_LIST) differ in the names of fields and in a
list around the object; both are recognised by the frame itself.
Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
import re
from typing import Any, Final

from .codes import CURRENCY, MARKET
from .errors import UnreadableFrame
from .messages import (
    Announcement,
    Asset,
    ErrorFrame,
    Message,
    MyAsset,
    MyOrder,
    Status,
    Subscriptions,
    Ticker,
    TickerFrame,
    UnknownFrame,
)
from .numbers import amount, load, moment

MOST_BYTES: Final = 1_048_576
"""A frame of every coin that Upbit lists has about 60 kB."""

LONGEST_TEXT: Final = 200

SHORT_NAMES: Final[Mapping[str, str]] = {
    "ask_bid": "ab",
    "asset_timestamp": "asttms",
    "assets": "ast",
    "balance": "b",
    "category": "cat",
    "code": "cd",
    "currency": "cu",
    "event_type": "et",
    "listed_at": "lat",
    "locked": "l",
    "market_state": "ms",
    "order_timestamp": "otms",
    "order_type": "ot",
    "prev_closing_price": "pcp",
    "price": "p",
    "remaining_volume": "rv",
    "state": "s",
    "timestamp": "tms",
    "title": "tt",
    "trade_fee": "tf",
    "trade_price": "tp",
    "trade_timestamp": "ttms",
    "trade_uuid": "tuid",
    "type": "ty",
    "uuid": "uid",
    "volume": "v",
}
"""The names of fields in the SIMPLE formats."""

_LONG: Final = ("currency", "balance", "locked")
_SHORT: Final = (SHORT_NAMES["currency"], SHORT_NAMES["balance"], SHORT_NAMES["locked"])

_TICKER: Final = re.compile(
    rb'\{"type":"ticker","code":"([A-Z0-9]{1,20}-[A-Za-z0-9$._-]{1,20})",'
)
"""How the exchange begins a ticker."""

_STAMP: Final = re.compile(rb'"timestamp":([0-9]{13})[,}]')
"""Its time, near its end."""

_TAIL: Final = 256
"""Bytes of the end of a ticker in which its time is looked for."""


class _Fields:
    """An object of a frame, read by the long names of its fields."""

    def __init__(self, value: object, kind: str = "not_an_object") -> None:
        if not isinstance(value, dict):
            raise UnreadableFrame(kind)
        self._value = value

    def is_long(self, name: str) -> bool:
        """Tell whether a field has its long name."""
        return name in self._value

    def __contains__(self, name: str) -> bool:
        return name in self._value or SHORT_NAMES.get(name) in self._value

    def value(self, name: str) -> object:
        """Return a field; raises `UnreadableFrame`."""
        try:
            return self._value[name]
        except KeyError:
            pass
        short = SHORT_NAMES.get(name)
        if short in self._value:
            return self._value[short]
        raise UnreadableFrame("missing_field")

    def text(self, name: str) -> str:
        """Return a text of a sane length."""
        value = self.value(name)
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise UnreadableFrame("wrong_type")
        return value

    def quoted(self, name: str) -> str:
        """Return the beginning of a field, whatever it is; nothing if it is missing."""
        return str(self.value(name))[:LONGEST_TEXT] if name in self else ""

    def amount(self, name: str) -> Decimal:
        """Return an amount."""
        try:
            return amount(self.value(name))
        except ValueError as error:
            raise UnreadableFrame("wrong_amount") from error

    def market(self) -> str:
        """Return the code of a market."""
        value = self.text("code")
        if not MARKET.fullmatch(value):
            raise UnreadableFrame("wrong_market")
        return value

    def maybe[T](self, read: Callable[[str], T], name: str) -> T | None:
        """Return what `read` returns of a field, `None` where it is null or missing."""
        if name not in self or self.value(name) is None:
            return None
        return read(name)

    def moment(self, name: str) -> int:
        """Return a moment, in ms of the epoch."""
        try:
            return moment(self.value(name))
        except ValueError as error:
            raise UnreadableFrame("wrong_timestamp") from error

    def items(self, name: str) -> list[object]:
        """Return a list."""
        value = self.value(name)
        if not isinstance(value, list):
            raise UnreadableFrame("wrong_type")
        return value


def parse(
    data: str | bytes, known: dict[str, Asset] | None = None
) -> tuple[Message, ...]:
    """Return the messages of a frame; raises `UnreadableFrame` if any part of it cannot be read.

    A ticker alone in its frame stays unread, since most are never shown. `known` keeps the rows of one
    stream, by currency: one that says the same again needs no second look.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableFrame("too_large")
    if isinstance(data, bytes) and (ticker := _unread_ticker(data)):
        return (ticker,)
    try:
        value = load(data)
    except ValueError as error:
        raise UnreadableFrame("not_json") from error
    known = {} if known is None else known
    if isinstance(value, list):
        return tuple(_message(_Fields(one), known) for one in value)
    return (_message(_Fields(value), known),)


def _unread_ticker(data: bytes) -> TickerFrame | None:
    """Return a ticker of which only the market and the time are read, `None` if it has another form."""
    if not (begin := _TICKER.match(data)):
        return None
    stamp = _STAMP.search(data, len(data) - _TAIL)
    return TickerFrame(begin[1].decode(), int(stamp[1]), data) if stamp else None


def _message(fields: _Fields, known: dict[str, Asset]) -> Message:
    if fields.is_long("error"):
        error = _Fields(fields.value("error"))
        # Whatever it says: a refusal that was not heard would look like silence.
        return ErrorFrame(*(error.quoted(name) for name in ("name", "message")))
    if fields.is_long("method"):
        return _subscriptions(fields)
    if "type" in fields:
        kind = fields.text("type")
        if kind == "myAsset":
            return _my_asset(fields, known)
        read = _READERS.get(kind)
        return read(fields) if read else UnknownFrame(kind)
    if "status" in fields:
        return Status()
    raise UnreadableFrame("no_type")


def _subscriptions(fields: _Fields) -> Message:
    method = fields.text("method")
    if method != "LIST_SUBSCRIPTIONS":
        return UnknownFrame(method)
    return Subscriptions(
        types=tuple(_Fields(row).text("type") for row in fields.items("result")),
        ticket=fields.text("ticket") if "ticket" in fields else None,
    )


def _my_asset(fields: _Fields, known: dict[str, Asset]) -> MyAsset:
    return MyAsset(
        assets=_assets(
            fields.items("assets"),
            _LONG if fields.is_long("assets") else _SHORT,
            known,
        ),
        asset_timestamp=fields.moment("asset_timestamp"),
        timestamp=fields.moment("timestamp"),
    )


def _assets(
    rows: list[Any], names: tuple[str, str, str], known: dict[str, Asset]
) -> tuple[Asset, ...]:
    """Return the rows of a frame, of which there may be some hundred."""
    in_code, in_balance, in_locked = names
    assets = []
    try:
        for row in rows:
            currency, balance, locked = row[in_code], row[in_balance], row[in_locked]
            asset = known.get(currency)
            if (
                asset is None
                or type(balance) is not Decimal
                or type(locked) is not Decimal
                or asset.balance != balance
                or asset.locked != locked
            ):
                if not CURRENCY.fullmatch(currency):
                    raise UnreadableFrame("wrong_currency")
                asset = Asset(currency, amount(balance), amount(locked))
                known[currency] = asset
            assets.append(asset)
    except KeyError as error:
        raise UnreadableFrame("missing_field") from error
    except TypeError as error:
        are_objects = all(isinstance(row, dict) for row in rows)
        raise UnreadableFrame(
            "wrong_type" if are_objects else "not_an_object"
        ) from error
    except ValueError as error:
        raise UnreadableFrame("wrong_amount") from error
    return tuple(assets)


def _my_order(fields: _Fields) -> MyOrder:
    return MyOrder(
        code=fields.market(),
        uuid=fields.text("uuid"),
        ask_bid=fields.text("ask_bid"),
        order_type=fields.text("order_type"),
        state=fields.text("state"),
        trade_uuid=fields.maybe(fields.text, "trade_uuid"),
        price=fields.maybe(fields.amount, "price"),
        volume=fields.maybe(fields.amount, "volume"),
        remaining_volume=fields.maybe(fields.amount, "remaining_volume"),
        trade_fee=fields.maybe(fields.amount, "trade_fee"),
        locked=fields.maybe(fields.amount, "locked"),
        trade_timestamp=fields.maybe(fields.moment, "trade_timestamp"),
        order_timestamp=fields.moment("order_timestamp"),
        timestamp=fields.moment("timestamp"),
    )


def _ticker(fields: _Fields) -> Ticker:
    return Ticker(
        code=fields.market(),
        trade_price=fields.amount("trade_price"),
        prev_closing_price=fields.amount("prev_closing_price"),
        delisted=fields.maybe(fields.text, "market_state") == "DELISTED",
        timestamp=fields.moment("timestamp"),
    )


def _announcement(fields: _Fields) -> Announcement:
    return Announcement(
        uuid=fields.text("uuid"),
        category=fields.text("category"),
        event_type=fields.text("event_type"),
        title=fields.quoted("title"),
        url=fields.quoted("url"),
        listed_at=fields.text("listed_at"),
    )


_READERS: Final[Mapping[str, Callable[[_Fields], Message]]] = {
    "announcement": _announcement,
    "myOrder": _my_order,
    "ticker": _ticker,
}
