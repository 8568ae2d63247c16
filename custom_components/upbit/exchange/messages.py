"""Frames of the streams: bytes become frozen dataclasses, whole, or are refused whole.

The four formats (DEFAULT, SIMPLE, JSON_LIST, SIMPLE_LIST) differ in the names of fields and in a
list around the object; both are recognised by the frame itself.
Source: https://docs.upbit.com/kr/reference/websocket-guide and websocket-myasset.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
import re
from typing import Final

from .errors import UnreadableFrame
from .numbers import amount, load, moment

MOST_BYTES: Final = 1_048_576
"""A frame of every coin that Upbit lists has about 60 kB."""

LONGEST_TEXT: Final = 200

CURRENCY: Final = re.compile(r"[A-Za-z0-9$._-]{1,20}")
"""Currency codes: upper-case letters and digits today; what else may come must fit an identifier."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A currency's amounts after a change, in that currency."""

    currency: str
    balance: Decimal
    locked: Decimal


@dataclass(frozen=True, slots=True)
class MyAsset:
    """What changed in an account. Stamps in ms of the epoch: of the change, and of the frame."""

    asset_uuid: str
    assets: tuple[Asset, ...]
    asset_timestamp: int
    timestamp: int
    stream_type: str


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


type Message = MyAsset | Subscriptions | ErrorFrame | Status | UnknownFrame

SHORT_NAMES: Final[Mapping[str, str]] = {
    "type": "ty",
    "asset_uuid": "astuid",
    "assets": "ast",
    "currency": "cu",
    "balance": "b",
    "locked": "l",
    "asset_timestamp": "asttms",
    "timestamp": "tms",
    "stream_type": "st",
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


_READERS: Final[Mapping[str, Callable[[_Fields], Message]]] = {"myAsset": _my_asset}
