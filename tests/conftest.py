"""What every test that runs Home Assistant builds on: a simulated exchange, an account there, its entry here."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from typing import Any
from unittest.mock import patch

from _pytest.terminal import TerminalReporter
from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
)

from .clock import Clock
from .faults import report
from .trader import Trader
from .upbit_server import UpbitServer


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the matrix of faults, if it was run."""
    report.write(terminalreporter)


@pytest.fixture(autouse=True)
def reported(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail a test in which Home Assistant reports what this integration does: deprecated, unsafe or slow."""
    yield
    reports = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if f"custom integration '{DOMAIN}'" in record.getMessage()
    ]
    assert not reports, reports


@pytest.fixture
async def clock(freezer: FrozenDateTimeFactory) -> Clock:
    """Return the frozen time, the event loop's included."""
    return Clock(freezer, asyncio.get_running_loop())


@pytest.fixture
async def server(socket_enabled: None, clock: Clock) -> AsyncGenerator[UpbitServer]:
    """Run an exchange whose one account holds won, bitcoin and ether."""
    async with UpbitServer() as exchange:
        exchange.deposit("KRW", "1000000")
        exchange.deposit("BTC", "0.5")
        exchange.deposit("ETH", "2")
        yield exchange


@pytest.fixture
async def trader(server: UpbitServer) -> AsyncGenerator[Trader]:
    """Return a client with a key of the account."""
    async with ClientSession() as session:
        one = Trader(server, session)
        yield one
        for socket in one.sockets:
            await socket.close()
        await asyncio.gather(*one.tasks)


@pytest.fixture
def entry(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    server: UpbitServer,
    enable_custom_integrations: None,
) -> MockConfigEntry:
    """Return an entry with a key of the account; it is not set up yet."""
    key = server.issue_key()
    config_entry = MockConfigEntry(
        domain=DOMAIN,
        title="Upbit",
        data={
            CONF_ACCESS_KEY: key.access_key,
            CONF_SECRET_KEY: key.secret_key,
            CONF_REGION: "kr",
            CONF_API_HOST: server.origin,
        },
    )
    config_entry.add_to_hass(hass)
    return config_entry


@pytest.fixture
async def account(
    hass: HomeAssistant, entry: MockConfigEntry, clock: Clock
) -> AsyncGenerator[MockConfigEntry]:
    """Set the entry up, wait until its stream stands and its first minutes are over, unload it at the end."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.until(
        lambda: hass.states.is_state("binary_sensor.upbit_connection", "on"), within=5
    )
    await clock.advance(700)
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id):
        await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.fixture
def every_entity_enabled() -> Generator[None]:
    """Enable entities that are off by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield
