"""The control port: what tests and the demo let happen, as HTTP requests with JSON bodies."""

from collections.abc import Callable
from decimal import Decimal
import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import web

from .server import UpbitServer
from .wire import dump, plain


class Control:
    """Serves the control port of an exchange on loopback."""

    def __init__(self, exchange: UpbitServer, port: int) -> None:
        """Take the exchange and a port; 0 takes any free one."""
        self._exchange = exchange
        self.port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Open the port."""
        exchange = self._exchange
        app = web.Application()
        for path, act in (
            ("/deposit", exchange.deposit),
            ("/withdraw", exchange.withdraw),
            ("/trade", exchange.trade),
            ("/order", exchange.order),
            ("/fill", exchange.fill),
            ("/cancel", exchange.cancel),
            ("/lock", exchange.lock),
            ("/price", exchange.set_price),
            ("/warn", exchange.warn),
            ("/issue", self._issue),
            ("/revoke", exchange.revoke_key),
            ("/fault", self._fault),
            ("/announce", self._announce),
        ):
            app.router.add_post(path, _acting(act))
        app.router.add_get("/ledger", self._ledger)
        app.router.add_get("/connections", self._connections)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port."""
        if self._runner:
            await self._runner.cleanup()

    def _announce(
        self, title: str, category: str = "notice", url: str = "", body: str = ""
    ) -> None:
        """Send a notice of the exchange."""
        now = time.time()
        listed = time.strftime("%Y-%m-%dT%H:%M:%S+09:00", time.gmtime(now + 9 * 3600))
        self._exchange.private.announce(
            {
                "type": "announcement",
                "uuid": str(uuid4()),
                "category": category,
                "event_type": "CREATED",
                "title": title,
                "url": url,
                "body": body,
                "first_listed_at": listed,
                "listed_at": listed,
                "timestamp": int(now * 1000),
                "stream_type": "REALTIME",
            }
        )

    def _fault(self, **faults: object) -> None:
        """Set faults; seconds are no amounts."""
        self._exchange.fault(**{name: _inexact(one) for name, one in faults.items()})

    def _issue(self, access_key: str, secret_key: str) -> None:
        """Issue a key whose name and secret are known beforehand."""
        self._exchange.keys.issue(access_key=access_key, secret_key=secret_key)

    async def _ledger(self, _: web.Request) -> web.Response:
        held = self._exchange.ledger()
        return _answer(
            {
                code: {
                    "balance": plain(wallet.balance),
                    "locked": plain(wallet.locked),
                    "total": plain(wallet.total),
                    "average": plain(wallet.average),
                }
                for code, wallet in held.items()
            }
        )

    async def _connections(self, _: web.Request) -> web.Response:
        return _answer(
            {
                "private": [
                    {"types": list(session.subscriptions), "format": session.format}
                    for session in self._exchange.private.sessions
                ],
                "public": len(self._exchange.public.sessions),
            }
        )


def _inexact(value: object) -> object:
    if isinstance(value, list):
        return [_inexact(one) for one in value]
    if isinstance(value, dict):
        return {name: _inexact(one) for name, one in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def _acting(act: Callable[..., Any]) -> Callable[[web.Request], Any]:
    """Return a handler that lets something happen, or says in a sentence why it cannot."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text() or "{}", parse_float=Decimal)
        except ValueError:
            return _answer({"error": "the body is not JSON"}, 400)
        if not isinstance(body, dict):
            return _answer({"error": "the body is not an object"}, 400)
        volumes = body.pop("volumes", ())
        try:
            done = act(*([body.pop("uuid")] if volumes else ()), *volumes, **body)
        except (
            ArithmeticError,
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            return _answer({"error": str(error) or type(error).__name__}, 400)
        return _answer({"uuid": done} if done else {})

    return handle


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        text=dump(value), status=status, content_type="application/json"
    )
