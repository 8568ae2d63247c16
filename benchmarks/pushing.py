"""An exchange that pushes to one client at a time, and tells when. A process: `python -m benchmarks.pushing`.

First it tells its origin and a key for each client. Then, for each line `{"to": access key, "frames":
number}`, it tells the moments (ns of the monotonic clock, which all processes share) at which so many
frames of one row went to the socket.
"""

import asyncio
import json
import sys
import time
from typing import Any, Final

from aiohttp import WSMsgType

from tests.upbit_server import UpbitServer
from tests.upbit_server.streams import Session

from .house import code_of, exchange_of

CURRENCIES: Final = 30

CLIENTS: Final = 3

APART: Final = 0.01
"""Seconds between two frames: nothing waits for what came before."""

MOVED: Final = code_of(1)
"""The currency that moves."""

AMOUNT: Final = "1.00000001"


async def serve() -> None:
    """Push what is asked for until the input ends."""
    async with exchange_of(CURRENCIES) as exchange:
        keys = [exchange.issue_key() for _ in range(CLIENTS)]
        _tell(
            {
                "origin": exchange.origin,
                "keys": [[key.access_key, key.secret_key] for key in keys],
            }
        )
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            session = await _session_of(exchange, asked["to"])
            _tell(await _pushed(exchange, session, asked["frames"]))


async def _session_of(exchange: UpbitServer, access_key: str) -> Session:
    """Wait until a client is subscribed, and return its connection."""
    while True:
        for session in exchange.connections:
            if session.owner == access_key and "myAsset" in session.subscriptions:
                return session
        await asyncio.sleep(0.01)


async def _pushed(exchange: UpbitServer, session: Session, frames: int) -> list[int]:
    """Move a currency there and back; return when each frame went to the socket of one connection."""
    sent: list[int] = []
    send = session.socket.send_frame

    async def stamped(data: bytes, kind: WSMsgType, *rest: Any) -> None:
        sent.append(time.monotonic_ns())
        await send(data, kind, *rest)

    session.socket.send_frame = stamped  # type: ignore[method-assign, assignment]  # to stamp what leaves
    everybody = exchange.private.sessions[:]
    exchange.private.sessions[:] = [session]
    for number in range(frames):
        if number % 2:
            exchange.withdraw(MOVED, AMOUNT)
        else:
            exchange.deposit(MOVED, AMOUNT)
        await asyncio.sleep(APART)
    exchange.private.sessions[:] = everybody
    del session.socket.send_frame
    return sent


def _tell(value: object) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    asyncio.run(serve())
