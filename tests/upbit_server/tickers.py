"""What a ticker tells of a market, by request and on the stream.

Sources: https://docs.upbit.com/kr/reference/list-tickers and websocket-ticker.
"""

from datetime import UTC, datetime
from decimal import Decimal
import time
from typing import Final

from .keys import SEOUL
from .market import Market
from .wire import ROUNDED, Value

RATE: Final = Decimal("1E-10")


def row(market: Market) -> dict[str, Value]:
    """Return a row of /v1/ticker."""
    now = time.time()
    day, hour = _moment(datetime.fromtimestamp(now, SEOUL))
    return {
        "market": market.code,
        **_common(market, now),
        "trade_date_kst": day,
        "trade_time_kst": hour,
    }


def frame(market: Market, stream_type: str) -> dict[str, Value]:
    """Return a frame of the stream: a SNAPSHOT, or REALTIME."""
    bought = ROUNDED.divide(market.volume, Decimal(2))
    return {
        "type": "ticker",
        "code": market.code,
        **_common(market, time.time()),
        "ask_bid": "BID" if market.price >= market.close else "ASK",
        "acc_ask_volume": ROUNDED.subtract(market.volume, bought),
        "acc_bid_volume": bought,
        "market_state": market.state,
        "is_trading_suspended": False,
        "delisting_date": None,
        "market_warning": "NONE",
        "stream_type": stream_type,
    }


def _common(market: Market, now: float) -> dict[str, Value]:
    """Return what both tell; `now` is in seconds."""
    change = ROUNDED.subtract(market.price, market.close)
    rate = ROUNDED.divide(change, market.close).quantize(RATE, context=ROUNDED)
    utc = datetime.fromtimestamp(now, UTC)
    day, hour = _moment(utc)
    return {
        "trade_date": day,
        "trade_time": hour,
        "trade_timestamp": int(now * 1000),
        "opening_price": market.close,
        "high_price": market.high,
        "low_price": market.low,
        "trade_price": market.price,
        "prev_closing_price": market.close,
        "change": "EVEN" if not change else "RISE" if change > 0 else "FALL",
        "change_price": abs(change),
        "change_rate": abs(rate),
        "signed_change_price": change,
        "signed_change_rate": rate,
        "trade_volume": market.last_volume,
        "acc_trade_price": market.funds,
        "acc_trade_price_24h": market.funds,
        "acc_trade_volume": market.volume,
        "acc_trade_volume_24h": market.volume,
        "highest_52_week_price": market.high,
        "highest_52_week_date": utc.strftime("%Y-%m-%d"),
        "lowest_52_week_price": market.low,
        "lowest_52_week_date": utc.strftime("%Y-%m-%d"),
        "timestamp": int(now * 1000),
    }


def _moment(when: datetime) -> tuple[str, str]:
    return when.strftime("%Y%m%d"), when.strftime("%H%M%S")
