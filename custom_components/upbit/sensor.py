"""Sensors: each currency's amounts and worth, the account's worth and profits, and its moments."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final, override

from homeassistant.components.sensor import RestoreSensor, SensorEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import Account, UpbitConfigEntry
from .account_sensors import ACCOUNT_SENSORS, KEY_EXPIRY, MOMENTS, OPEN_ORDERS
from .currency_sensors import CURRENCY_SENSORS
from .entity import UpbitAccountEntity, UpbitCurrencyEntity, add_in_parts
from .listeners import Topic, WorthOf
from .portfolio.amounts import text
from .sensors import (
    NumberKind,
    Shown,
    UpbitAccountDescription,
    UpbitCurrencyDescription,
    UpbitMomentDescription,
    UpbitSensor,
    in_unit,
    writer,
)

PARALLEL_UPDATES = 0

TOTAL: Final = SensorEntityDescription(key="total", translation_key="currency")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's sensors and those of each currency, now and whenever one is bought."""
    account = entry.runtime_data
    coordinator = account.coordinator
    known = set(account.hidden)
    # Made once: what is in the cash is the same for every coin.
    numbers = [
        one if one.kind is NumberKind.AMOUNT else in_unit(one, coordinator.cash)
        for one in CURRENCY_SENSORS
    ]

    def new_ones() -> Iterator[UpbitCurrencyEntity]:
        new = sorted(coordinator.holdings.of.keys() - known)
        known.update(new)
        for currency in new:
            yield UpbitTotalSensor(account, currency)
            for description in numbers:
                # The cash is worth what it is.
                if currency != coordinator.cash or description.of_cash:
                    yield UpbitCurrencySensor(account, currency, description)

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


class UpbitTotalSensor(UpbitCurrencyEntity, UpbitSensor):
    """The total of a currency: what can be ordered with, and what orders lock."""

    _attr_name = None

    def __init__(self, account: Account, currency: str) -> None:
        """Describe the sensor by its currency."""
        super().__init__(account, currency, TOTAL, currency)
        self._measure_amounts_of(currency)

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
        if description.kind is NumberKind.AMOUNT:
            self._measure_amounts_of(currency)
        self._is_worth = description.is_worth
        self._written = writer(description.kind, account.coordinator.cash)

    @override
    def _look(self) -> Shown:
        """Return the number and its unit, which for the average buy price is the exchange's choice."""
        description, account = self.entity_description, self.account
        value = description.value_fn(account, self.currency)
        unit_fn = description.unit_fn
        return Shown(
            None if value is None else self._written(value),
            None,
            unit_fn(account, self.currency) if unit_fn else None,
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
        super().__init__(
            account, in_unit(description, account.coordinator.cash), description.topic
        )
        self._is_worth = description.is_worth
        self._written = writer(description.kind, account.coordinator.cash)

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
