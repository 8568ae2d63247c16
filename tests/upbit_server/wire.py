"""Values on the wire: JSON whose numbers keep every digit, and the short names of the SIMPLE formats."""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal, Inexact
import json
from typing import Final

EXACT: Final = Context(prec=100, traps=[Inexact])
ROUNDED: Final = Context(prec=40)

type Value = str | int | bool | Decimal | None | Sequence[Value] | Mapping[str, Value]

SHORT: Final[Mapping[str, str]] = {
    "ask_bid": "ab",
    "asset_timestamp": "asttms",
    "asset_uuid": "astuid",
    "assets": "ast",
    "avg_price": "ap",
    "balance": "b",
    "body": "bd",
    "category": "cat",
    "code": "cd",
    "currency": "cu",
    "event_type": "et",
    "executed_funds": "ef",
    "executed_volume": "ev",
    "first_listed_at": "flat",
    "identifier": "id",
    "is_maker": "im",
    "listed_at": "lat",
    "locked": "l",
    "market_state": "ms",
    "order_timestamp": "otms",
    "order_type": "ot",
    "paid_fee": "pf",
    "prev_closing_price": "pcp",
    "prevented_locked": "pl",
    "prevented_volume": "pv",
    "price": "p",
    "remaining_fee": "rmf",
    "remaining_volume": "rv",
    "reserved_fee": "rsf",
    "signed_change_rate": "scr",
    "smp_type": "smpt",
    "state": "s",
    "stream_type": "st",
    "time_in_force": "tif",
    "timestamp": "tms",
    "title": "tt",
    "trade_fee": "tf",
    "trade_price": "tp",
    "trade_timestamp": "ttms",
    "trade_uuid": "tuid",
    "trades_count": "tc",
    "type": "ty",
    "url": "url",
    "uuid": "uid",
    "volume": "v",
}


def plain(amount: Decimal) -> str:
    """Return an amount without exponent and without zeros at its end."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dump(value: Value) -> str:
    """Return JSON in which a Decimal is a number, digit for digit."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)}:{dump(one)}" for key, one in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(map(dump, value))}]"
    return json.dumps(value, ensure_ascii=False)


def shortened(value: Value) -> Value:
    """Return a frame with the names of the SIMPLE formats."""
    if isinstance(value, Mapping):
        return {SHORT.get(name, name): shortened(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [shortened(one) for one in value]
    return value


def formatted(frame: Value, form: str) -> str:
    """Return a frame in one of the four formats."""
    if form.startswith("SIMPLE"):
        frame = shortened(frame)
    return dump([frame] if form.endswith("_LIST") else frame)


def number(value: object) -> Decimal:
    """Return a Decimal from text or integer; floats are refused, since they have lost digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"not an exact number: {value!r}")
    return Decimal(value)
