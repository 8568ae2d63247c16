"""A websocket of the exchange: subscriptions, formats, signs of life.

Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
import json
import socket as sockets
import struct
from typing import Final, Protocol

from aiohttp import WSMsgType, web

from .faults import Faults
from .subscriptions import Refused, Subscription, format_of, joined
from .wire import Value, dump, formatted, plain, scientific

IDLE_CLOSE: Final = 120.0
STATUS_EVERY: Final = 10.0
MESSAGES_A_SECOND: Final = 5
MESSAGES_A_MINUTE: Final = 100
AT_ONCE: Final = struct.pack("ii", 1, 0)
"""A linger of no time: the connection ends with a reset."""


class Kind(Protocol):
    """What private and public streams differ in."""

    def check(self, part: Mapping[str, object]) -> None:
        """Raise `Refused` for a part of a subscription that is not granted."""

    def subscribed(self, session: Session) -> None:
        """Send what a new subscription begins with."""


class Session:
    """One connection."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        request: web.Request,
        faults: Faults,
        kind: Kind,
        closed: Callable[[Session], None],
        owner: str = "",
    ) -> None:
        """Take a socket whose handshake is over; `owner` is the access key."""
        self.socket = socket
        self.owner = owner
        self.subscriptions: dict[str, Subscription] = {}
        self.format = "DEFAULT"
        self.pongs = 0
        self.vanished = False
        self._request = request
        self._faults = faults
        self._kind = kind
        self._closed = closed
        self._loop = asyncio.get_running_loop()
        self._timers: set[asyncio.TimerHandle] = set()
        self._lanes: dict[float, deque[tuple[WSMsgType, bytes] | int]] = {}
        """What travels, by how long it does."""

        self._idle: asyncio.TimerHandle | None = None
        self._status: asyncio.TimerHandle | None = None
        self._outbox: asyncio.Queue[tuple[WSMsgType, bytes] | int] = asyncio.Queue()
        self._messages: deque[float] = deque()

    async def run(self) -> None:
        """Serve the connection until it ends."""
        writer = asyncio.create_task(self._write())
        self._stay()
        try:
            async for message in self.socket:
                self._stay()
                match message.type:
                    case WSMsgType.PING:
                        if not (self._faults.mute or self._faults.no_pongs):
                            await self.socket.pong(message.data)
                    case WSMsgType.PONG:
                        self.pongs += 1
                    case WSMsgType.TEXT | WSMsgType.BINARY:
                        self._read(message.data)
        finally:
            writer.cancel()
            for timer in (*self._timers, self._idle, self._status):
                if timer:
                    timer.cancel()
            self._closed(self)

    def send(
        self,
        frame: Mapping[str, Value],
        delay: float = 0,
        mangle: Callable[[str], str | bytes] | None = None,
    ) -> None:
        """Send a frame in the connection's format, after some seconds; mangled on its way if so wished."""
        spell = scientific if self._faults.exponents else plain
        text = formatted(self._shown(frame), self.format, spell)
        self._send_json(mangle(text) if mangle else text, delay)

    def send_raw(self, data: str | bytes, delay: float = 0) -> None:
        """Send a text or binary frame as it is, after some seconds."""
        if isinstance(data, str):
            self._queue((WSMsgType.TEXT, data.encode()), delay)
        else:
            self._queue((WSMsgType.BINARY, data), delay)

    def send_error(self, name: str, message: str = "") -> None:
        """Send an error frame; it has the same shape in every format."""
        self._send_json(dump({"error": {"name": name, "message": message or name}}))
        if self._faults.close_on_error:
            self.close(1008)

    def wants(self, frame: Mapping[str, Value]) -> bool:
        """Return whether a frame's type is subscribed, and its code or category: none named are all of them."""
        subscribed = self.subscriptions.get(str(frame["type"]))
        if subscribed is None:
            return False
        for name, chosen in (("code", "codes"), ("category", "categories")):
            wanted = subscribed.parameters.get(chosen)
            if isinstance(wanted, list) and wanted and frame.get(name) not in wanted:
                return False
        return True

    def _shown(self, frame: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return a frame without the body of a notice, if it is subscribed without.

        Whether the field is missing then or null is not documented.
        """
        subscribed = self.subscriptions.get(str(frame["type"]))
        if subscribed and subscribed.parameters.get("include_body") is False:
            return {**frame, "body": None}
        return frame

    def close(self, code: int) -> None:
        """End the connection with a close frame.

        1005 stands for one without a code, 1006 and 1015 for none at all: no server sends those.
        """
        if code in (1006, 1015):
            self.drop()
        elif code == 1005:
            self._queue((WSMsgType.CLOSE, b""))
        else:
            self._queue(code)

    def drop(self) -> None:
        """End the connection without a close frame, which its peer sees as 1006."""
        if self._request.transport and not self.vanished:
            self._request.transport.abort()

    def reset(self) -> None:
        """End the connection with a reset, as a crash or a firewall does."""
        if self._request.transport:
            self._request.transport.get_extra_info("socket").setsockopt(
                sockets.SOL_SOCKET, sockets.SO_LINGER, AT_ONCE
            )
        self.drop()

    def vanish(self) -> None:
        """Send nothing from here on, and do not end: packets vanish."""
        self.vanished = True

    def _send_json(self, data: str | bytes, delay: float = 0) -> None:
        """Send JSON in the kind of frame that the exchange uses, which is binary."""
        kind = WSMsgType.TEXT if self._faults.text_frames else WSMsgType.BINARY
        self._queue((kind, data.encode() if isinstance(data, str) else data), delay)

    def _queue(self, sent: tuple[WSMsgType, bytes] | int, delay: float = 0) -> None:
        if delay <= 0:
            self._outbox.put_nowait(sent)
            return

        # Timers of one moment fire in any order; what is as late as another does not overtake it.
        lane = self._lanes.setdefault(delay, deque())
        lane.append(sent)

        def deliver() -> None:
            self._timers.discard(timer)
            self._outbox.put_nowait(lane.popleft())

        timer = self._loop.call_later(delay, deliver)
        self._timers.add(timer)

    async def _write(self) -> None:
        while True:
            sent = await self._outbox.get()
            if self._faults.mute or self.vanished or self.socket.closed:
                continue
            self._stay()
            try:
                if isinstance(sent, int):
                    await self.socket.close(code=sent)
                else:
                    kind, data = sent
                    await self.socket.send_frame(data, kind)
            except ConnectionError:
                return

    def _stay(self) -> None:
        """Put off the end that a connection without traffic meets."""
        if self._idle:
            self._idle.cancel()
        self._idle = self._loop.call_later(IDLE_CLOSE, self.drop)

    def _read(self, data: str | bytes) -> None:
        if not self._within_limits():
            self.drop()
            return
        try:
            text = data.decode() if isinstance(data, bytes) else data
            if text.strip() == "PING":
                self._tell_status()
            else:
                self._take(json.loads(text))
        except ValueError, RecursionError:
            self.send_error("WRONG_FORMAT", "JSON 형식이 아닙니다.")
        except Refused as refused:
            self.send_error(refused.name, refused.message)

    def _within_limits(self) -> bool:
        now = self._loop.time()
        self._messages.append(now)
        while self._messages[0] < now - 60:
            self._messages.popleft()
        last_second = sum(1 for moment in self._messages if moment > now - 1)
        return (
            last_second <= MESSAGES_A_SECOND
            and len(self._messages) <= MESSAGES_A_MINUTE
        )

    def _tell_status(self) -> None:
        self._send_json('{"status":"UP"}')
        if self._status:
            self._status.cancel()
        self._status = self._loop.call_later(STATUS_EVERY, self._tell_status)

    def _take(self, parts: object) -> None:
        """Take a message: a ticket, then a method or types and a format."""
        if not isinstance(parts, list) or not all(
            isinstance(one, dict) for one in parts
        ):
            raise Refused("WRONG_FORMAT", "배열이 아닙니다.")
        merged = {name: value for part in parts for name, value in part.items()}
        ticket = merged.get("ticket")
        if not isinstance(ticket, str) or not ticket:
            raise Refused("NO_TICKET", "ticket이 없습니다.")
        if "method" in merged:
            self._answer(merged["method"], ticket, format_of(merged))
            return
        form = format_of(merged)
        typed = [part for part in parts if "type" in part]
        if not typed:
            raise Refused("NO_TYPE", "type이 없습니다.")
        if not all(isinstance(part["type"], str) for part in typed):
            raise Refused("WRONG_FORMAT", "type이 문자열이 아닙니다.")
        if error := self._faults.answer_error:
            raise Refused(error, error)
        for part in typed:
            if part["type"] in self._faults.refuse_types:
                raise Refused("INVALID_PARAM", "지원하지 않는 type입니다.")
            self._kind.check(part)
        # A later subscription replaces the earlier one.
        self.format = form
        self.subscriptions = {}
        for part in typed:
            name = part["type"]
            if name not in self._faults.forget_types:
                known = self.subscriptions.get(name)
                self.subscriptions[name] = Subscription(
                    name, joined(known.parameters, part) if known else part
                )
        self._kind.subscribed(self)

    def _answer(self, method: object, ticket: str, form: str) -> None:
        if method != "LIST_SUBSCRIPTIONS":
            raise Refused("INVALID_PARAM", "지원하지 않는 method입니다.")
        if self._faults.ignore_list:
            return
        result: list[Value] = [
            {
                name: value
                for name, value in one.parameters.items()
                if isinstance(value, str | bool | list)
            }
            for one in self.subscriptions.values()
        ]
        answer = {"method": "LIST_SUBSCRIPTIONS", "result": result, "ticket": ticket}
        # Whether a list format makes a list of it is not documented.
        self._send_json(formatted(answer, form.removesuffix("_LIST")))
