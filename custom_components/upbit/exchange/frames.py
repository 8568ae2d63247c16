"""Frames of the streams: bytes become messages, whole, or are refused whole.

The four formats (DEFAULT, SIMPLE, JSON_LIST, SIMPLE_LIST) differ in the names of fields and in a
list around the object; both are recognised by the frame itself.
Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

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
    UnknownFrame,
)
from .numbers import amount, load, moment

MOST_BYTES: Final = 1_048_576
"""A frame of every coin that Upbit lists has about 60 kB."""

LONGEST_TEXT: Final = 200

SHORT_NAMES: Final[Mapping[str, str]] = {
    "ask_bid": "ab",
    "asset_timestamp": "asttms",
    "asset_uuid": "astuid",
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
    "stream_type": "st",
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


class _Fields:
    """An object of a frame, read by the long names of its fields."""

    def __init__(self, value: object, kind: str = "not_an_object") -> None:
        if not isinstance(value, dict):
            raise UnreadableFrame(kind)
        self._value = value

    def __contains__(self, name: str) -> bool:
        return name in self._value or SHORT_NAMES.get(name) in self._value

    def value(self, name: str) -> object:
        """Return a field; raises `UnreadableFrame`."""
        if name in self._value:
            return self._value[name]
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

    def currency(self) -> str:
        """Return the currency code."""
        value = self.text("currency")
        if not CURRENCY.fullmatch(value):
            raise UnreadableFrame("wrong_currency")
        return value

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

    def rows(self, name: str) -> list[_Fields]:
        """Return a list of objects."""
        value = self.value(name)
        if not isinstance(value, list):
            raise UnreadableFrame("wrong_type")
        return [_Fields(row) for row in value]


def parse(data: str | bytes) -> tuple[Message, ...]:
    """Return the messages of a frame; raises `UnreadableFrame` if any part of it cannot be read."""
    if len(data) > MOST_BYTES:
        raise UnreadableFrame("too_large")
    try:
        value = load(data)
    except ValueError as error:
        raise UnreadableFrame("not_json") from error
    objects = value if isinstance(value, list) else [value]
    return tuple(_message(_Fields(one)) for one in objects)


def _message(fields: _Fields) -> Message:
    if "error" in fields:
        error = _Fields(fields.value("error"))
        # Whatever it says: a refusal that was not heard would look like silence.
        return ErrorFrame(*(error.quoted(name) for name in ("name", "message")))
    if "method" in fields:
        return _subscriptions(fields)
    if "type" in fields:
        kind = fields.text("type")
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
        types=tuple(row.text("type") for row in fields.rows("result")),
        ticket=fields.text("ticket") if "ticket" in fields else None,
    )


def _my_asset(fields: _Fields) -> MyAsset:
    return MyAsset(
        asset_uuid=fields.text("asset_uuid"),
        assets=tuple(
            Asset(row.currency(), row.amount("balance"), row.amount("locked"))
            for row in fields.rows("assets")
        ),
        asset_timestamp=fields.moment("asset_timestamp"),
        timestamp=fields.moment("timestamp"),
        stream_type=fields.text("stream_type"),
    )


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
    "myAsset": _my_asset,
    "myOrder": _my_order,
    "ticker": _ticker,
}
