"""The devices and the kinds of entities: of the account, of one of its currencies, of an alert."""

import asyncio
from collections.abc import Iterable
from itertools import batched
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import (
    ChildDeviceInfo,
    DeviceEntryType,
    DeviceInfo,
)
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .account import Account, UpbitConfigEntry
from .const import DOMAIN
from .coordinator import UpbitCoordinator
from .portfolio.alerts import Rule
from .portfolio.holdings import Holding
from .transports import region_of

ADDED_AT_ONCE: Final = 100
"""Entities added in one go: a browser that is open is cut off by more than some thousand messages."""

REMOVED_AT_ONCE: Final = 10
"""Devices removed in one go, for the same reason; each takes its entities along."""

APART: Final = 0.02
"""Seconds between two parts, in which everything else runs and a browser reads."""


def account_device(entry: UpbitConfigEntry) -> DeviceInfo:
    """Return the device of an account."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer="Upbit",
        entry_type=DeviceEntryType.SERVICE,
        configuration_url=region_of(entry.data).keys_url,
    )


def currency_identifier(entry: UpbitConfigEntry, currency: str) -> tuple[str, str]:
    """Return the identifier of a currency's device; a new key does not change it."""
    return DOMAIN, f"{entry.entry_id}_{currency}"


def alert_identifier(entry: UpbitConfigEntry, rule_id: str) -> tuple[str, str]:
    """Return the identifier of an alert's device."""
    return DOMAIN, f"{entry.entry_id}_{rule_id}"


async def add_in_parts(
    add: AddConfigEntryEntitiesCallback, entities: Iterable[Entity]
) -> None:
    """Add entities, not too many at once."""
    for number, part in enumerate(batched(entities, ADDED_AT_ONCE)):
        if number:
            await asyncio.sleep(APART)
        add(part)


async def remove_in_parts(hass: HomeAssistant, devices: Iterable[str]) -> None:
    """Remove devices by their ids, with their entities, not too many at once."""
    registry = dr.async_get(hass)
    for number, part in enumerate(batched(devices, REMOVED_AT_ONCE)):
        if number:
            await asyncio.sleep(APART)
        for device_id in part:
            # Home Assistant cleans up by itself, 10 s after a start and after any removal.
            if registry.async_get(device_id):
                registry.async_remove_device(device_id)


class UpbitEntity(CoordinatorEntity[UpbitCoordinator]):
    """An entity that waits for one thing to change."""

    _attr_has_entity_name = True

    def __init__(
        self, account: Account, description: EntityDescription, context: object
    ) -> None:
        """Wait for `context`."""
        super().__init__(account.coordinator, context)
        self.account = account
        self.entity_description = description


class UpbitAccountEntity(UpbitEntity):
    """An entity of the account as a whole."""

    def __init__(
        self,
        account: Account,
        description: EntityDescription,
        context: object = None,
    ) -> None:
        """Place the entity on the account's device; without a context it waits for availability only."""
        super().__init__(account, description, context)
        self._attr_unique_id = f"{account.entry.entry_id}_{description.key}"
        self._attr_device_info = account_device(account.entry)


class UpbitCurrencyEntity(UpbitEntity):
    """An entity of one currency."""

    def __init__(
        self,
        account: Account,
        currency: str,
        description: EntityDescription,
        context: object,
    ) -> None:
        """Place the entity on the currency's device, a child of the account's."""
        super().__init__(account, description, context)
        entry = account.entry
        self.currency = currency
        self._attr_unique_id = f"{entry.entry_id}_{currency}_{description.key}"
        self._attr_device_info = ChildDeviceInfo(
            identifiers={currency_identifier(entry, currency)},
            name=currency,
            parent_device_id=account.coordinator.device_id,
        )

    @property
    def holding(self) -> Holding:
        """What is held of the currency."""
        return self.coordinator.holdings.of[self.currency]


class UpbitAlertEntity(UpbitEntity):
    """An entity of an alert."""

    def __init__(
        self,
        account: Account,
        rule: Rule,
        description: EntityDescription,
        context: object,
    ) -> None:
        """Place the entity on the alert's own device, linked to the account's."""
        super().__init__(account, description, context)
        entry = account.entry
        self.rule_id = rule.id
        self._attr_unique_id = f"{entry.entry_id}_{rule.id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={alert_identifier(entry, rule.id)},
            name=rule.name,
            manufacturer="Upbit",
            entry_type=DeviceEntryType.SERVICE,
            via_device_id=account.coordinator.device_id,
        )
