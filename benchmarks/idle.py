"""How often an idle account wakes the event loop. Two processes: `python -m benchmarks.idle [alone]`."""

import asyncio
import json
import selectors
import sys
from typing import Final, override

from homeassistant.helpers.aiohttp_client import async_get_clientsession

from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .house import entry_at, home, settled

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


async def alone(selector: CountingSelector) -> float:
    """Return the wake-ups a minute of a Home Assistant without an account.

    It has the session that whatever connects shares; with it comes the discovery of names.
    """
    async with home() as hass:
        async_get_clientsession(hass)
        return await _a_minute(selector)


async def together(selector: CountingSelector) -> float:
    """Return those of one with an account whose exchange runs in another process."""
    exchange = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.upbit_server", "--port=0", "--control-port=0"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert exchange.stdout
    try:
        origin = (await exchange.stdout.readline()).decode().split()[2].strip(",")
        async with home() as hass:
            entry = entry_at(origin, DEMO_ACCESS_KEY, DEMO_SECRET_KEY, "Upbit")
            await hass.config_entries.async_add(entry)
            await settled(entry.runtime_data)
            return await _a_minute(selector)
    finally:
        exchange.terminate()
        await exchange.wait()


async def _a_minute(selector: CountingSelector) -> float:
    await asyncio.sleep(BEGINNING)
    before = selector.woken
    await asyncio.sleep(WATCHED)
    # The end of the sleep is nobody's.
    return (selector.woken - before - 1) * 60 / WATCHED


def main() -> None:
    """Count, and print the number as JSON."""
    selector = CountingSelector()
    count = alone if sys.argv[1:] == ["alone"] else together
    with asyncio.Runner(
        loop_factory=lambda: asyncio.SelectorEventLoop(selector)
    ) as runner:
        print(json.dumps(runner.run(count(selector))))


if __name__ == "__main__":
    main()
