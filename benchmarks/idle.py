"""How often an idle account wakes the event loop. Run as a process: `python -m benchmarks.idle`."""

import asyncio
import json
import selectors
import sys
from typing import Final, override

from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .house import entry_at, home, settled

ALONE: Final = 60.0
"""Seconds in which Home Assistant alone is counted."""

BEGINNING: Final = 15.0
"""Seconds after which what follows a connect is over."""

WATCHED: Final = 120.0

CONNECTIONS: Final = 2
"""The private stream and that of the prices."""


class CountingSelector(selectors.DefaultSelector):
    """Counts how often the event loop has slept, and so woken up."""

    woken = 0

    @override
    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait as the base does."""
        if timeout is None or timeout > 0:
            self.woken += 1
        return super().select(timeout)


async def wake_ups(selector: CountingSelector) -> tuple[float, float]:
    """Return wake-ups a minute: of Home Assistant alone, and what an account adds a connection."""
    exchange = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.upbit_server", "--port=0", "--control-port=0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert exchange.stdout
    try:
        origin = (await exchange.stdout.readline()).decode().split()[2].strip(",")
        async with home() as hass:
            alone = await _a_minute(selector, ALONE)
            entry = entry_at(origin, DEMO_ACCESS_KEY, DEMO_SECRET_KEY, "Upbit")
            await hass.config_entries.async_add(entry)
            await settled(entry.runtime_data)
            await asyncio.sleep(BEGINNING)
            together = await _a_minute(selector, WATCHED)
        return alone, (together - alone) / CONNECTIONS
    finally:
        exchange.terminate()
        await exchange.wait()


async def _a_minute(selector: CountingSelector, seconds: float) -> float:
    before = selector.woken
    await asyncio.sleep(seconds)
    # The end of the sleep is not the account's.
    return (selector.woken - before - 1) * 60 / seconds


def main() -> None:
    """Count, and print both as JSON."""
    selector = CountingSelector()
    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(selector)
    ) as runner:
        print(json.dumps(runner.run(wake_ups(selector))))


if __name__ == "__main__":
    main()
