"""Sensors: each currency's amounts and worth, the account's worth and profits, and its moments."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import Account, UpbitConfigEntry
from .account_sensors import ACCOUNT_SENSORS, KEY_EXPIRY, MOMENTS, OPEN_ORDERS
from .currency_sensors import CURRENCY_SENSORS
from .entity import UpbitAccountEntity, UpbitCurrencyEntity, UpbitEntity, add_in_parts
from .listeners import Topic, WorthOf
from .portfolio.amounts import text
from .sensors import (
    FIAT_DECIMALS,
    Measures,
    UpbitAccountDescription,
    UpbitCurrencyDescription,
    UpbitMomentDescription,
    unit_fields,
    writer,
)

PARALLEL_UPDATES = 0

TOTAL: Final = "total"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's sensors and those of each currency, now and whenever one is bought."""
    account = entry.runtime_data
    coordinator = account.coordinator
    known = set(account.hidden)

    def new_ones() -> Iterator[UpbitCurrencyEntity]:
        new = sorted(coordinator.holdings.of.keys() - known)
        known.update(new)
        for currency in new:
            yield from _sensors_of(account, currency)

    @callback
    def add_new() -> None:
        async_add_entities(new_ones())

    seen: set[str] = set()

    @callback
    def add_open_orders() -> None:
        if account.teller.sees_orders and OPEN_ORDERS.key not in seen:
            seen.add(OPEN_ORDERS.key)
            async_add_entities([UpbitSumSensor(account, OPEN_ORDERS)])

    @callback
    def add_key_expiry() -> None:
        if account.expiry.at and KEY_EXPIRY.key not in seen:
            seen.add(KEY_EXPIRY.key)
            async_add_entities([UpbitMomentSensor(account, KEY_EXPIRY)])

    async_add_entities(
        [
            *(UpbitMomentSensor(account, description) for description in MOMENTS),
            *(UpbitSumSensor(account, description) for description in ACCOUNT_SENSORS),
        ]
    )
    await add_in_parts(async_add_entities, new_ones())
    entry.async_on_unload(coordinator.async_add_listener(add_new, Topic.NEW_CURRENCY))
    entry.async_on_unload(coordinator.async_add_listener(add_open_orders, Topic.ORDERS))
    entry.async_on_unload(
        coordinator.async_add_listener(add_key_expiry, Topic.KEY_EXPIRY)
    )


def _sensors_of(account: Account, currency: str) -> Iterator[UpbitCurrencyEntity]:
    """Yield the sensors of a currency; the cash is worth what it is."""
    yield UpbitTotalSensor(account, currency)
    for description in CURRENCY_SENSORS:
        if description.of_cash or currency != account.coordinator.cash:
            yield UpbitCurrencySensor(account, currency, description)


class Shown(NamedTuple):
    """What a sensor shows; a unit and a moment of reset only where they can change."""

    value: str | int | datetime | None = None
    attributes: dict[str, object] | None = None
    unit: str | None = None
    last_reset: datetime | None = None


class UpbitSensor(UpbitEntity, SensorEntity):
    """A sensor that looks at what it waits for, and writes what differs from what it shows."""

    _shown = Shown()
    _is_available = False

    @property
    @override
    def available(self) -> bool:
        """Whether it could be claimed when the sensor looked last."""
        return self._is_available

    @property
    @override
    def native_value(self) -> str | int | datetime | None:
        """The value that the sensor saw last."""
        return self._shown.value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, object] | None:
        """The attributes that it saw last."""
        return self._shown.attributes

    @abstractmethod
    def _look(self) -> Shown:
        """Return what is to be shown now."""

    def _is_known(self) -> bool:
        """Return whether it may be claimed now."""
        return self.coordinator.last_update_success

    def _is_new(self) -> bool:
        """Look, and tell whether anything differs."""
        shown, available = self._look(), self._is_known()
        before = self._shown
        if shown == before and available is self._is_available:
            return False
        self._shown, self._is_available = shown, available
        if shown.unit != before.unit:
            self._attr_native_unit_of_measurement = shown.unit
        if shown.last_reset != before.last_reset:
            self._attr_last_reset = shown.last_reset
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Look before the first state is written."""
        await super().async_added_to_hass()
        self._is_new()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write what is new."""
        if self._is_new():
            self.async_write_ha_state()


