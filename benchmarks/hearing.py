"""Another people's client that notes when its callback is called. A process: `python -m benchmarks.hearing NAME`.

It runs in .venv-clients. The first line that comes in is the account; each further one is a number of
frames: once they have reached user code, it tells the moments (ns of the monotonic clock).
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
import json
import sys
import time
from typing import Any, Final

from tests.clients.lines import Account

type Listen = Callable[[Account, list[int]], Coroutine[Any, Any, None]]


async def _official_sdk(account: Account, heard: list[int]) -> None:
    from tests.clients.official_sdk import client_of  # noqa: PLC0415 - the other would be loaded as well

    async with client_of(account) as client:
        stream = client.ws_stream.subscribe_private(my_asset=True)
        async with stream as connection:
            async for event in connection:
                if event.type != "myAsset":
                    continue
                heard.append(time.monotonic_ns())


async def _ccxt_pro(account: Account, heard: list[int]) -> None:
    from tests.clients.ccxt_pro import client_of  # noqa: PLC0415 - the other would be loaded as well

    exchange = client_of(account)
    try:
        while True:
            await exchange.watch_balance()
            heard.append(time.monotonic_ns())
    finally:
        await exchange.close()


CLIENTS: Final[Mapping[str, Listen]] = {
    "official_sdk": _official_sdk,
    "ccxt_pro": _ccxt_pro,
}


async def hear(name: str) -> None:
    """Listen until the input ends."""
    account = Account(**json.loads(sys.stdin.readline()))
    heard: list[int] = []
    listening = asyncio.create_task(CLIENTS[name](account, heard))
    while line := await asyncio.to_thread(sys.stdin.readline):
        while len(heard) < json.loads(line):
            await asyncio.sleep(0.01)
        print(json.dumps(heard), flush=True)
        heard.clear()
    listening.cancel()


if __name__ == "__main__":
    asyncio.run(hear(sys.argv[1]))
