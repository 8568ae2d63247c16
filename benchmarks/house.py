"""A Home Assistant with accounts on a simulated exchange, and bare entities beside them."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final

from homeassistant import loader
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_REGION
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.upbit.account import Account
from custom_components.upbit.const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
)
from tests.upbit_server import UpbitServer

LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the entries were made: the first minutes of an account, in which more is asked, are over."""

WITHIN: Final = 60.0


def code_of(number: int) -> str:
    """Return the code of a coin that is made up."""
    return f"C{number:03}"


@asynccontextmanager
async def exchange_of(currencies: int) -> AsyncGenerator[UpbitServer]:
    """Run an exchange whose account holds won, and coins up to so many currencies."""
    async with UpbitServer() as exchange:
        exchange.deposit("KRW", "123456789.12345678")
        for number in range(1, currencies):
            price = f"{1000 + number * 37}.5"
            exchange.markets.enlist(f"KRW-{code_of(number)}", price)
            exchange.deposit(code_of(number), f"{number}.12345678", f"{900 + number}")
        yield exchange


@asynccontextmanager
async def home() -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant that finds this integration, in a directory of its own."""
    with TemporaryDirectory(prefix="upbit-bench-") as directory:
        async with async_test_home_assistant(config_dir=directory) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            for domain in ("network", "sensor", "binary_sensor", "event", "button"):
                await async_setup_component(hass, domain, {})
            try:
                yield hass
            finally:
                for entry in hass.config_entries.async_entries():
                    if entry.state is ConfigEntryState.LOADED:
                        await hass.config_entries.async_unload(entry.entry_id)
                await hass.async_stop(force=True)


def entry_at(
    origin: str, access_key: str, secret_key: str, title: str, **options: float
) -> ConfigEntry:
    """Return an entry of an account at an origin."""
    return ConfigEntry(
        domain=DOMAIN,
        title=title,
        data={
            CONF_ACCESS_KEY: access_key,
            CONF_SECRET_KEY: secret_key,
            CONF_REGION: "kr",
            CONF_API_HOST: origin,
        },
        version=1,
        minor_version=1,
        source=SOURCE_USER,
        unique_id=access_key,
        created_at=LONG_AGO,
        discovery_keys=MappingProxyType({}),
        options=options,
        subentries_data=(),
    )


def entry_of(exchange: UpbitServer, title: str, **options: float) -> ConfigEntry:
    """Return an entry with a key of the exchange's account."""
    key = exchange.issue_key()
    return entry_at(exchange.origin, key.access_key, key.secret_key, title, **options)


@dataclass(frozen=True)
class Household:
    """An account that is set up, its stream proved and its prices there."""

    hass: HomeAssistant
    exchange: UpbitServer
    entry: ConfigEntry

    @property
    def account(self) -> Account:
        """What runs for the entry."""
        account: Account = self.entry.runtime_data
        return account


async def settled(account: Account) -> None:
    """Wait until the stream is proved, each price is there and the first snapshots are over."""
    async with asyncio.timeout(WITHIN):
        while not (
            account.coordinator.connected
            and account.worth.account.complete
            and account.openings.day
        ):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def household(
    hass: HomeAssistant, currencies: int, **options: float
) -> AsyncGenerator[Household]:
    """Run an account of so many currencies; options other than the default ones change it."""
    async with exchange_of(currencies) as exchange:
        title = " ".join(map(str, ("Upbit", currencies, *options.values())))
        entry = entry_of(exchange, title, **options)
        await hass.config_entries.async_add(entry)
        assert entry.state is ConfigEntryState.LOADED
        await hass.async_block_till_done()
        living = Household(hass, exchange, entry)
        await settled(living.account)
        yield living
        await hass.config_entries.async_remove(entry.entry_id)


@dataclass(frozen=True, slots=True)
class Written:
    """A state that was written."""

    state: str
    attributes: Mapping[str, Any]


class Writes:
    """Notes which states are written, and how often."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen."""
        self.of: dict[str, list[Written]] = {}
        self._end = hass.bus.async_listen("state_changed", self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state:
            self.of.setdefault(state.entity_id, []).append(
                Written(state.state, state.attributes)
            )

    def end(self) -> None:
        """Listen no more."""
        self._end()


def frame_of(rows: Iterable[tuple[str, Decimal, Decimal]], stamp: int) -> bytes:
    """Return a myAsset frame of currencies, balances and what is locked, as the exchange sends it."""
    assets = ",".join(
        f'{{"currency":"{currency}","balance":{balance:f},"locked":{locked:f}}}'
        for currency, balance, locked in rows
    )
    return (
        '{"type":"myAsset","asset_uuid":"e635f223-1609-4969-8fb6-4376937baad6",'
        f'"assets":[{assets}],"asset_timestamp":{stamp},"timestamp":{stamp + 8},'
        '"stream_type":"REALTIME"}'
    ).encode()