class UpbitTotalSensor(UpbitCurrencyEntity, UpbitSensor):
    """The total of a currency: what can be ordered with, and what orders lock."""

    _attr_name = None

    def __init__(self, account: Account, currency: str) -> None:
        """Describe the sensor by its currency."""
        decimals = FIAT_DECIMALS.get(currency)
        super().__init__(
            account,
            currency,
            SensorEntityDescription(
                key=TOTAL,
                translation_key="currency",
                device_class=None if decimals is None else SensorDeviceClass.MONETARY,
                state_class=SensorStateClass.TOTAL,
                native_unit_of_measurement=currency,
                suggested_display_precision=decimals,
            ),
            currency,
        )

    @override
    def _look(self) -> Shown:
        """Return the exact total, its parts and the average buy price.

        Strings, since a float or a Decimal would lose digits or plain notation.
        """
        holding = self.holding
        average = holding.average
        return Shown(
            text(holding.total),
            {
                "currency": self.currency,
                "balance": text(holding.balance),
                "locked": text(holding.locked),
                "average_buy_price": text(average.price) if average else None,
                "average_buy_price_modified": average.modified if average else None,
            },
        )


class UpbitCurrencySensor(UpbitCurrencyEntity, UpbitSensor):
    """Another number of a currency: what of it is locked, what it is worth, what was gained."""

    entity_description: UpbitCurrencyDescription

    def __init__(
        self, account: Account, currency: str, description: UpbitCurrencyDescription
    ) -> None:
        """Wait for the amounts or for the worth."""
        super().__init__(
            account,
            currency,
            description,
            WorthOf(currency) if description.is_worth else currency,
        )
        cash = account.coordinator.cash
        self._written = writer(description.measures, cash)
        unit = currency if description.measures is Measures.AMOUNT else cash
        for name, value in unit_fields(description.measures, unit).items():
            setattr(self, f"_attr_{name}", value)

    @override
    def _is_known(self) -> bool:
        """Return whether the number may be claimed: worth needs prices that are those of now."""
        if self.entity_description.is_worth:
            return self.account.worth.known
        return super()._is_known()

    @override
    def _look(self) -> Shown:
        """Return the number and its unit, which for the average buy price is the exchange's choice."""
        description, account, currency = (
            self.entity_description,
            self.account,
            self.currency,
        )
        value = description.value_fn(account, currency)
        unit_fn = description.unit_fn
        return Shown(
            None if value is None else self._written(value),
            None,
            unit_fn(account, currency) if unit_fn else None,
        )


class UpbitSumSensor(UpbitAccountEntity, UpbitSensor):
    """A number of the account as a whole."""

    entity_description: UpbitAccountDescription

    def __init__(
        self,
        account: Account,
        description: UpbitAccountDescription,
    ) -> None:
        """Wait for what the number is of."""
        super().__init__(account, description, description.topic)
        cash = account.coordinator.cash
        self._written = writer(description.measures, cash)
        for name, value in unit_fields(description.measures, cash).items():
            setattr(self, f"_attr_{name}", value)

    @override
    def _is_known(self) -> bool:
        """Return whether the number may be claimed."""
        if self.entity_description.is_worth:
            return self.account.worth.known
        return super()._is_known()

    @override
    def _look(self) -> Shown:
        """Return the number, when it began at nothing, and what else belongs to it."""
        description, account = self.entity_description, self.account
        value = description.value_fn(account)
        return Shown(
            self._written(value) if isinstance(value, Decimal) else value,
            description.attributes_fn(account) if description.attributes_fn else None,
            None,
            description.reset_fn(account) if description.reset_fn else None,
        )


class UpbitMomentSensor(UpbitAccountEntity, UpbitSensor, RestoreSensor):
    """A moment in the life of the account, remembered over a restart."""

    entity_description: UpbitMomentDescription
    _restored: datetime | None = None

    def __init__(self, account: Account, description: UpbitMomentDescription) -> None:
        """Wait for the moment to be another one."""
        super().__init__(account, description, description.topic)

    @override
    async def async_added_to_hass(self) -> None:
        """Take up the moment that was known before the restart."""
        if (data := await self.async_get_last_sensor_data()) and isinstance(
            data.native_value, datetime
        ):
            self._restored = data.native_value
        await super().async_added_to_hass()

    @override
    def _look(self) -> Shown:
        """Return the moment."""
        return Shown(self.entity_description.value_fn(self.account) or self._restored)
