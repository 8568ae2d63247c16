"""A home that holds much, 600 currencies or ten accounts, before a browser that is open and reads slowly."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
import re
import time
from typing import Final

import pytest

from tests.instance.run import get, post, process, wait_for_port
from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .garbage import Pauses
from .home import Home, eventually, free_ports, home
from .watch import Watch, watched

COINS: Final = 591
"""What the sample account's nine currencies lack to be 600."""

TITLES: Final = ("", *(f"Account {number}" for number in range(1, 10)))
"""Of ten accounts: only the first needs none of its own."""

DEVICES: Final = ("upbit", *(f"account_{number}" for number in range(1, 10)))
"""How the ids of their entities begin."""

SLOW: Final = 0.4
"""Seconds from which on Home Assistant warns of a state that is slow to write."""

SLOW_STATE: Final = re.compile(
    r"(?P<ended>\S+ \S+) WARNING .* Updating state for .* took (?P<took>[\d.]+) seconds"
)

OURS: Final = re.compile(r"\w+\.(upbit|account_\d)_")

CLEANED_UP: Final = 12.0
"""Seconds after a start by which Home Assistant has cleaned up its devices, all at once.

Of an account that is just being removed it would remove all that is left.
"""


def _exchange(coins: int) -> Iterator[tuple[str, str]]:
    port, control_port = free_ports(2)
    with process(
        "tests.upbit_server",
        f"--port={port}",
        f"--control-port={control_port}",
        f"--coins={coins}",
    ) as running:
        wait_for_port(control_port, running)
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{control_port}"


@pytest.fixture
def much() -> Iterator[tuple[str, str]]:
    """Run an exchange whose account holds 600 currencies; its origin and its control port's."""
    yield from _exchange(COINS)


@pytest.fixture
def little() -> Iterator[tuple[str, str]]:
    """Run an exchange with the sample account."""
    yield from _exchange(0)


def quiet(one: Home) -> None:
    """Check that Home Assistant found nothing slow, and nothing of ours wrong."""
    log = (one.config / "home-assistant.log").read_text().splitlines()
    pauses = Pauses.of(one.config)
    print(f"garbage: {len(pauses)} pauses, the longest {pauses.longest * 1000:.0f} ms")
    bad = [
        line
        for line in log
        if (" WARNING " in line or " ERROR " in line)
        and ("upbit" in line or "pending messages" in line or "taking over" in line)
        and "has not been tested by Home Assistant" not in line
        and not waited_for_garbage(line, pauses)
    ]
    assert not bad, (bad, pauses)


def waited_for_garbage(line: str, pauses: Pauses) -> bool:
    """Say if a line tells of a slow state that was slow only because garbage was collected meanwhile."""
    if not (found := SLOW_STATE.match(line)):
        return False
    ended = datetime.fromisoformat(found["ended"]).timestamp()
    took = float(found["took"])
    # The log's clock has milliseconds.
    return took - pauses.within(ended - took - 0.01, ended) < SLOW


def ours(watch: Watch) -> set[str]:
    """Return the entities of ours that the browser shows."""
    return {one for one in watch.browser.entities if OURS.match(one)}


@pytest.mark.home
async def test_600_currencies_come_change_and_go_before_an_open_browser(
    tmp_path: Path, much: tuple[str, str]
) -> None:
    """Nothing is slow, and the browser is not cut off: neither by adding, nor by a reload, nor by removal."""
    exchange, control = much
    print()
    with home(tmp_path / "home", exchange, with_account=False) as one:
        await asyncio.to_thread(one.start)
        started = time.monotonic()
        async with watched(one) as watch:
            browser = watch.browser
            entry = await watch.step(
                "600 currencies are added",
                lambda: watch.add(exchange, (DEMO_ACCESS_KEY, DEMO_SECRET_KEY)),
                lambda: "sensor.upbit_xrp_value" in browser.entities,
            )
            every = len(ours(watch))
            assert every > 4 * 600
            path = f"/api/config/config_entries/entry/{entry}"

            async def trade() -> None:
                body = {"market": "KRW-C0000", "side": "bid", "volume": "3"}
                await asyncio.to_thread(post, f"{control}/trade", body)

            read = browser.messages
            await watch.step(
                "one of them changes", trade, lambda: browser.messages > read
            )
            await watch.step(
                "they are loaded again",
                lambda: watch.call(f"{path}/reload"),
                lambda: len(ours(watch)) == every,
            )
            await asyncio.sleep(started + CLEANED_UP - time.monotonic())
            await watch.step(
                "the account is removed",
                lambda: watch.call(path, method="DELETE"),
                lambda: not ours(watch),
            )
        one.stop()
        quiet(one)


@pytest.mark.home
async def test_ten_accounts_come_change_and_go_before_an_open_browser(
    tmp_path: Path, little: tuple[str, str]
) -> None:
    """Each of them connects, at the limits that the exchange sets for an address, and again after a restart."""
    exchange, control = little
    print()
    with home(tmp_path / "home", exchange, with_account=False) as one:

        def shown(domain: str, name: str) -> list[str | None]:
            states = one.states()
            ids = [f"{domain}.{device}_{name}" for device in DEVICES]
            return [states[each]["state"] if each in states else None for each in ids]

        async def all_stand() -> None:
            await asyncio.to_thread(
                eventually,
                lambda: shown("binary_sensor", "connection") == ["on"] * len(DEVICES),
                60,
                "ten connections",
            )

        async def each_changes() -> None:
            body = {"currency": "XRP", "amount": "0.00000001"}
            await asyncio.to_thread(post, f"{control}/deposit", body)
            ledger = await asyncio.to_thread(get, control, "/ledger", "")
            total = ledger["XRP"]["total"]
            await asyncio.to_thread(
                eventually,
                lambda: shown("sensor", "xrp") == [total] * len(DEVICES),
                10,
                "ten new amounts",
            )

        await asyncio.to_thread(one.start)
        entries = []
        async with watched(one) as watch:
            for number, title in enumerate(TITLES):
                key = f"access-key-{number}{'x' * 28}", "s" * 40
                body = {
                    "access_key": key[0],
                    "secret_key": key[1],
                    "pocket": f"pocket-{number}",
                }
                await asyncio.to_thread(post, f"{control}/issue", body)
                entries.append(await watch.add(exchange, key, title))
            await all_stand()
            await each_changes()
        one.stop()
        began = time.monotonic()
        await asyncio.to_thread(one.start)
        started = time.monotonic()
        await all_stand()
        print(
            f"ten accounts start in {started - began:.1f} s, "
            f"and stand {time.monotonic() - started:.1f} s later"
        )
        await each_changes()

        async def all_go() -> None:
            for entry in entries:
                path = f"/api/config/config_entries/entry/{entry}"
                await watch.call(path, method="DELETE")

        async with watched(one) as watch:
            assert len(ours(watch)) > 30 * len(DEVICES)
            await asyncio.sleep(started + CLEANED_UP - time.monotonic())
            await watch.step(
                "ten accounts are removed", all_go, lambda: not ours(watch)
            )
        one.stop()
        quiet(one)
