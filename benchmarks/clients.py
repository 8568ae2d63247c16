"""How long a frame takes from the socket to whoever waits for it: in other people's clients, and here to the state."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
import json
from pathlib import Path
from statistics import median
import sys
import time
from typing import Any, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .house import entry_at, home, settled
from .measuring import Cost, Spread
from .pushing import MOVED

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = ROOT / ".venv-clients" / "bin" / "python"

OTHERS: Final = ("official_sdk", "ccxt_pro")
OURS: Final = "ours"

FRAMES: Final = 30
"""Frames in a turn of one client."""

TITLE: Final = "Upbit"

NANOSECONDS: Final = 1e-9

type Hear = Callable[[], Awaitable[list[int]]]
"""Returns the moments at which the frames of a turn have arrived."""


class Child:
    """A process that is told and tells lines of JSON."""

    def __init__(self, process: Process) -> None:
        """Take a process that was started."""
        self._process = process

    def tell(self, value: object) -> None:
        """Write a line."""
        assert self._process.stdin
        self._process.stdin.write(f"{json.dumps(value)}\n".encode())

    async def told(self) -> Any:
        """Return what the next line says."""
        assert self._process.stdout
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def child(*command: str) -> AsyncGenerator[Child]:
    """Run a process until it is needed no more."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        await process.wait()


async def clients(turns: int) -> Mapping[str, Cost]:
    """Measure a frame of one row here against each of the others, one client at a time in turns."""
    async with AsyncExitStack() as stack:
        exchange = await stack.enter_async_context(
            child(sys.executable, "-m", "benchmarks.pushing")
        )
        where = await exchange.told()
        accounts = [(where["origin"], *key) for key in where["keys"]]
        hear: dict[str, Hear] = {}
        keys: dict[str, str] = {}
        for name, (origin, access_key, secret_key) in zip(
            (*OTHERS, OURS), accounts, strict=True
        ):
            keys[name] = access_key
            if name == OURS:
                hass = await stack.enter_async_context(home())
                hear[name] = await _ours(hass, origin, access_key, secret_key)
            else:
                other = await stack.enter_async_context(
                    child(str(PYTHON), "-m", "benchmarks.hearing", name)
                )
                other.tell(
                    {
                        "origin": origin,
                        "access_key": access_key,
                        "secret_key": secret_key,
                    }
                )
                hear[name] = _theirs(other)
        took: dict[str, list[float]] = {name: [] for name in hear}
        for _ in range(turns + 1):
            for name, heard_of in hear.items():
                exchange.tell({"to": keys[name], "frames": FRAMES})
                sent = await exchange.told()
                heard = await heard_of()
                assert len(sent) == len(heard) == FRAMES, (name, len(sent), len(heard))
                took[name].append(
                    median(
                        (arrived - left) * NANOSECONDS
                        for left, arrived in zip(sent, heard, strict=True)
                    )
                )
    # The first turn warms up.
    rounds = {name: seconds[1:] for name, seconds in took.items()}
    return {
        name: Cost(
            Spread.of(
                [
                    ours / theirs
                    for ours, theirs in zip(rounds[OURS], rounds[name], strict=True)
                ]
            ),
            Spread.of(rounds[OURS]),
            Spread.of(rounds[name]),
        )
        for name in OTHERS
    }


def _theirs(other: Child) -> Hear:
    async def hear() -> list[int]:
        other.tell(FRAMES)
        heard: list[int] = await other.told()
        return heard

    return hear


async def _ours(
    hass: HomeAssistant, origin: str, access_key: str, secret_key: str
) -> Hear:
    """Set the account up, and note when the currency's state is written."""
    entry = entry_at(origin, access_key, secret_key, TITLE)
    await hass.config_entries.async_add(entry)
    await settled(entry.runtime_data)
    moved = f"sensor.{TITLE}_{MOVED}".lower()
    assert hass.states.get(moved)
    heard: list[int] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        # A snapshot may bring another average price, which is an attribute.
        if event.data["entity_id"] == moved and old and new and old.state != new.state:
            heard.append(time.monotonic_ns())

    hass.bus.async_listen("state_changed", changed)

    async def hear() -> list[int]:
        while len(heard) < FRAMES:
            await asyncio.sleep(0.01)
        since = heard[:]
        heard.clear()
        return since

    return hear
