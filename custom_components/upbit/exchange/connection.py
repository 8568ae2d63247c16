"""One connection to a stream: open it, subscribe, prove the subscription, listen until it ends.

Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

import asyncio
from collections.abc import Awaitable, Sequence
import json
from typing import Final, Never, Protocol
from uuid import uuid4

from aiohttp import (
    ClientError,
    ClientSession,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
    WSServerHandshakeError,
)
from yarl import URL

from .auth import Credentials
from .errors import CannotConnect, InvalidKey, UnreadableFrame, UpbitError, error_of
from .messages import ErrorFrame, Message, Subscriptions, parse
from .rest import turned_away

CONNECT_WITHIN: Final = 10.0
ANSWER_WITHIN: Final = 10.0
PING_AFTER: Final = 30.0
"""Seconds of silence before a ping; the exchange closes a connection after 120 s without traffic."""

PONG_WITHIN: Final = 10.0

PROBE_EVERY: Final = 300.0
"""Seconds after which `LIST_SUBSCRIPTIONS` asks again whether the subscription stands."""

OFFERS_APART: Final = 0.5
"""Seconds between two subscriptions: each is two messages, and five a second are allowed."""

MOST_RECEIVED: Final = 64 * 1_048_576
"""Bytes at which aiohttp gives the connection up; smaller frames that are too large are refused alone."""


class StreamListener(Protocol):
    """Whoever is told what happens on a stream. No method may block."""

    def stream_connected(self) -> None:
        """Take note of a new connection; nothing is subscribed yet."""

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Take note of the subscriptions that `LIST_SUBSCRIPTIONS` has proved."""

    def stream_lost(self, error: UpbitError) -> None:
        """Take note that the connection ended, or that none came about."""

    def message_received(self, message: Message) -> None:
        """Take a message."""

    def frame_refused(self, kind: str) -> None:
        """Take note of a frame that cannot be read; `kind` is one word for why."""


async def open_socket(
    session: ClientSession, url: URL, credentials: Credentials | None
) -> ClientWebSocketResponse:
    """Open a connection with a fresh token; raises an `UpbitError`.

    aiohttp drops the token where a redirect leads to another origin.
    """
    headers = {"Authorization": credentials.bearer()} if credentials else {}
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            return await session.ws_connect(
                url,
                headers=headers,
                # aiohttp's own heartbeat arms its timer once more when the close is answered.
                autoping=False,
                max_msg_size=MOST_RECEIVED,
                timeout=ClientWSTimeout(ws_close=2),
            )
    except WSServerHandshakeError as error:
        match error.status:
            case 401 | 403:
                raise InvalidKey("refused at the handshake") from None
            case 418 | 429:
                raise turned_away(error.status, error.headers or {}) from None
            case status:
                raise CannotConnect(f"status {status} at the handshake") from None
    except (ClientError, TimeoutError, OSError) as error:
        # The text of a client error can hold headers.
        raise CannotConnect(type(error).__name__) from None


class Connection:
    """An open connection, from its subscription to its end."""

    def __init__(
        self, socket: ClientWebSocketResponse, listener: StreamListener
    ) -> None:
        """Take an open socket."""
        self._socket = socket
        self._listener = listener
        self._ticket = ""
        self._refusal: UpbitError = CannotConnect("subscription refused")

    async def subscribe(self, types: Sequence[str]) -> tuple[str, ...]:
        """Subscribe to as many of the types as the exchange grants, and return them.

        All go in one message, since a later one replaces it. If that is refused, the first goes
        alone and the others join one by one, so that a missing scope costs its own type only.
        """
        if await self._offer(types):
            return tuple(types)
        standing: tuple[str, ...] = ()
        stands = False
        for kind in types if len(types) > 1 else ():
            await asyncio.sleep(OFFERS_APART)
            if stands := await self._offer((*standing, kind)):
                standing = (*standing, kind)
        if standing and not stands:
            await asyncio.sleep(OFFERS_APART)
            stands = await self._offer(standing)
        if not stands:
            raise self._refusal
        return standing

    async def listen(self) -> Never:
        """Hand on messages until the connection ends, which raises an `UpbitError`.

        Silence is broken by pings; the subscriptions are asked for again and again, since pongs
        come from a server that has forgotten them, too.
        """
        now = asyncio.get_running_loop().time
        probe_at = now() + PROBE_EVERY
        while True:
            if not await self._hear(PING_AFTER):
                await _sent(self._socket.ping())
                if not await self._hear(PONG_WITHIN):
                    raise CannotConnect("no pong")
            if now() >= probe_at:
                probe_at = now() + PROBE_EVERY
                await self._ask()
                if not await self._answer():
                    raise self._refusal

    async def _hear(self, within: float) -> bool:
        """Wait so many seconds for a sign of life; raise an error that nobody asked for."""
        try:
            async with asyncio.timeout(within):
                messages = await self._receive()
        except TimeoutError:
            return False
        for message in messages:
            if isinstance(message, ErrorFrame):
                # One with a name that is not known passes.
                if known := error_of(message.name, message.message):
                    raise known
        return True

    async def _offer(self, types: Sequence[str]) -> bool:
        await self._send([{"type": kind} for kind in types])
        await self._ask()
        return set(types) <= set(await self._answer())

    async def _ask(self) -> None:
        await self._send([{"method": "LIST_SUBSCRIPTIONS"}])

    async def _send(self, parts: list[dict[str, str]]) -> None:
        self._ticket = str(uuid4())
        await _sent(
            self._socket.send_str(json.dumps([{"ticket": self._ticket}, *parts]))
        )

    async def _answer(self) -> tuple[str, ...]:
        """Return the types that stand; none if the exchange refused, for the reason it gave."""
        refused = False
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                while True:
                    for message in await self._receive():
                        match message:
                            case ErrorFrame(name=name, message=text):
                                refused = True
                                self._refusal = error_of(name, text) or self._refusal
                            case Subscriptions(types=types, ticket=self._ticket):
                                return () if refused else types
        except TimeoutError:
            if refused:
                return ()
            raise CannotConnect("no answer to LIST_SUBSCRIPTIONS") from None

    async def _receive(self) -> tuple[Message, ...]:
        """Wait for a frame, tell the listener, and return its messages."""
        received = await self._socket.receive()
        match received.type:
            case WSMsgType.PONG:
                return ()
            case WSMsgType.PING:
                await _sent(self._socket.pong(received.data))
                return ()
            case WSMsgType.TEXT | WSMsgType.BINARY:
                pass
            case _:
                raise CannotConnect(f"closed with {self._socket.close_code}")
        try:
            messages = parse(received.data)
        except UnreadableFrame as error:
            self._listener.frame_refused(error.kind)
            return ()
        for message in messages:
            self._listener.message_received(message)
        return messages


async def _sent(sending: Awaitable[None]) -> None:
    """Send something; a connection that has just ended is no surprise."""
    try:
        await sending
    except (ClientError, OSError) as error:
        raise CannotConnect(type(error).__name__) from None
