"""Diagnostics and system health: what helps, and nothing that is anybody else's business."""

from datetime import timedelta
import json
import re
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.upbit import diagnostics
from custom_components.upbit.const import DOMAIN

from .clock import Clock
from .test_alerts import add
from .upbit_server import UpbitServer

AMOUNTS = ("1234567", "1.5", "0.12345678", "142350000", "900000")


async def test_diagnostics_tell_shapes_and_counts_and_no_more(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """No amount, no currency, no key, no identifier."""
    await add(hass, account)
    server.deposit("KRW", "1234567")
    server.deposit("XRP", "0.12345678")
    server.fault(close=1006)
    server.fault(send_raw="{}")
    await clock.advance(150)
    told = await diagnostics.async_get_config_entry_diagnostics(hass, account)
    text = json.dumps(told)
    assert told["stream"]["reconnects"] == 1
    assert [one["error"] for one in told["stream"]["losses"]] == ["CannotConnect"]
    assert told["account"]["currencies_held"] == 4
    assert told["told"]["activities"]["deposit"] == 2
    assert told["entry"]["alerts"] == [
        {
            "of_currency": True,
            "measure": "balance",
            "condition": "below",
            "unit": "absolute",
        }
    ]
    secrets = [
        account.data["access_key"],
        account.data["secret_key"],
        account.entry_id,
        *account.subentries,
        server.origin,
        *AMOUNTS,
    ]
    for secret in secrets:
        assert secret not in text
    assert not re.search(r"\b(KRW|BTC|ETH|XRP)\b", text)


async def test_a_currencys_diagnostics_say_what_is_known_of_it(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A coin without a price, for one."""
    server.deposit("LUNA", "14")
    await clock.advance(5)
    registry = dr.async_get(hass)
    devices = {
        device.name: device
        for device in dr.async_child_entries_for_config_entry(
            registry, account.entry_id
        )
    }
    for name, markets, priced in (("BTC", 1, True), ("LUNA", None, False)):
        told: dict[str, Any] = await diagnostics.async_get_device_diagnostics(
            hass, account, devices[name]
        )
        assert told["currency"]["held"] is True
        assert told["currency"]["markets"] == markets
        assert told["currency"]["priced"] is priced
        assert told["currency"]["valued"] is priced
        assert name not in json.dumps(told)
    (parent,) = dr.async_entries_for_config_entry(registry, account.entry_id)
    told = await diagnostics.async_get_device_diagnostics(hass, account, parent)
    assert "currency" not in told


async def test_home_assistant_finds_the_diagnostics(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """As its own page does."""
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    await hass.async_block_till_done()
    assert DOMAIN in hass.data[DIAGNOSTICS].platforms


async def test_system_health_tells_how_the_stream_stands(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Since when, and how many reconnects."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    server.fault(close=1006)
    await clock.advance(130)
    info = await get_system_health_info(hass, DOMAIN)
    assert await info["can_reach_server"] == "ok"
    assert info["accounts"] == 1
    assert info["reconnects"] == "1"
    since = dt_util.as_utc(
        dt_util.parse_datetime(info["stream_since"], raise_on_error=True)
    )
    assert timedelta() < dt_util.utcnow() - since < timedelta(seconds=131)
    server.fault(refuse_handshake=503, close=1006)
    await clock.advance(5)
    info = await get_system_health_info(hass, DOMAIN)
    assert info["stream_since"] == "-"
    info["can_reach_server"].close()


async def test_system_health_asks_nothing_during_a_ban(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Each request prolongs it, and its answer is no sign of health."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    server.fault(ban=1800)
    await clock.advance(15 * 60 + 10)
    asked = len(server.requests)
    info = await get_system_health_info(hass, DOMAIN)
    assert (await info["can_reach_server"])["error"] == "unreachable"
    assert len(server.requests) == asked


async def test_system_health_names_each_of_several_accounts(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """One row has room for all of them."""
    key = server.issue_key()
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Savings",
        data={
            **account.data,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
        },
    )
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    await clock.advance(5)
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["reconnects"] == "Upbit: 0, Savings: 0"
    info["can_reach_server"].close()
    await hass.config_entries.async_unload(other.entry_id)
    await clock.settle()
