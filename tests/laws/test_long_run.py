"""A long run, compressed: changes without end over connections that end, and nothing grows."""

from contextlib import suppress
import gc
import os
from pathlib import Path
import resource
from statistics import mean
import sys
from types import FunctionType
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from custom_components.upbit.const import CONF_HISTORY_SIZE
from tests.clock import Clock
from tests.shares import Recorder, record_sum
from tests.trading import RICHES

from .world import World, left

CHANGES: Final = int(os.environ.get("UPBIT_CHANGES", "1000"))
"""How many changes of a balance a run makes: scripts/test --long makes 100,000."""

A_CONNECTION: Final = 100
"""Changes between two cuts."""

GROWTH_FROM: Final = 20_000
"""Changes from which on a share of growth means something: caches and the history are full by then."""

MOST_GROWTH: Final = 1.05

WINDOW: Final = 20
"""Cuts over which objects are averaged: what waits at a cut differs from one to the next."""

CHANGES_AN_OBJECT: Final = 20
"""Changes in which not one object more may stay: what grows slowly hides in memory that is free to take."""


def sockets() -> int:
    """Return how many sockets the process has open."""
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(descriptor.readlink()))
    return sum(link.startswith("socket:") for link in links)


def ours() -> int:
    """Return how many objects of the integration's own kinds there are."""
    gc.collect()
    return sum(
        type(one).__module__.startswith("custom_components.upbit")
        for one in gc.get_objects()
    )


def resident() -> int:
    """Return the bytes of memory that the process holds, without what is waste."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.timeout(1_500)
async def test_a_long_run_loses_nothing_and_grows_by_nothing(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    quiet: None,
    enable_custom_integrations: None,
    socket_enabled: None,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    record_property: Recorder,
) -> None:
    """The ledger agrees in the end; memory is flat; no task, timer, listener or socket more than at the start."""
    closed = sockets()
    world = World(hass, hass_storage, clock)
    await world.open(
        ("자산조회", "주문조회"),
        is_new=False,
        # Full at the first cut already.
        options={CONF_HISTORY_SIZE: 100},
    )
    server = world.server
    codes = list(RICHES)
    before, opened = left(hass), sockets()
    sizes: list[int] = []
    objects: list[int] = []
    own: list[int] = []
    changes = cuts = 0
    while changes < CHANGES:
        for number in range(A_CONNECTION):
            code = codes[number % len(codes)]
            if number % 12 < 6:
                server.deposit(code, "0.30000001")
            else:
                server.withdraw(code, "0.1")
            changes += 1
            if number % 20 == 19:
                await clock.advance(13)
        server.fault(close=1001 if cuts % 2 else 1006)
        cuts += 1
        await clock.until(lambda: not server.connections, within=5)
        await clock.until(lambda: bool(server.connections), within=130)
        # What the exchange and the tests remember is not ours.
        server.forget()
        world.forget()
        caplog.clear()
        # The stand-in for the disk keeps whatever it was ever given.
        write = Store._async_write_data  # noqa: SLF001
        assert isinstance(write, FunctionType)
        write.reset_mock()  # type: ignore[attr-defined]  # a function that is a mock
        sizes.append(resident())
        objects.append(sys.getallocatedblocks())
        own.append(ours())
    await world.settle(patiently=True)
    world.check_states()
    assert not world.truths.broken
    assert cuts == CHANGES // A_CONNECTION
    assert not left(hass) - before
    assert sockets() <= opened
    await world.close()
    assert sockets() <= closed
    record_sum(record_property, "changes in a long run", changes)
    record_sum(record_property, "cuts in a long run", cuts)
    assert own[-1] == own[len(own) // 2]
    if changes >= GROWTH_FROM:
        half = len(sizes) // 2
        record_sum(record_property, "bytes at half of the long run", sizes[half])
        record_sum(record_property, "bytes at its end", sizes[-1])
        more = round(mean(objects[-WINDOW:]) - mean(objects[half - WINDOW : half]))
        record_sum(record_property, "objects more at its end than at half", more)
        assert sizes[-1] < sizes[half] * MOST_GROWTH
        assert more < changes / 2 / CHANGES_AN_OBJECT
