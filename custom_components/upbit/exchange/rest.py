"""Requests of market and account, signed anew where a key is needed.

Sources: https://docs.upbit.com/kr/reference/get-balance, list-api-keys, list-open-orders,
list-trading-pairs and list-tickers.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import batched
import re
from typing import Final

from .auth import Credentials
from .codes import CURRENCY, MARKET
from .errors import CannotConnect
from .messages import Ticker
from .numbers import amount, moment
from .transport import Transport

ORDERS_A_PAGE: Final = 100
MOST_PAGES: Final = 10

MOST_CODES: Final = 100
"""Markets whose prices are asked for in one request."""

type Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What an account holds of one currency; the average buy price is in `unit_currency`."""

    currency: str
    balance: Decimal
    locked: Decimal
    average_buy_price: Decimal
    average_buy_price_modified: bool
    unit_currency: str


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that waits; `locked` in the currency that it pays with, `created_at` if it is told."""

    uuid: str
    market: str
    side: str
    price: Decimal | None
    locked: Decimal
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market and what the exchange warns of: `warnings` are names in lower case.

    Sources: https://docs.upbit.com/kr/reference/list-trading-pairs for Korea,
    https://global-docs.upbit.com/reference/listing-market-list for the other regions.
    """

    code: str
    korean_name: str | None
    """Of what is traded for the quote currency; told in Korea only."""
    warnings: frozenset[str]


class UpbitMarket:
    """The requests of market data, which need no key."""

    def __init__(self, transport: Transport) -> None:
        """Take the way to the exchange."""
        self._transport = transport

    async def markets(self) -> tuple[MarketRow, ...]:
        """Return every market; raises an `UpbitError`."""
        rows = await self._get("market/all", {"is_details": "true"})
        return _all(rows, _market)

    async def tickers(self, codes: Collection[str]) -> tuple[Ticker, ...]:
        """Return the prices of markets, all of which must exist; raises an `UpbitError`."""
        tickers: list[Ticker] = []
        for some in batched(sorted(codes), MOST_CODES, strict=False):
            rows = await self._get("ticker", {"markets": ",".join(some)})
            tickers += _all(rows, _ticker)
        return tuple(tickers)

    async def _get(self, path: str, query: Mapping[str, str]) -> object:
        return await self._transport.get(
            self._transport.endpoint.rest(path) % query, {}
        )


class UpbitRest:
    """The read-only requests of one API key."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        """Take the way to the exchange, and a key."""
        self._transport = transport
        self._credentials = credentials

    async def accounts(self) -> tuple[AccountRow, ...]:
        """Return what is held, a row a currency; raises an `UpbitError`."""
        return _all(await self._get("accounts"), _account)

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return the orders that wait; raises an `UpbitError`, `MissingScope` without 주문조회."""
        orders: list[OpenOrder] = []
        for page in range(1, MOST_PAGES + 1):
            rows = await self._get(
                "orders/open",
                # Without them, those that wait for a price that sets them off (예약주문) are left out.
                ("states[]", "wait"),
                ("states[]", "watch"),
                ("page", str(page)),
                ("limit", str(ORDERS_A_PAGE)),
            )
            found = _all(rows, _order)
            orders += found
            if len(found) < ORDERS_A_PAGE:
                break
        return tuple(orders)

    async def key_expiry(self) -> datetime | None:
        """Return when this key expires, `None` where the exchange does not say."""

        def expiry(row: Row) -> tuple[str, datetime]:
            return _text(row, "access_key"), _moment(_text(row, "expire_at"))

        keys = dict(_all(await self._get("api_keys"), expiry))
        return keys.get(self._credentials.access_key)

    async def _get(self, path: str, *query: tuple[str, str]) -> object:
        # The hash is of the query string as it is before it is encoded.
        plain = "&".join(f"{name}={value}" for name, value in query)
        url = self._transport.endpoint.rest(path)
        return await self._transport.get(
            url % query if query else url,
            {"Authorization": self._credentials.bearer(plain)},
        )


def _all[T](rows: object, read: Callable[[Row], T]) -> tuple[T, ...]:
    """Return every row of an answer, read; raises `CannotConnect` if any of them cannot be."""
    if not isinstance(rows, list):
        raise CannotConnect("the answer is not a list")
    try:
        return tuple(read(row) for row in rows)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CannotConnect("a row cannot be read") from error


def _account(row: Row) -> AccountRow:
    return AccountRow(
        currency=_text(row, "currency", CURRENCY),
        balance=amount(row["balance"]),
        locked=amount(row["locked"]),
        average_buy_price=amount(row["avg_buy_price"]),
        average_buy_price_modified=_flag(row["avg_buy_price_modified"]),
        unit_currency=_text(row, "unit_currency", CURRENCY),
    )


def _order(row: Row) -> OpenOrder:
    price, created = row.get("price"), row.get("created_at")
    return OpenOrder(
        uuid=_text(row, "uuid"),
        market=_text(row, "market", MARKET),
        side=_text(row, "side"),
        price=None if price is None else amount(price),
        locked=amount(row["locked"]),
        created_at=_moment(created) if isinstance(created, str) else None,
    )


def _market(row: Row) -> MarketRow:
    event = row.get("market_event")
    warnings = set()
    if isinstance(event, dict):
        if event.get("warning"):
            warnings.add("warning")
        cautions = event.get("caution")
        if isinstance(cautions, dict):
            warnings |= {str(name).lower() for name, on in cautions.items() if on}
    elif row.get("market_warning") == "CAUTION":
        # Abroad, this is an investment warning (유의 종목); cautions are not told.
        warnings.add("warning")
    return MarketRow(
        code=_text(row, "market", MARKET),
        korean_name=_text(row, "korean_name") if "korean_name" in row else None,
        warnings=frozenset(warnings),
    )


def _ticker(row: Row) -> Ticker:
    return Ticker(
        code=_text(row, "market", MARKET),
        trade_price=amount(row["trade_price"]),
        prev_closing_price=amount(row["prev_closing_price"]),
        delisted=False,
        timestamp=moment(row["timestamp"]),
    )


def _text(row: Row, name: str, shape: re.Pattern[str] | None = None) -> str:
    value = row[name]
    if not isinstance(value, str) or (shape and not shape.fullmatch(value)):
        raise ValueError(f"wrong {name}")
    return value


def _moment(written: str) -> datetime:
    """Return when something was; abroad it is in UTC without saying so."""
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a flag")  # noqa: TRY004 - one kind of error for a row
    return value
