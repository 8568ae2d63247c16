"""The life of an account in Home Assistant: set-up, devices, reload, unload."""

import asyncio
from collections import Counter

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .upbit_server import UpbitServer


def state(hass: HomeAssistant, entity_id: str) -> State:
    """Return a state that must be there."""
    found = hass.states.get(entity_id)
    assert found, entity_id
    return found


@pytest.mark.smoke
async def test_each_currency_is_a_sensor_of_its_total_with_its_parts(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """As the contract names them."""
    bitcoin = state(hass, "sensor.upbit_btc")
    assert bitcoin.state == "0.5"
    assert bitcoin.attributes["currency"] == "BTC"
    assert bitcoin.attributes["balance"] == "0.5"
    assert bitcoin.attributes["locked"] == "0"
    assert bitcoin.attributes["average_buy_price"] is not None
    assert bitcoin.attributes["average_buy_price_modified"] is False
    assert bitcoin.attributes["unit_of_measurement"] == "BTC"
    assert bitcoin.attributes["state_class"] == "total"
    assert "device_class" not in bitcoin.attributes
    won = state(hass, "sensor.upbit_krw")
    assert won.state == "1000000"
    assert won.attributes["device_class"] == "monetary"
    assert won.attributes["unit_of_measurement"] == "KRW"


async def test_the_account_is_a_service_and_each_currency_its_child(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """So a target on the account includes its currencies."""
    registry = dr.async_get(hass)
    (parent,) = dr.async_entries_for_config_entry(registry, account.entry_id)
    assert parent.name == "Upbit"
    assert parent.entry_type is dr.DeviceEntryType.SERVICE
    children = dr.async_child_entries_for_config_entry(registry, account.entry_id)
    assert {child.name for child in children} == {"KRW", "BTC", "ETH"}
    assert {child.parent_device_id for child in children} == {parent.id}


async def test_the_account_tells_its_connection_and_its_moments(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """`last_confirmed` is there for who wants it."""
    assert state(hass, "binary_sensor.upbit_connection").state == "on"
    assert state(hass, "sensor.upbit_last_change").state == "unknown"
    entities = er.async_get(hass)
    confirmed = entities.async_get("sensor.upbit_last_confirmed")
    assert confirmed
    assert confirmed.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_change_and_a_confirmation_have_their_moments(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """The change by the exchange's stamp, the confirmation by the snapshot that agreed."""
    before = state(hass, "sensor.upbit_last_confirmed").state
    server.deposit("BTC", "0.1")
    await clock.settle()
    changed = state(hass, "sensor.upbit_last_change").state
    assert changed > before
    assert state(hass, "sensor.upbit_last_confirmed").state == before
    await clock.advance(4)
    assert state(hass, "sensor.upbit_last_confirmed").state > changed


async def test_a_sold_currency_leaves_at_the_next_set_up_and_comes_back_with_its_ids(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Home Assistant remembers what the owner made of it."""
    entities = er.async_get(hass)
    entities.async_update_entity(
        "sensor.upbit_eth", new_entity_id="sensor.my_ether", name="My ether"
    )
    await clock.advance(1)
    server.withdraw("ETH", "2")
    await clock.advance(1)
    assert state(hass, "sensor.my_ether").state == "0"
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(1)
    assert hass.states.get("sensor.my_ether") is None
    assert entities.async_get("sensor.my_ether") is None
    server.deposit("ETH", "1")
    await clock.advance(1)
    assert state(hass, "sensor.my_ether").state == "1"


async def test_a_reload_keeps_the_entities_and_a_single_connection(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """One private connection an account."""
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(15)
    assert account.state is ConfigEntryState.LOADED
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    assert state(hass, "binary_sensor.upbit_connection").state == "on"
    assert len(server.connections) == 1


async def test_an_unload_leaves_nothing(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """No task, no timer, no socket."""
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert await hass.config_entries.async_unload(account.entry_id)
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE
    assert not server.connections
    ours = [
        task.get_name()
        for task in asyncio.all_tasks()
        if "upbit" in repr(task.get_coro())
    ]
    assert not [name for name in ours if "stream" in name or "snapshot" in name]
    timers = [
        handle
        for handle in get_scheduled_timer_handles(hass.loop)
        if not handle.cancelled()
        and "upbit/" in repr(handle)
        and "upbit_server" not in repr(handle)
    ]
    assert not timers
    requests = len(server.requests)
    await clock.advance(1000)
    assert len(server.requests) == requests


async def test_an_empty_snapshot_at_set_up_removes_nothing(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """An answer that lost its rows looks like an account of nothing."""
    server.fault(rest_status=200, rest_body="[]", rest_count=1)
    await hass.config_entries.async_reload(account.entry_id)
    await clock.settle()
    entities = er.async_get(hass)
    assert entities.async_get("sensor.upbit_btc")
    await clock.advance(15)
    assert state(hass, "sensor.upbit_btc").state == "0.5"


async def test_an_account_of_many_currencies_is_removed_in_parts(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """All at once, it would cut off every browser that is open."""
    for number in range(60):
        server.deposit(f"C{number:03d}", "1")
    await clock.advance(5)
    removed: Counter[float] = Counter()

    @callback
    def registry_updated(event: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        if event.data["action"] == "remove":
            removed[hass.loop.time()] += 1

    hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, registry_updated)
    removing = hass.async_create_task(
        hass.config_entries.async_remove(account.entry_id)
    )
    await clock.until(removing.done, within=10)
    assert sum(removed.values()) == 64
    assert max(removed.values()) <= 10
    assert not hass.states.async_entity_ids()


async def test_an_average_that_its_owner_has_set_is_shown_as_such(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """매수평균가 수정: no frame tells of it, the next snapshot does."""
    server.set_average("BTC", "100000000")
    await clock.advance(1000)
    attributes = state(hass, "sensor.upbit_btc").attributes
    assert attributes["average_buy_price_modified"] is True
    assert attributes["average_buy_price"] == "100000000"
    ether = state(hass, "sensor.upbit_eth").attributes
    assert ether["average_buy_price_modified"] is False
