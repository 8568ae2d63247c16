"""The control port: what tests and the demo let happen, as HTTP requests with JSON bodies."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
import json
from typing import Any, Final

from aiohttp import web

from .keys import MAIN_POCKET
from .notices import notice
from .readers import (
    Impossible,
    amounts,
    cost,
    currency,
    flag,
    positive,
    price,
    text,
    whole,
    word,
    words,
)
from .server import UpbitServer
from .wire import dump, plain

NOTICE: Final = ("category", "url", "body")
"""What a notice has besides its title."""

type Readers = Mapping[str, Callable[[object], object]]
"""By the name of a field: what reads it, or raises `Impossible`."""


@dataclass(frozen=True, slots=True)
class Act:
    """What can be made to happen. With nothing for `optional` it reads what it is told by itself."""

    happen: Callable[..., str | None]
    needed: Readers
    optional: Readers | None = field(default_factory=dict)


class Control:
    """Serves the control port of an exchange on loopback."""

    def __init__(self, exchange: UpbitServer, port: int) -> None:
        """Take the exchange and a port; 0 takes any free one."""
        self._exchange = exchange
        self.port = port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Open the port."""
        app = web.Application()
        for path, act in self._acts().items():
            app.router.add_post(path, _handler(act))
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

    def _acts(self) -> Mapping[str, Act]:
        """Return what happens by its path: what does it, and what it has to be told and may be told."""
        exchange = self._exchange
        moved = {"currency": currency, "amount": positive}
        order = {"market": word, "side": word}
        return {
            "/deposit": Act(exchange.deposit, moved, {"price": cost}),
            "/withdraw": Act(exchange.withdraw, moved),
            "/lock": Act(exchange.lock, moved),
            "/unlock": Act(exchange.unlock, moved),
            "/complete": Act(exchange.complete, moved),
            "/average": Act(
                exchange.set_average, {"currency": currency, "price": cost}
            ),
            "/trade": Act(
                exchange.trade, {**order, "volume": positive}, {"fills": whole}
            ),
            "/order": Act(exchange.order, order, {"volume": positive, "price": price}),
            "/fill": Act(
                lambda uuid, volumes: exchange.fill(uuid, *volumes),
                {"uuid": word, "volumes": amounts},
            ),
            "/cancel": Act(exchange.cancel, {"uuid": word}),
            "/prevent": Act(exchange.prevent, {"uuid": word}, {"volume": positive}),
            "/price": Act(exchange.set_price, {"market": word, "price": price}),
            "/warn": Act(
                exchange.warn, {"market": word, "warning": flag}, {"cautions": words}
            ),
            "/issue": Act(
                self._issue, {"access_key": word, "secret_key": word}, {"pocket": word}
            ),
            "/revoke": Act(exchange.revoke_key, {"access_key": word}),
            # Each fault reads its own value.
            "/fault": Act(exchange.fault, {}, None),
            "/announce": Act(
                self._announce, {"title": word}, dict.fromkeys(NOTICE, text)
            ),
        }

    def _announce(
        self, title: str, category: str = "notice", url: str = "", body: str = ""
    ) -> None:
        """Send a notice of the exchange."""
        self._exchange.private.announce(notice(title, category, url, body))

    def _issue(
        self, access_key: str, secret_key: str, pocket: str = MAIN_POCKET
    ) -> None:
        """Issue a key whose name and secret are known beforehand, of a pocket with a rate of its own."""
        self._exchange.keys.issue(
            access_key=access_key, secret_key=secret_key, pocket=pocket
        )

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


def _read(act: Act, body: Mapping[str, object]) -> dict[str, object]:
    """Return what an act is told; raises `Impossible`."""
    if act.optional is None:
        return dict(body)
    readers = {**act.needed, **act.optional}
    if unknown := body.keys() - readers.keys():
        raise Impossible(f"no such field: {min(unknown)}")
    if missing := act.needed.keys() - body.keys():
        raise Impossible(f"a field is missing: {min(missing)}")
    return {name: readers[name](value) for name, value in body.items()}


def _handler(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that lets something happen, or says in a sentence why it cannot."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.read() or "{}", parse_float=Decimal)
        except ValueError, RecursionError:
            return _answer({"error": "the body is not JSON"}, 400)
        if not isinstance(body, dict):
            return _answer({"error": "the body is not an object"}, 400)
        try:
            done = act.happen(**_read(act, body))
        except Impossible as error:
            return _answer({"error": str(error)}, 400)
        return _answer({"uuid": done} if done else {})

    return handle


def _answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(
        text=dump(value), status=status, content_type="application/json"
    )
