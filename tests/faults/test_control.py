"""Every fault of the matrix can be switched from outside, and a client notices each of them."""

import asyncio
from collections.abc import Callable, Coroutine
import json
from typing import Any, Final, NoReturn

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    TCPConnector,
    WSMsgType,
    WSServerHandshakeError,
)
from homeassistant.util import dt as dt_util
import pytest

from tests.clock import Clock
from tests.trader import Trader
from tests.upbit_server import UpbitServer
from tests.upbit_server.certificates import Certificates
from tests.upbit_server.control import Control

from .table import FAULTS, LONG, Fault

PARTS: Final = [{"type": "myAsset"}, {"type": "myOrder"}, {"type": "announcement"}]

PLAYED: Final = [fault for fault in FAULTS if LONG or not fault.akin]

PATIENCE: Final = 9.0
"""Seconds in which something that was asked for comes."""


@pytest.fixture
def tls() -> bool:
    """Speak TLS: one of the faults is a certificate."""
    return True


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


class Probe:
    """A client that writes down all that it can see of the exchange, but for what differs each time."""

    def __init__(
        self, server: UpbitServer, session: ClientSession, clock: Clock
    ) -> None:
        """Take a session that finds the exchange by its name."""
        self.server = server
        self.clock = clock
        self._session = session
        self._trader = Trader(server, session)
        self._seen: list[object] = []
        self._since = 0.0

    async def look(
        self, strike: Callable[[], Coroutine[Any, Any, None]]
    ) -> list[object]:
        """Return what is seen from the moment of a strike: on an open connection, by a request, on a new one."""
        self._seen, self._since = [], self.clock.now
        await self._try("open", self._connect(self._on_open(strike)))
        self._since = self.clock.now
        await self._try("request", self._request())
        await self._try("again", self._connect(self._on_new))
        # No limit of connects is met, and no frame comes late.
        await self.clock.advance(20)
        return self._seen

    async def _try(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        """Let something be done while time passes; note how it ends, if it does."""
        self._seen.append(what)
        task = asyncio.create_task(work)
        await self.clock.advance(3 * PATIENCE)
        if not task.done():
            self._seen.append("no end")
            task.cancel()
        try:
            await task
        except WSServerHandshakeError as refused:
            self._seen.append(("status", refused.status))
        except (ClientError, OSError) as error:
            self._seen.append(type(error).__name__)
        except asyncio.CancelledError:
            pass

    async def _connect(
        self, then: Callable[[ClientWebSocketResponse], Coroutine[Any, Any, None]]
    ) -> None:
        async with self._session.ws_connect(
            f"{self.server.named_origin}/websocket/v1/private",
            headers=self._trader.token(),
            autoping=False,
            max_msg_size=0,
        ) as socket:
            await socket.send_json([{"ticket": "t"}, *PARTS])
            await then(socket)

    def _on_open(
        self, strike: Callable[[], Coroutine[Any, Any, None]]
    ) -> Callable[[ClientWebSocketResponse], Coroutine[Any, Any, None]]:
        async def struck(socket: ClientWebSocketResponse) -> None:
            listening = asyncio.create_task(self._listen(socket))
            try:
                await asyncio.sleep(1)
                await strike()
                self._since = self.clock.now
                for currency in ("BTC", "ETH"):
                    self.server.deposit(currency, "0.1")
                    await asyncio.sleep(0.3)
                order = self.server.order("KRW-ETH", "bid", "0.02", "4000000")
                self.server.fill(order, "0.01", "0.01")
                await asyncio.sleep(1)
                if not socket.closed:
                    await self._ask(socket)
                await asyncio.sleep(PATIENCE)
            finally:
                listening.cancel()

        return struck

    async def _on_new(self, socket: ClientWebSocketResponse) -> None:
        listening = asyncio.create_task(self._listen(socket))
        try:
            await self._ask(socket)
            await asyncio.sleep(PATIENCE)
        finally:
            listening.cancel()

    @staticmethod
    async def _ask(socket: ClientWebSocketResponse) -> None:
        await socket.ping()
        await socket.send_json([{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}])

    async def _listen(self, socket: ClientWebSocketResponse) -> None:
        while not socket.closed:
            message = await socket.receive()
            after = round(self.clock.now - self._since)
            self._seen.append((after, message.type.name, self._read(message)))
            if message.type in (WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR):
                self._seen.append(socket.close_code)
                break

    def _read(self, message: Any) -> object:
        """Return what a frame says, without identities and amounts."""
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return None
        try:
            frame = json.loads(message.data, parse_constant=_refuse)
        except ValueError:
            return "unreadable"
        if not isinstance(frame, dict):
            return type(frame).__name__
        told = {name: frame.get(name) for name in ("type", "state", "status", "error")}
        told["result"] = frame.get("result")
        told["rows"] = [
            [
                (name, value if name == "currency" else type(value).__name__)
                + ((value < 0,) if isinstance(value, int | float) else ())
                for name, value in row.items()
            ]
            if isinstance(row, dict)
            else row
            for row in frame.get("assets") or ()
        ]
        told["late"] = [
            round((dt_util.utcnow().timestamp() - stamp / 1000) / 60)
            for name in ("timestamp", "asset_timestamp")
            if isinstance(stamp := frame.get(name), int) and stamp < 1e15
        ]
        return json.dumps(told, sort_keys=True)

    async def _request(self) -> None:
        # What is a moment ago is what a replica does not know.
        self.server.deposit("XRP", "1")
        async with self._session.get(
            f"{self.server.named_origin}/v1/accounts", headers=self._trader.token()
        ) as answer:
            text = await answer.text()
        self._seen.append(answer.status)
        if answer.status != 200:
            self._seen.append((text, answer.headers.get("Retry-After")))
            return
        ledger = self.server.ledger()
        self._seen.append(
            {
                row["currency"]: row["balance"]
                == format(ledger[row["currency"]].balance, "f")
                for row in json.loads(text)
            }
        )


@pytest.mark.parametrize("fault", PLAYED, ids=[fault.name for fault in PLAYED])
async def test_a_client_notices_a_fault_set_over_the_control_port_and_its_end(
    server: UpbitServer, certificates: Certificates, clock: Clock, fault: Fault
) -> None:
    """Compared with what it sees before, and again after it is cleared."""
    control = Control(server, 0)
    await control.start()
    url = f"http://127.0.0.1:{control.port}/fault"
    connector = TCPConnector(
        resolver=server.names, ssl=certificates.client(), force_close=True
    )
    async with ClientSession() as switch, ClientSession(connector=connector) as session:

        async def set_to(**faults: object) -> None:
            async with switch.post(url, data=json.dumps(faults).encode()) as answer:
                assert answer.status == 200, await answer.text()

        async def nothing() -> None:
            """Let all be as it is."""

        probe = Probe(server, session, clock)
        healthy = await probe.look(nothing)
        struck = await probe.look(lambda: set_to(**fault.standing, **fault.once))
        assert struck != healthy
        await set_to(**fault.cleared)
        assert await probe.look(nothing) == healthy
    await control.stop()


async def test_a_fault_that_does_not_exist_is_refused(server: UpbitServer) -> None:
    """And changes nothing."""
    control = Control(server, 0)
    await control.start()
    async with ClientSession() as session:
        for body in ({"answer": "nonsense"}, {"nonsense": True}):
            async with session.post(
                f"http://127.0.0.1:{control.port}/fault", json=body
            ) as answer:
                assert answer.status == 400
    await control.stop()
