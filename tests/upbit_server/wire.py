"""Values on the wire: JSON whose numbers keep every digit, and the short names of the SIMPLE formats."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, Inexact
import json
from typing import Final

EXACT: Final = Context(prec=100, traps=[Inexact])
ROUNDED: Final = Context(prec=100)
"""For quotients; what is told of them is quantized."""

type Value = str | int | bool | Decimal | None | Sequence[Value] | Mapping[str, Value]

SHORT: Final[Mapping[str, str]] = {
    "acc_ask_volume": "aav",
    "acc_bid_volume": "abv",
    "acc_trade_price": "atp",
    "acc_trade_price_24h": "atp24h",
    "acc_trade_volume": "atv",
    "acc_trade_volume_24h": "atv24h",
    "ask_bid": "ab",
    "asset_timestamp": "asttms",
    "asset_uuid": "astuid",
    "assets": "ast",
    "avg_price": "ap",
    "balance": "b",
    "body": "bd",
    "category": "cat",
    "change": "c",
    "change_price": "cp",
    "change_rate": "cr",
    "code": "cd",
    "codes": "cds",
    "currency": "cu",
    "delisting_date": "dd",
    "event_type": "et",
    "executed_funds": "ef",
    "executed_volume": "ev",
    "first_listed_at": "flat",
    "high_price": "hp",
    "highest_52_week_date": "h52wdt",
    "highest_52_week_price": "h52wp",
    "identifier": "id",
    "is_maker": "im",
    "is_trading_suspended": "its",
    "listed_at": "lat",
    "locked": "l",
    "low_price": "lp",
    "lowest_52_week_date": "l52wdt",
    "lowest_52_week_price": "l52wp",
    "market_state": "ms",
    "market_warning": "mw",
    "method": "mthd",
    "opening_price": "op",
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
    "result": "rslt",
    "signed_change_price": "scp",
    "signed_change_rate": "scr",
    "smp_type": "smpt",
    "state": "s",
    "stream_type": "st",
    "ticket": "tckt",
    "time_in_force": "tif",
    "timestamp": "tms",
    "title": "tt",
    "trade_date": "tdt",
    "trade_fee": "tf",
    "trade_price": "tp",
    "trade_time": "ttm",
    "trade_timestamp": "ttms",
    "trade_uuid": "tuid",
    "trade_volume": "tv",
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


def pointed(amount: Decimal) -> str:
    """Return an amount with at least one decimal: 2.0 and not 2."""
    text = plain(amount)
    return text if "." in text else f"{text}.0"


def scientific(amount: Decimal) -> str:
    """Return an amount in exponent form, without zeros at the end of its decimals."""
    return format(Decimal(plain(amount)), "E")


type Spelling = Callable[[Decimal], str]


def dump(value: Value, spell: Spelling = plain) -> str:
    """Return JSON in which a Decimal is a number, digit for digit."""
    if isinstance(value, Decimal):
        return spell(value)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)}:{dump(one, spell)}" for key, one in value.items())
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(dump(one, spell) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)


def shortened(value: Value) -> Value:
    """Return a frame with the names of the SIMPLE formats."""
    if isinstance(value, Mapping):
        return {SHORT.get(name, name): shortened(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [shortened(one) for one in value]
    return value


def formatted(frame: Value, form: str, spell: Spelling = plain) -> str:
    """Return a frame in one of the four formats."""
    if form.startswith("SIMPLE"):
        frame = shortened(frame)
    return dump([frame] if form.endswith("_LIST") else frame, spell)
