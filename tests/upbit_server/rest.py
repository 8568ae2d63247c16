"""The REST resources that the integration and other people's clients read.

Source: https://docs.upbit.com/kr/reference.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

from . import tickers
from .admission import REMAINING
from .errors import ApiError, Limited
from .keys import SEOUL, Key, Scope, require
from .wire import Spelling, Value, dump, plain, pointed

if TYPE_CHECKING:
    from .server import UpbitServer

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PRIVATE_RATE: Final = 30
MARKET_RATE: Final = 10


def guarded(handler: Handler) -> Handler:
    """Return a handler that answers errors the way the exchange does."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except ApiError as error:
            return error.response()
        except Limited as limited:
            return limited.response()
        if not response.prepared and (remaining := request.get(REMAINING)):
            response.headers["Remaining-Req"] = remaining
        return response

    return answer


class Rest:
    """The resources of one exchange."""

    def __init__(self, exchange: UpbitServer) -> None:
        """Read from the exchange's parts."""
        self._exchange = exchange

    def add_to(self, app: web.Application) -> None:
        """Register every resource."""
        for path, handler in (
            ("/v1/accounts", self._accounts),
            ("/v1/orders/open", self._orders_open),
            ("/v1/market/all", self._market_all),
            ("/v1/ticker", self._ticker),
            ("/v1/ticker/all", self._ticker_all),
            ("/v1/status/wallet", self._status_wallet),
        ):
            app.router.add_get(path, guarded(handler))
        if self._exchange.cash == "KRW":
            # There is no such resource abroad.
            app.router.add_get("/v1/api_keys", guarded(self._api_keys))

    def _signed(self, request: web.Request, scope: Scope | None) -> Key:
        """Check limits, signature and scope."""
        key = self._exchange.admission.signed(request, "default", PRIVATE_RATE)
        if scope:
            require(key, scope)
        return key

    def _quoted(self, request: web.Request) -> None:
        """Check the limits of market data, which are strict with an Origin."""
        self._exchange.admission.from_page(request, "market")
        self._exchange.admission.unsigned(request, "market", MARKET_RATE)

    @property
    def _spelling(self) -> Spelling:
        """How amounts are written here; in the documents' sample, an average is written plainly."""
        return pointed if self._exchange.faults.rest_decimals else plain

    async def _accounts(self, request: web.Request) -> web.Response:
        self._signed(request, Scope.ASSETS)
        faults = self._exchange.faults
        spell = self._spelling
        held = self._exchange.ledger_book.held(faults.next_lag())
        return _json(
            [
                {
                    "currency": code,
                    "balance": spell(wallet.balance),
                    "locked": spell(wallet.locked),
                    "avg_buy_price": plain(wallet.average),
                    "avg_buy_price_modified": wallet.modified,
                    "unit_currency": wallet.unit_currency,
                }
                for code, wallet in held.items()
                if not (faults.empty_accounts or code in faults.omit_rows)
            ]
        )

    async def _api_keys(self, request: web.Request) -> web.Response:
        self._signed(request, None)
        return _json(
            [
                {
                    "access_key": key.access_key,
                    "expire_at": key.expires_at.astimezone(SEOUL).isoformat(
                        timespec="seconds"
                    ),
                }
                for key in self._exchange.keys.all()
            ]
        )

    async def _orders_open(self, request: web.Request) -> web.Response:
        self._signed(request, Scope.ORDERS)
        query = request.query
        spell = self._spelling
        limit = int(query.get("limit", "100"))
        first = (int(query.get("page", "1")) - 1) * limit
        states = query.getall("states[]", [query.get("state", "wait")])
        orders = [
            one
            for one in self._exchange.orders.open()
            if query.get("market", one.market.code) == one.market.code
            and one.state in states
        ]
        orders.sort(
            key=lambda order: order.created, reverse=query.get("order_by") != "asc"
        )
        return _json(
            [
                {
                    "market": order.market.code,
                    "uuid": order.uuid,
                    "side": order.side.lower(),
                    "ord_type": order.kind,
                    "price": _spelt(order.price, spell),
                    "volume": _spelt(order.volume, spell),
                    "remaining_volume": _spelt(order.remaining, spell),
                    "executed_volume": spell(order.executed),
                    "executed_funds": spell(order.funds),
                    "reserved_fee": spell(order.reserved_fee),
                    "remaining_fee": spell(order.remaining_fee),
                    "paid_fee": spell(order.paid_fee),
                    "locked": spell(order.locked),
                    "state": order.state,
                    "created_at": self._written(order.created),
                    "trades_count": order.trades,
                    "smp_type": order.smp_type,
                    "prevented_volume": spell(order.prevented),
                    "prevented_locked": spell(order.prevented_locked),
                }
                for order in orders[first : first + limit]
            ]
        )

    async def _market_all(self, request: web.Request) -> web.Response:
        self._quoted(request)
        details = request.query.get("is_details", "false").lower() == "true"
        return _json(
            [market.listing(details=details) for market in self._exchange.markets.all()]
        )

    async def _ticker(self, request: web.Request) -> web.Response:
        self._quoted(request)
        codes = request.query.get("markets", "").split(",")
        if any(self._exchange.markets.get(code) is None for code in codes):
            # Here the name is an integer.
            return _json({"error": {"name": 404, "message": "Code not found"}}, 404)
        return _json([tickers.row(self._exchange.markets[code]) for code in codes])

    async def _ticker_all(self, request: web.Request) -> web.Response:
        self._quoted(request)
        quotes = request.query.get("quote_currencies", "").upper().split(",")
        return _json(
            [
                tickers.row(market)
                for market in self._exchange.markets.all()
                if market.quote in quotes
            ]
        )

    async def _status_wallet(self, request: web.Request) -> web.Response:
        self._signed(request, None)
        now = datetime.now(UTC)
        return _json(
            [
                {
                    "currency": code,
                    "wallet_state": "working",
                    "block_state": "normal",
                    "block_height": 1,
                    "block_updated_at": now.isoformat(timespec="seconds"),
                    "block_elapsed_minutes": 0,
                    "net_type": code,
                    "network_name": code,
                }
                for code in self._exchange.ledger_book.now()
                if code != self._exchange.cash
            ]
        )

    def _written(self, ms: int) -> str:
        """Return a moment as it is written in Korea, or elsewhere: in UTC, without saying so."""
        if self._exchange.cash == "KRW":
            moment = datetime.fromtimestamp(ms / 1000, SEOUL)
        else:
            moment = datetime.fromtimestamp(ms / 1000, UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="seconds")


def _spelt(amount: Decimal | None, spell: Spelling) -> str | None:
    return None if amount is None else spell(amount)


def _json(value: Value, status: int = 200) -> web.Response:
    text = dump(value)
    json.loads(text)  # what is sent must be JSON
    return web.Response(status=status, text=text, content_type="application/json")
