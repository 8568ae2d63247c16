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
from .fields import SHORT_NAMES, Fields
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
from .numbers import amount, load, load_as_written

MOST_BYTES: Final = 1_048_576
"""A frame of every coin that Upbit lists has about 60 kB."""

_LONG: Final = ("currency", "balance", "locked")
_SHORT: Final = (SHORT_NAMES["currency"], SHORT_NAMES["balance"], SHORT_NAMES["locked"])

_TICKER: Final = re.compile(
    rb'\{"type":"ticker","code":"(%b)",' % MARKET.pattern.encode()
)
"""How the exchange begins a ticker."""

_STAMP: Final = re.compile(rb'"timestamp":([0-9]{13})[,}]')
"""Its time, near its end."""

_TAIL: Final = 256
"""Bytes of the end of a ticker in which its time is looked for."""


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
    objects = value if isinstance(value, list) else [value]
    known = {} if known is None else known
    return tuple(_message(Fields(one), known) for one in objects)


def _unread_ticker(data: bytes) -> TickerFrame | None:
    """Return a ticker of which only the market and the time are read, `None` if it has another form."""
    if not (begin := _TICKER.match(data)):
        return None
    stamp = _STAMP.search(data, len(data) - _TAIL)
    return TickerFrame(begin[1].decode(), int(stamp[1]), data) if stamp else None


def read_ticker(frame: TickerFrame) -> Ticker:
    """Return what an unread ticker says; raises `UnreadableFrame`."""
    try:
        fields = Fields(load_as_written(frame.data))
    except ValueError as error:
        raise UnreadableFrame("not_json") from error
    code, timestamp = fields.value("code"), fields.value("timestamp")
    if code != frame.code or timestamp != str(frame.timestamp):
        raise UnreadableFrame("ambiguous")
    return _priced(fields, frame.code, frame.timestamp)


def _message(fields: Fields, known: dict[str, Asset]) -> Message:
    if "error" in fields:
        error = Fields(fields.value("error"))
        # Whatever it says: a refusal that was not heard would look like silence.
        return ErrorFrame(*(error.quoted(name) for name in ("name", "message")))
    if "method" in fields:
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


def _subscriptions(fields: Fields) -> Message:
    method = fields.text("method")
    if method != "LIST_SUBSCRIPTIONS":
        return UnknownFrame(method)
    return Subscriptions(
        types=tuple(Fields(row).text("type") for row in fields.items("result")),
        ticket=fields.text("ticket") if "ticket" in fields else None,
    )


def _my_asset(fields: Fields, known: dict[str, Asset]) -> MyAsset:
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


def _my_order(fields: Fields) -> MyOrder:
    return MyOrder(
        code=fields.market(),
        uuid=fields.text("uuid"),
        ask_bid=fields.text("ask_bid"),
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


def _ticker(fields: Fields) -> Ticker:
    return _priced(fields, fields.market(), fields.moment("timestamp"))


def _priced(fields: Fields, code: str, timestamp: int) -> Ticker:
    """Return a ticker whose market and time are read."""
    return Ticker(
        code=code,
        trade_price=fields.amount("trade_price"),
        prev_closing_price=fields.amount("prev_closing_price"),
        delisted=fields.maybe(fields.text, "market_state") == "DELISTED",
        timestamp=timestamp,
    )


def _announcement(fields: Fields) -> Announcement:
    return Announcement(
        uuid=fields.text("uuid"),
        category=fields.text("category"),
        event_type=fields.text("event_type"),
        title=fields.quoted("title"),
        url=fields.quoted("url"),
        listed_at=fields.text("listed_at"),
    )


_READERS: Final[Mapping[str, Callable[[Fields], Message]]] = {
    "announcement": _announcement,
    "myOrder": _my_order,
    "ticker": _ticker,
}
