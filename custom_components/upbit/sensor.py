"""Sensors: each currency's total with its parts, and when the account last changed or was confirmed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import UpbitConfigEntry, UpbitCoordinator
from .entity import UpbitAccountEntity, UpbitCurrencyEntity
from .listeners import Topic
from .portfolio.amounts import text

PARALLEL_UPDATES = 0

# ISO 4217 currencies are monetary to Home Assistant, coins are not.
FIAT_DECIMALS: Final = {"KRW": 0, "IDR": 0, "SGD": 2, "THB": 2}


@dataclass(frozen=True, kw_only=True)
class UpbitMomentDescription(SensorEntityDescription):
    """A moment in the life of the account."""

    value_fn: Callable[[UpbitCoordinator], datetime | None]


MOMENTS: Final = (
    UpbitMomentDescription(
        key="last_change",
        translation_key="last_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda coordinator: coordinator.last_change,
    ),
    UpbitMomentDescription(
        key="last_confirmed",
        translation_key="last_confirmed",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda coordinator: coordinator.last_confirmed,
    ),
)


def total_description(currency: str) -> SensorEntityDescription:
    """Describe the sensor of a currency's total, in that currency."""
    decimals = FIAT_DECIMALS.get(currency)
    return SensorEntityDescription(
        key="total",
        translation_key="currency",
        device_class=None if decimals is None else SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=currency,
        suggested_display_precision=decimals,
    )


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's sensors and one for each currency, now and whenever one is bought."""
    coordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_new() -> None:
        new = sorted(coordinator.holdings.of.keys() - known)
        known.update(new)
        async_add_entities(UpbitTotalSensor(coordinator, code) for code in new)

    async_add_entities(
        UpbitMomentSensor(coordinator, description) for description in MOMENTS
    )
    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new, Topic.NEW_CURRENCY))


class UpbitTotalSensor(UpbitCurrencyEntity, SensorEntity):
    """The total of a currency: what can be ordered with, and what orders lock."""

    _attr_name = None

    def __init__(self, coordinator: UpbitCoordinator, currency: str) -> None:
        """Describe the sensor by its currency."""
        super().__init__(coordinator, currency, total_description(currency))

    @property
    @override
    def native_value(self) -> str:
        """The exact total; a string, since a float or a Decimal would lose digits or plain notation."""
        return text(self.holding.total)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | bool | None]:
        """The parts of the total and the average buy price, exact."""
        holding = self.holding
        average = holding.average
        return {
            "currency": self.currency,
            "balance": text(holding.balance),
            "locked": text(holding.locked),
            "average_buy_price": text(average.price) if average else None,
            "average_buy_price_modified": average.modified if average else None,
        }


class UpbitMomentSensor(UpbitAccountEntity, RestoreSensor):
    """A moment in the life of the account, remembered over a restart."""

    entity_description: UpbitMomentDescription
    _restored: datetime | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Take up the moment that was known before the restart."""
        await super().async_added_to_hass()
        if (data := await self.async_get_last_sensor_data()) and isinstance(
            data.native_value, datetime
        ):
            self._restored = data.native_value

    @property
    @override
    def native_value(self) -> datetime | None:
        """The moment."""
        return self.entity_description.value_fn(self.coordinator) or self._restored
