"""The simulated exchange: one account behind real sockets, exact, and faulty on demand."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Self

from aiohttp import web
from yarl import URL

from .admission import Admission
from .answers import failing, refusal
from .certificates import RIGHT, WRONG, Certificates
from .faults import PRIVATE, PUBLIC, Faults
from .handshakes import Handshakes
from .keys import MAIN_POCKET, Key, Keys, Scope
from .ledger import Change, Ledger, Overdrawn, Wallet
from .limits import Limits
from .line import Line
from .market import Markets
from .mishaps import MISHAPS
from .names import Names
from .orders import OrderBook
from .private import PrivateFeed
from .public import PublicFeed
from .readers import Amount, amounts, cost, positive, price as read_price
from .request_log import ANSWERED, Request, RequestLog
from .rest import Handler, Rest
from .streams import Session
from .timestamps import Timestamps
from .wire import EXACT


class UpbitServer:
    """An exchange with one account. Use it as an asynchronous context manager.

    What cannot happen raises `Impossible`, and nothing of it has happened.
    """

    def __init__(
        self,
        port: int = 0,
        seed: int = 0,
        certificates: Certificates | None = None,
        cash: str = "KRW",
    ) -> None:
        """Prepare an empty account; port 0 takes any free one. With certificates it speaks TLS.

        `cash` is the currency of its region.
        """
        self.cash = cash
        self.faults = Faults()
        self.markets = Markets(Random(seed), cash)
        self.keys = Keys()
        self.names = Names(self.faults)
        self._port = port
        self._certificates = certificates
        self._stalled: asyncio.Event = asyncio.Event()
        self._line: Line | None = None
        self._runner: web.AppRunner | None = None
        self._loop = asyncio.get_running_loop()
        self.limits: Limits = Limits(self._loop.time)
        self.admission = Admission(self.keys, self.limits)
        self.ledger_book = Ledger(self._loop.time, cash, self.markets.rate)
        self._timestamps = Timestamps(self.faults)
        self._log = RequestLog(self._loop.time, self._timestamps.now)
        self.private = PrivateFeed(self.ledger_book, self.faults, self._timestamps)
        self.public = PublicFeed(self.markets, self.faults)
        self.orders = OrderBook(
            self.ledger_book,
            self.markets,
            self.private.moved,
            self.private.told,
            lambda: self.faults.merge_fills,
            self._timestamps,
        )

    async def __aenter__(self) -> Self:
        """Open the port."""
        app = web.Application(middlewares=[self._log.answered, self._fail])
        Rest(self).add_to(app)
        Handshakes(self, self._log).add_to(app)
        # aiohttp's access log cannot be written while time stands still.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        assert self._runner.server
        tls = self._certificates.server if self._certificates else None
        self._line = Line(self._port, self.faults, self._runner.server, tls)
        await self._line.open()
        self._port = self._line.port
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every connection and close the port."""
        self.private.stop()
        self._stalled.set()
        assert self._line and self._runner
        self._line.close()
        await self._runner.cleanup()

    @property
    def origin(self) -> str:
        """The origin that stands in for https://api.upbit.com."""
        if self._certificates:
            return f"https://{RIGHT}:{self._port}"
        return f"http://127.0.0.1:{self._port}"

    @property
    def named_origin(self) -> str:
        """The same by a name, which `names` looks up."""
        return f"{URL(self.origin).with_host(RIGHT).origin()}"

    @property
    def requests(self) -> list[Request]:
        """Every request that came in."""
        return self._log.requests

    @property
    def connections(self) -> tuple[Session, ...]:
        """The private connections that are open."""
        return tuple(self.private.sessions)

    def forget(self) -> None:
        """Let go of what was asked: requests, and the nonces that were used."""
        self.requests.clear()
        self.keys.forget()

    def ledger(self) -> dict[str, Wallet]:
        """Return what the account holds, exactly."""
        return dict(self.ledger_book.held())

    def issue_key(
        self,
        scopes: Iterable[str] = tuple(Scope),
        expires_at: datetime | None = None,
        allow_list: Iterable[str] = ("127.0.0.1",),
        pocket: str = MAIN_POCKET,
    ) -> Key:
        """Return a new key of the account."""
        return self.keys.issue(scopes, expires_at, allow_list, pocket=pocket)

    def revoke_key(self, access_key: str) -> None:
        """Delete a key, as its owner can."""
        self.keys.revoke(access_key)

    def deposit(self, currency: str, amount: Amount, price: Amount = 0) -> None:
        """Put an amount in; `price` is what it counts with in the average, 0 for an airdrop."""
        self._move(
            Change(currency, positive(amount), price=cost(price), unit=self.cash)
        )

    def set_average(self, currency: str, price: Amount) -> None:
        """Set an average buy price, as the owner of an account can (매수평균가 수정); no frame tells of it."""
        self.ledger_book.set_average(currency, cost(price))

    def withdraw(self, currency: str, amount: Amount) -> None:
        """Take an amount out; raises `Overdrawn`."""
        self._move(Change(currency, EXACT.minus(positive(amount))))

    def lock(self, currency: str, amount: Amount) -> None:
        """Lock an amount, as a withdrawal that waits does; raises `Overdrawn`."""
        exact = positive(amount)
        self._move(Change(currency, EXACT.minus(exact), exact))

    def unlock(self, currency: str, amount: Amount) -> None:
        """Give a locked amount back, as a withdrawal that is called off does; raises `Overdrawn`."""
        exact = self._withdrawn(currency, amount)
        self._move(Change(currency, exact, EXACT.minus(exact)))

    def complete(self, currency: str, amount: Amount) -> None:
        """Take a locked amount out, as a withdrawal that waited does; raises `Overdrawn`."""
        exact = self._withdrawn(currency, amount)
        self._move(Change(currency, locked=EXACT.minus(exact)))

    def _withdrawn(self, currency: str, amount: Amount) -> Decimal:
        """Return an amount that waits for its withdrawal; what orders lock does not."""
        exact = positive(amount)
        locked = EXACT.add(exact, self.orders.locked(currency))
        if locked > self.ledger_book.wallet(currency).locked:
            raise Overdrawn(f"not so much {currency} waits for its withdrawal")
        return exact

    def _move(self, change: Change) -> None:
        self.ledger_book.apply(change)
        self.private.moved([change.currency], self._timestamps.now())

    def order(
        self,
        market: str,
        side: str,
        volume: Amount | None = None,
        price: Amount | None = None,
    ) -> str:
        """Place an order and return its uuid; one that the market has reached fills at once.

        With volume and price it is a limit order, with a price alone a market buy of that much, with
        a volume alone a market sell.
        """
        exact = None if volume is None else positive(volume)
        at = None if price is None else read_price(price)
        return self.orders.place(market, side, exact, at).uuid

    def fill(self, uuid: str, *volumes: Amount) -> None:
        """Fill a limit order in parts, at its own price."""
        self.orders.fill(uuid, amounts(volumes))

    def cancel(self, uuid: str) -> None:
        """Cancel an order."""
        self.orders.cancel(uuid)

    def prevent(self, uuid: str, volume: Amount | None = None) -> None:
        """Let self-match prevention cancel a volume of an order, or all that is left."""
        self.orders.prevent(uuid, None if volume is None else positive(volume))

    def trade(self, market: str, side: str, volume: Amount, fills: int = 1) -> str:
        """Trade at the market's price at once, in so many fills; return the order's uuid."""
        return self.orders.trade(market, side, positive(volume), fills).uuid

    def set_price(self, market: str, price: Amount) -> None:
        """Let a market trade at a price."""
        moved = self.markets[market]
        moved.move_to(read_price(price))
        self.public.moved([moved])
        self.orders.match(moved)

    def warn(self, market: str, warning: bool, cautions: Iterable[str] = ()) -> None:
        """Flag a market, as the exchange does: a warning, and the names of cautions."""
        self.markets[market].flag(warning, cautions)

    def walk(self) -> None:
        """Let some prices move, and fill the orders that they reach."""
        moved = self.markets.walk()
        self.public.moved(moved)
        for market in moved:
            self.orders.match(market)

    def fault(self, **faults: object) -> None:
        """Set standing faults (`Faults`), and let things happen once (`MISHAPS`): all of it or nothing."""
        once = [
            (MISHAPS[name], MISHAPS[name].read(value))
            for name, value in faults.items()
            if name in MISHAPS
        ]
        self.faults.set(
            **{name: value for name, value in faults.items() if name not in MISHAPS}
        )
        for mishap, value in once:
            mishap.happen(self, value)
        self._follow()

    def _follow(self) -> None:
        """Bring what is open in line with the standing faults."""
        faults = self.faults
        if self._line:
            self._line.follow()
        if faults.vanish:
            for session in (*self.private.sessions, *self.public.sessions):
                session.vanish()
        if self._certificates:
            self._certificates.show(WRONG if faults.wrong_certificate else RIGHT)
        if not faults.stall_handshake:
            # Whoever was kept waiting is told nothing, but lost.
            self._stalled.set()
            self._stalled = asyncio.Event()

    @web.middleware
    async def _fail(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer as the faults say, and otherwise rightly."""
        is_handshake = request.path in (PRIVATE, PUBLIC)
        if is_handshake and self.faults.stall_handshake:
            await self._stalled.wait()
        if answer := self.faults.answer_to(request.path):
            request[ANSWERED] = answer
        if answer and answer.status:
            response: web.StreamResponse = refusal(answer, self._timestamps.now())
        else:
            response = await handler(request)
        if answer is None or response.prepared:
            return response
        return await failing(request, response, answer.body)
