"""One connection to a stream: subscribe, prove the subscription, listen until it ends.

Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
import json
from typing import Final, Never, Protocol
from uuid import uuid4

from aiohttp import ClientError, WSMsgType

from .errors import CannotConnect, UnreadableFrame, UpbitError, error_of
from .frames import parse
from .messages import Asset, ErrorFrame, Message, Subscriptions
from .transport import Socket

ANSWER_WITHIN: Final = 10.0
PING_AFTER: Final = 30.0
"""Seconds of silence before a ping; the exchange closes a connection after 120 s without traffic."""

PONG_WITHIN: Final = 10.0

PROBE_EVERY: Final = 300.0
"""Seconds after which `LIST_SUBSCRIPTIONS` asks again whether the subscription stands."""

OFFERS_APART: Final = 0.5
"""Seconds between two subscriptions: each is two messages, and five a second are allowed."""

FORGET_AFTER: Final = 86_400.0
"""Seconds after which a type that was refused is asked for again."""

AT_A_STRETCH: Final = 50
"""Frames after which everybody else has a turn."""

type Part = Mapping[str, str | bool | Sequence[str]]
"""One type of a subscription, with its parameters: `{"type": "ticker", "codes": ["KRW-BTC"]}`."""


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


@dataclass(slots=True)
class Refusals:
    """What the exchange refused on earlier connections, which may have ended with it."""

    one_by_one: bool = False
    """Whether a message with all types was refused, and it is not known yet for which of them."""

    types: dict[str, float] = field(default_factory=dict)
    """The types that were refused, and when (s of the event loop)."""

    def without(self, parts: Sequence[Part], now: float) -> tuple[Part, ...]:
        """Return the parts that are worth asking for."""
        for kind, since in tuple(self.types.items()):
            if now - since >= FORGET_AFTER:
                del self.types[kind]
        return tuple(part for part in parts if part["type"] not in self.types)


class Connection:
    """An open connection, from its subscription to its end."""

    def __init__(
        self,
        socket: Socket,
        listener: StreamListener,
        refusals: Refusals,
    ) -> None:
        """Take an open socket, and what earlier ones ran into."""
        self._socket = socket
        self._listener = listener
        self._refusals = refusals
        self._ticket = ""
        self._in_a_row = 0
        self._refused = False
        self._refusal: UpbitError = CannotConnect("subscription refused")
        self._standing: tuple[Part, ...] = ()
        self._wanted: tuple[Part, ...] | None = None
        self._hearing: asyncio.Timeout | None = None
        self._heard = 0.0
        self._known: dict[str, Asset] = {}

    async def subscribe(self, parts: Sequence[Part]) -> tuple[str, ...]:
        """Subscribe to as many types as the exchange grants, and return them.

        All go in one message, since a later one replaces it. If that is refused, the first goes
        alone and the others join one by one, so that a missing scope costs its own type only.
        """
        now = asyncio.get_running_loop().time()
        wanted = self._refusals.without(parts, now)
        if not self._refusals.one_by_one and await self._offer(wanted):
            self._standing = wanted
            return _types(wanted)
        if len(wanted) == 1:
            raise self._refusal
        self._refusals.one_by_one = True
        stands = False
        for part in wanted:
            await asyncio.sleep(OFFERS_APART)
            if stands := await self._offer((*self._standing, part)):
                self._standing = (*self._standing, part)
            elif not self._standing:
                raise self._refusal
            else:
                self._note_refused(part)
        if not stands:
            await asyncio.sleep(OFFERS_APART)
            if not await self._offer(self._standing):
                raise self._refusal
        self._refusals.one_by_one = False
        return _types(self._standing)

    def change(self, parts: Sequence[Part]) -> None:
        """Subscribe to something else; the exchange replaces what stood before."""
        self._wanted = tuple(parts)
        if self._hearing and not self._hearing.expired():
            self._hearing.reschedule(asyncio.get_running_loop().time())

    async def listen(self) -> Never:
        """Hand on messages until the connection ends, which raises an `UpbitError`.

        Silence is broken by pings; the subscriptions are asked for again and again, since pongs
        come from a server that has forgotten them, too.
        """
        now = asyncio.get_running_loop().time
        probe_at = now() + PROBE_EVERY
        while True:
            silent = await self._hear(until=probe_at)
            if self._wanted is not None:
                self._standing, self._wanted = self._wanted, None
                if not await self._offer(self._standing):
                    raise self._refusal
            elif silent:
                await _sent(self._socket.ping())
                if not await self._answers(PONG_WITHIN):
                    raise CannotConnect("no pong")
            if now() >= probe_at:
                probe_at = now() + PROBE_EVERY
                await self._ask()
                if not await self._stand(self._standing):
                    raise self._refusal

    async def _hear(self, until: float) -> bool:
        """Take what comes until a moment or a change of mind, at most; return whether silence ended it.

        A frame arms no timer: the one that runs out looks when the last frame came.
        """
        now = asyncio.get_running_loop().time
        self._heard = now()
        while self._wanted is None and (moment := now()) < until:
            silent_at = self._heard + PING_AFTER
            if moment >= silent_at:
                return True
            try:
                async with asyncio.timeout_at(min(silent_at, until)) as self._hearing:
                    while True:
                        _heed(await self._receive())
                        self._heard = now()
            except TimeoutError:
                continue
            finally:
                self._hearing = None
        return now() >= self._heard + PING_AFTER

    async def _answers(self, within: float) -> bool:
        """Wait so many seconds for a sign of life."""
        try:
            async with asyncio.timeout(within):
                messages = await self._receive()
        except TimeoutError:
            return False
        _heed(messages)
        return True

    async def _offer(self, parts: Sequence[Part]) -> bool:
        await self._send(parts)
        await self._ask()
        try:
            return await self._stand(parts)
        except CannotConnect:
            if not self._refused:
                raise
            # A refusal that ends the connection: the next one has to know what it was for.
            if len(parts) == 1:
                raise self._refusal from None
            if self._refusals.one_by_one:
                self._note_refused(parts[-1])
            self._refusals.one_by_one = True
            raise

    async def _stand(self, parts: Sequence[Part]) -> bool:
        """Tell whether the answer to a question lists every part."""
        return set(_types(parts)) <= set(await self._answer())

    def _note_refused(self, part: Part) -> None:
        self._refusals.types[str(part["type"])] = asyncio.get_running_loop().time()

    async def _ask(self) -> None:
        await self._send([{"method": "LIST_SUBSCRIPTIONS"}])

    async def _send(self, parts: Sequence[Part]) -> None:
        self._ticket = str(uuid4())
        await _sent(
            self._socket.send_str(json.dumps([{"ticket": self._ticket}, *parts]))
        )

    async def _answer(self) -> tuple[str, ...]:
        """Return the types that stand; none if the exchange refused, for the reason it gave."""
        self._refused = False
        self._refusal = CannotConnect("subscription refused")
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                while True:
                    for message in await self._receive():
                        match message:
                            case ErrorFrame(name=name, message=text):
                                self._refused = True
                                self._refusal = error_of(name, text) or self._refusal
                            case Subscriptions(types=types, ticket=self._ticket):
                                return () if self._refused else types
        except TimeoutError:
            if self._refused:
                return ()
            raise CannotConnect("no answer to LIST_SUBSCRIPTIONS") from None

    async def _receive(self) -> tuple[Message, ...]:
        """Wait for a frame, tell the listener, and return its messages."""
        self._in_a_row += 1
        if self._in_a_row >= AT_A_STRETCH:
            # Frames that are there already are handed out without a pause.
            self._in_a_row = 0
            await asyncio.sleep(0)
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
            messages = parse(received.data, self._known)
        except UnreadableFrame as error:
            self._listener.frame_refused(error.kind)
            return ()
        for message in messages:
            self._listener.message_received(message)
        return messages


def _heed(messages: Sequence[Message]) -> None:
    """Raise an error that nobody asked for; one with a name that is not known passes."""
    for message in messages:
        if isinstance(message, ErrorFrame) and (
            known := error_of(message.name, message.message)
        ):
            raise known


def _types(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(str(part["type"]) for part in parts)


async def _sent(sending: Awaitable[None]) -> None:
    """Send something; a connection that has just ended is no surprise."""
    try:
        await sending
    except (ClientError, OSError) as error:
        raise CannotConnect(type(error).__name__) from None
