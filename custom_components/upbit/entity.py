"""The devices and the two kinds of entities: of the account, and of one of its currencies."""

from homeassistant.helpers.device_registry import (
    ChildDeviceInfo,
    DeviceEntryType,
    DeviceInfo,
)
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import UpbitConfigEntry, UpbitCoordinator
from .listeners import Topic
from .portfolio.holdings import Holding


def account_device(entry: UpbitConfigEntry) -> DeviceInfo:
    """Return the device of an account."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer="Upbit",
        entry_type=DeviceEntryType.SERVICE,
        configuration_url="https://upbit.com/mypage/open_api_management",
    )


def currency_identifier(entry: UpbitConfigEntry, currency: str) -> tuple[str, str]:
    """Return the identifier of a currency's device; a new key does not change it."""
    return DOMAIN, f"{entry.entry_id}_{currency}"


class UpbitAccountEntity(CoordinatorEntity[UpbitCoordinator]):
    """An entity of the account as a whole."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: UpbitCoordinator, description: EntityDescription
    ) -> None:
        """Place the entity on the account's device."""
        super().__init__(coordinator, Topic.ACCOUNT)
        entry = coordinator.config_entry
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(entry)


class UpbitCurrencyEntity(CoordinatorEntity[UpbitCoordinator]):
    """An entity of one currency."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: UpbitCoordinator,
        currency: str,
        description: EntityDescription,
    ) -> None:
        """Place the entity on the currency's device, a child of the account's."""
        super().__init__(coordinator, currency)
        entry = coordinator.config_entry
        self.currency = currency
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{currency}_{description.key}"
        self._attr_device_info = ChildDeviceInfo(
            identifiers={currency_identifier(entry, currency)},
            name=currency,
            parent_device_id=coordinator.device_id,
        )

    @property
    def holding(self) -> Holding:
        """What is held of the currency."""
        return self.coordinator.holdings.of[self.currency]
