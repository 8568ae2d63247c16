"""How a test talks with a client that runs in a process of its own: a line of JSON each way.

A line that comes in asks to `read` or to `listen` with a key, or to `stop` listening. A line that goes out is what was read:
`balances` (currency -> balance, locked), `orders` (uuid -> market, side, price, volume, remaining) and
`markets` (code -> price); or `error` with the client's own `kind` of exception; or something heard:
`balances`, `order` with its `state`, `fill`, `ticker`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
import json
import sys
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """Where, and with which key."""

    origin: str
    access_key: str
    secret_key: str


def tell(**values: Any) -> None:
    """Write a line; numbers go as text."""
    sys.stdout.write(json.dumps(values, default=str) + "\n")
    sys.stdout.flush()


async def serve(
    read: Callable[[Account], Coroutine[Any, Any, None]],
    listen: Callable[[Account], Coroutine[Any, Any, None]],
) -> None:
    """Do what is asked until the input ends."""
    listening: asyncio.Task[None] | None = None

    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        match asked.pop("do"):
            case "read":
                await read(Account(**asked))
            case "listen":
                listening = asyncio.create_task(listen(Account(**asked)))
            case "stop":
                assert listening
                listening.cancel()
                # What it has raised before is raised here.
                with suppress(asyncio.CancelledError):
                    await listening
                tell(stopped=True)
