"""An object of a frame, whose fields have long or short names, and the kinds of values that they have."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from .codes import MARKET
from .errors import UnreadableFrame
from .numbers import amount, moment

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


class Fields:
    """An object of a frame, read by the long names of its fields."""

    def __init__(self, value: object) -> None:
        """Take an object; anything else raises `UnreadableFrame`."""
        if not isinstance(value, dict):
            raise UnreadableFrame("not_an_object")
        self._value = value

    def is_long(self, name: str) -> bool:
        """Tell whether a field has its long name."""
        return name in self._value

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a field."""
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
