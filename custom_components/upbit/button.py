"""A button that asks for a snapshot now."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import UpbitConfigEntry
from .entity import UpbitAccountEntity

PARALLEL_UPDATES = 0

REFRESH: Final = ButtonEntityDescription(
    key="refresh",
    translation_key="refresh",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button."""
    async_add_entities([UpbitRefreshButton(entry.runtime_data, REFRESH)])


class UpbitRefreshButton(UpbitAccountEntity, ButtonEntity):
    """Asks for a snapshot."""

    @override
    async def async_press(self) -> None:
        """Ask; raises if the exchange does not answer."""
        await self.coordinator.async_refresh_now()
