"""Upbit: balances that the exchange pushes, as sensors. Read-only: no request but GET."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

from .account import UpbitConfigEntry, async_account
from .const import DOMAIN
from .coordinator import UpbitCoordinator
from .dashboard import async_register_strategy
from .entity import account_device, currency_identifier, remove_in_parts
from .memory import Memory
from .services import async_register_actions
from .troubles import Troubles

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what is there whether an account is loaded or not: actions, the dashboard."""
    async_register_actions(hass)
    await async_register_strategy(hass)

    @callback
    def changed(_: ConfigEntryChange, entry: ConfigEntry) -> None:
        # One whose set-up has failed is never unloaded.
        if entry.domain == DOMAIN and entry.disabled_by:
            Troubles(hass, entry).withdraw_all()

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: UpbitConfigEntry) -> bool:
    """Set up an account: its first snapshot, its devices and entities, then its streams."""
    coordinator = UpbitCoordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    account = await async_account(hass, entry, coordinator)
    entry.runtime_data = account
    await account.async_hide_small()
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **account_device(entry)
    )
    coordinator.device_id = device.id
    await _async_remove_sold(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    account.async_start(hass)
    entry.async_on_unload(entry.add_update_listener(_async_updated))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: UpbitConfigEntry) -> bool:
    """Unload an account; its streams and timers end with it."""
    # While its entities are still there to hear what is pending.
    await entry.runtime_data.async_stop()
    entry.runtime_data.coordinator.troubles.withdraw_all()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: UpbitConfigEntry) -> None:
    """Forget an account for good."""
    Troubles(hass, entry).withdraw_all()
    # Home Assistant would remove them all at once.
    children = dr.async_child_entries_for_config_entry(
        dr.async_get(hass), entry.entry_id
    )
    await remove_in_parts(hass, [one.id for one in children])
    await Memory(hass, entry.entry_id, entry.title).async_remove()


async def _async_updated(hass: HomeAssistant, entry: UpbitConfigEntry) -> None:
    """Follow a change of the entry: alerts without a reload, all else with one."""
    account = entry.runtime_data
    if account.set_up_with != (entry.data, entry.options, entry.title):
        hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    _rename_alerts(hass, entry)
    account.alerts.sync()


def _rename_alerts(hass: HomeAssistant, entry: UpbitConfigEntry) -> None:
    """Name the devices of alerts after their subentries."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        alert = entry.subentries.get(device.config_subentry_id or "")
        if alert and device.name != alert.title:
            registry.async_update_device(device.id, name=alert.title)


async def _async_remove_sold(hass: HomeAssistant, entry: UpbitConfigEntry) -> None:
    """Remove the devices of currencies that are held no more, or are worth too little.

    Home Assistant gives a device and its entities their old ids back when they return. An account
    of nothing removes nothing: an answer that lost its rows looks like it.
    """
    holdings = entry.runtime_data.coordinator.holdings
    if not holdings.of:
        return
    registry = dr.async_get(hass)
    shown = holdings.of.keys() - entry.runtime_data.hidden
    held = {currency_identifier(entry, code) for code in shown}
    children = dr.async_child_entries_for_config_entry(registry, entry.entry_id)
    await remove_in_parts(
        hass,
        [one.id for one in children if held.isdisjoint(one.identifiers)],
    )
