"""A browser on a home, that reads slowly, and what each step takes and blocks before its eyes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import json
from threading import Event, Thread
import time
from typing import Any, Final, Self

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from .home import Home

SUBSCRIPTIONS: Final = (
    {"type": "subscribe_entities"},
    {"type": "config_entries/subscribe"},
    *(
        {"type": "subscribe_events", "event_type": f"{what}_registry_updated"}
        for what in ("area", "device", "entity")
    ),
)
"""What the frontend listens to on any page."""

READS_APART: Final = 0.005
"""Seconds in which a browser works on what it has read."""

BLOCKED: Final = 1500.0
"""How much longer than a fixed piece of work, of a few ms, the loop may be blocked.

Generous, for a machine that does much else; the figures are printed. Of the longest blocks, nearly
all is one collection of garbage over all that Home Assistant holds.
"""


class Browser:
    """Reads what the frontend subscribes to, and takes its time."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        """Take a connection."""
        self.entities: set[str] = set()
        self.messages = 0
        self._socket = socket

    async def run(self) -> None:
        """Subscribe, and read; ends with an error when the connection does."""
        features = {"coalesce_messages": 1}
        await self._socket.send_json(
            {"id": 1, "type": "supported_features", "features": features}
        )
        for number, subscription in enumerate(SUBSCRIPTIONS, 2):
            await self._socket.send_json({"id": number, **subscription})
        async for message in self._socket:
            assert message.type is WSMsgType.TEXT
            parts = json.loads(message.data)
            for part in parts if isinstance(parts, list) else [parts]:
                self._take(part)
            await asyncio.sleep(READS_APART)
        raise AssertionError("the browser was cut off")

    def _take(self, part: dict[str, Any]) -> None:
        self.messages += 1
        event = part.get("event")
        if isinstance(event, dict):
            self.entities |= event.get("a", {}).keys()
            self.entities -= set(event.get("r", ()))


class Pulse:
    """Asks for a sign of life all the time: the longest wait is the longest block of the loop.

    From a thread of its own, since what the browser reads would delay it.
    """

    def __init__(self, one: Home) -> None:
        """Watch a home."""
        self._home = one
        self._longest = 0.0
        self._done = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def take(self) -> float:
        """Return the longest wait in seconds, and begin anew."""
        longest, self._longest = self._longest, 0.0
        return longest

    async def _run(self) -> None:
        async with connected(self._home) as socket:
            number = 0
            while not self._done.is_set():
                number += 1
                asked = time.perf_counter()
                await socket.send_json({"id": number, "type": "ping"})
                await socket.receive_json()
                self._longest = max(self._longest, time.perf_counter() - asked)
                await asyncio.sleep(0.002)


class Watch:
    """A browser and a pulse on a home, and what is measured of each step."""

    def __init__(self, one: Home, browser: Browser, pulse: Pulse) -> None:
        """Begin with nothing measured."""
        self._home = one
        self.browser = browser
        self._pulse = pulse

    async def step[T](
        self, name: str, work: Callable[[], Any], done: Callable[[], bool]
    ) -> Any:
        """Do something, wait until its effect is seen in the browser, and print what it took."""
        self._pulse.take()
        unit = _unit()
        read, began = self.browser.messages, time.perf_counter()
        answer = await work()
        while not done():
            assert time.perf_counter() - began < 120, f"{name} does not end"
            await asyncio.sleep(0.02)
        took = time.perf_counter() - began
        await asyncio.sleep(1)
        blocked = self._pulse.take()
        print(
            f"{name:<28} {took:6.2f} s, longest block {blocked * 1000:5.0f} ms = "
            f"{blocked / unit:5.1f} units of {unit * 1000:.1f} ms, "
            f"{self.browser.messages - read} messages"
        )
        assert blocked < BLOCKED * unit, name
        return answer

    async def call(self, path: str, body: Any = None, method: str = "POST") -> Any:
        """Ask Home Assistant for something, as its pages do."""
        headers = {"Authorization": f"Bearer {self._home.access}"}
        async with (
            ClientSession(headers=headers) as session,
            session.request(method, self._home.base + path, json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def add(self, exchange: str, key: tuple[str, str], name: str = "") -> Any:
        """Fill in the form, and return the entry's id."""
        path = "/api/config/config_entries/flow"
        flow = await self.call(path, {"handler": "upbit"})
        result = await self.call(
            f"{path}/{flow['flow_id']}",
            {
                "access_key": key[0],
                "secret_key": key[1],
                "region": "kr",
                "advanced": {"api_host": exchange},
            },
        )
        if name:
            assert result["step_id"] == "title", result["errors"]
            result = await self.call(f"{path}/{flow['flow_id']}", {"name": name})
        return result["result"]["entry_id"]


def _unit() -> float:
    """Return the seconds of a fixed piece of work, on this machine, at this moment."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        json.loads(json.dumps([{"state": str(number)} for number in range(4000)]))
        times.append(time.perf_counter() - began)
    return min(times)


@asynccontextmanager
async def connected(one: Home) -> AsyncIterator[ClientWebSocketResponse]:
    """Connect as a page does."""
    async with (
        ClientSession() as session,
        session.ws_connect(f"{one.base}/api/websocket", max_msg_size=0) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": one.access})
        assert (await socket.receive_json())["type"] == "auth_ok"
        yield socket


@asynccontextmanager
async def watched(one: Home) -> AsyncIterator[Watch]:
    """Open a browser on a home that runs."""
    with Pulse(one) as pulse:
        async with connected(one) as socket, asyncio.TaskGroup() as group:
            browser = Browser(socket)
            reading = group.create_task(browser.run())
            await asyncio.sleep(1)
            yield Watch(one, browser, pulse)
            reading.cancel()
