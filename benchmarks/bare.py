"""The floor: entities that do nothing but hold a value, on Home Assistant's own platform."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.components.sensor import (
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.config_entries import (
    HANDLERS,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from pytest_homeassistant_custom_component.common import (
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

DOMAIN: Final = "bare"


@dataclass(frozen=True, slots=True)
class Plan:
    """One entity: on which device, its name, and whether it is enabled; a device `None` is the account's."""

    device: str | None
    name: str | None
    enabled: bool = True
    unit: str | None = None
    state_class: SensorStateClass | None = None
    device_class: str | None = None
    decimals: int | None = None


class BareSensor(SensorEntity):
    """A sensor of a value that is put into it."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_native_value: str | datetime | None = None

    def __init__(self, entry: ConfigEntry, plan: Plan, parent_device_id: str) -> None:
        """Describe the sensor."""
        self.entity_description = SensorEntityDescription(
            key=plan.name or "",
            name=plan.name,
            entity_registry_enabled_default=plan.enabled,
            native_unit_of_measurement=plan.unit,
            state_class=plan.state_class,
            device_class=plan.device_class,  # type: ignore[arg-type]  # text as the registry has it
            suggested_display_precision=plan.decimals,
        )
        self._attr_unique_id = f"{entry.entry_id}_{plan.device}_{plan.name}"
        if plan.device is None:
            self._attr_device_info = _account_device(entry)
        else:
            self._attr_device_info = ChildDeviceInfo(
                identifiers={(DOMAIN, f"{entry.entry_id}_{plan.device}")},
                name=plan.device,
                parent_device_id=parent_device_id,
            )

    def put(
        self, value: str | datetime, attributes: dict[str, Any] | None = None
    ) -> None:
        """Write a value."""
        self._attr_native_value = value
        if attributes is not None:
            self._attr_extra_state_attributes = attributes
        self.async_write_ha_state()


class BareFlow(ConfigFlow):
    """What Home Assistant looks for in whatever has entries."""


def _account_device(entry: ConfigEntry) -> DeviceInfo:
    return DeviceInfo(identifiers={(DOMAIN, entry.entry_id)}, name=entry.title)


async def add_bare(
    hass: HomeAssistant, plans: Iterable[Plan], title: str = "Bare"
) -> tuple[ConfigEntry, list[BareSensor]]:
    """Set up an entry of bare entities, and return it with those that are enabled."""
    entry = ConfigEntry(
        domain=DOMAIN,
        title=title,
        data={},
        version=1,
        minor_version=1,
        source=SOURCE_USER,
        unique_id=title,
        discovery_keys={},  # type: ignore[arg-type]  # as Home Assistant's own tests do
        options={},
        subentries_data=(),
    )
    entities: list[BareSensor] = []

    async def set_up_sensors(
        hass: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback
    ) -> None:
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=entry.entry_id, **_account_device(entry)
        )
        entities.extend(BareSensor(entry, plan, device.id) for plan in plans)
        add(entities)

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, ["sensor"])
        return True

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        return await hass.config_entries.async_unload_platforms(entry, ["sensor"])

    mock_integration(
        hass,
        MockModule(DOMAIN, async_setup_entry=set_up, async_unload_entry=unload),
        built_in=False,
    )
    mock_platform(
        hass, f"{DOMAIN}.sensor", MockPlatform(async_setup_entry=set_up_sensors)
    )
    mock_platform(hass, f"{DOMAIN}.config_flow")
    HANDLERS[DOMAIN] = BareFlow
    await hass.config_entries.async_add(entry)
    assert entry.state is ConfigEntryState.LOADED
    await hass.async_block_till_done()
    return entry, [entity for entity in entities if entity.enabled]
