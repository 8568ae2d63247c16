"""Upbit: balances that the exchange pushes, as sensors. Read-only: no request but GET."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .coordinator import UpbitConfigEntry, UpbitCoordinator
from .entity import account_device, currency_identifier

PLATFORMS = (Platform.BINARY_SENSOR, Platform.SENSOR)


async def async_setup_entry(hass: HomeAssistant, entry: UpbitConfigEntry) -> bool:
    """Set up an account: its first snapshot, its devices and entities, then its stream."""
    coordinator = UpbitCoordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    account = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **account_device(entry)
    )
    coordinator.device_id = account.id
    _remove_sold(hass, coordinator)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.start_stream()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: UpbitConfigEntry) -> bool:
    """Unload an account; its stream and timers end with it."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


def _remove_sold(hass: HomeAssistant, coordinator: UpbitCoordinator) -> None:
    """Remove the devices of currencies that are held no more.

    Home Assistant gives a device and its entities their old ids back when they return. An account
    of nothing removes nothing: an answer that lost its rows looks like it.
    """
    if not coordinator.holdings.of:
        return
    registry = dr.async_get(hass)
    entry = coordinator.config_entry
    held = {currency_identifier(entry, code) for code in coordinator.holdings.of}
    for device in dr.async_child_entries_for_config_entry(registry, entry.entry_id):
        if held.isdisjoint(device.identifiers):
            registry.async_remove_device(device.id)
