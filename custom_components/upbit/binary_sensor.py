"""Whether the stream of the account stands."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import UpbitConfigEntry
from .entity import UpbitAccountEntity

PARALLEL_UPDATES = 0

CONNECTION = BinarySensorEntityDescription(
    key="connection",
    translation_key="connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the connection sensor."""
    async_add_entities([UpbitConnectionSensor(entry.runtime_data, CONNECTION)])


class UpbitConnectionSensor(UpbitAccountEntity, BinarySensorEntity):
    """On while the subscription of the private stream is proved."""

    @property
    @override
    def available(self) -> bool:
        """Always: a lost connection is what this sensor is there to tell."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether the stream stands."""
        return self.coordinator.connected
