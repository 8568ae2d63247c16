"""What sensors have in common: kinds of numbers, their units and decimals, and when they write."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfRatio
from homeassistant.core import callback

from .account import Account
from .entity import UpbitEntity
from .listeners import Topic
from .portfolio.amounts import rounding, text

# ISO 4217 currencies are monetary to Home Assistant, coins are not.
FIAT_DECIMALS: Final = {"KRW": 0, "IDR": 0, "SGD": 2, "THB": 2}

RATE_DECIMALS: Final = 2

PRICE_DIGITS: Final = 4
"""The digits of a price that count where nobody quotes it, as in the exchange's steps below 1,000 won."""


class NumberKind(Enum):
    """What kind of number a sensor shows."""

    AMOUNT = "amount"
    WORTH = "worth"
    PRICE = "price"
    RATE = "rate"
    COUNT = "count"

    def unit(self, currency: str | None) -> str | None:
        """Return the unit of measurement."""
        match self:
            case NumberKind.RATE:
                return UnitOfRatio.PERCENTAGE
            case NumberKind.COUNT:
                return None
        return currency


def unit_fields(kind: NumberKind, currency: str | None) -> Mapping[str, Any]:
    """Return the attributes of a sensor that follow from its kind of number and its currency."""
    decimals = FIAT_DECIMALS.get(currency or "")
    fields: dict[str, Any] = {"native_unit_of_measurement": kind.unit(currency)}
    match kind:
        case NumberKind.AMOUNT | NumberKind.WORTH:
            fields["state_class"] = SensorStateClass.TOTAL
            if decimals is not None:
                fields["device_class"] = SensorDeviceClass.MONETARY
                fields["suggested_display_precision"] = decimals
        case NumberKind.RATE:
            fields["state_class"] = SensorStateClass.MEASUREMENT
            fields["suggested_display_precision"] = RATE_DECIMALS
        case NumberKind.PRICE | NumberKind.COUNT:
            fields["state_class"] = SensorStateClass.MEASUREMENT
    return fields


@dataclass(frozen=True, kw_only=True)
class UpbitCurrencyDescription(SensorEntityDescription):
    """A number of a currency."""

    kind: NumberKind
    value_fn: Callable[[Account, str], Decimal | None]
    unit_fn: Callable[[Account, str], str | None] | None = None
    """The unit where it is not the account's cash and can change."""

    is_worth: bool = True
    """Whether it needs prices that are those of now."""

    of_cash: bool = False
    """Whether the cash has it, too."""


@dataclass(frozen=True, kw_only=True)
class UpbitAccountDescription(SensorEntityDescription):
    """A number of the account."""

    kind: NumberKind
    value_fn: Callable[[Account], Decimal | int | None]
    reset_fn: Callable[[Account], datetime | None] | None = None
    attributes_fn: Callable[[Account], dict[str, object]] | None = None
    is_worth: bool = True
    topic: Topic


@dataclass(frozen=True, kw_only=True)
class UpbitMomentDescription(SensorEntityDescription):
    """A moment in the life of the account."""

    topic: Topic
    value_fn: Callable[[Account], datetime | None]


def in_unit[D: UpbitCurrencyDescription | UpbitAccountDescription](
    description: D, currency: str
) -> D:
    """Return a description with everything that follows from its kind of number and its currency."""
    return replace(description, **unit_fields(description.kind, currency))


def writer(kind: NumberKind, currency: str) -> Callable[[Decimal], str]:
    """Return how a number of a kind is written; worths have the decimals of their currency."""
    match kind:
        case NumberKind.WORTH:
            return rounding(FIAT_DECIMALS[currency])
        case NumberKind.RATE:
            return rounding(RATE_DECIMALS)
    return text


def price_decimals(price: Decimal, currency: str) -> int:
    """Return how many decimals a price in a currency has by its size, where no market quotes it."""
    return max(FIAT_DECIMALS[currency], PRICE_DIGITS - 1 - price.adjusted())


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
    _is_worth = False
    """Whether it shows a worth, which needs prices that are those of now."""

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

    def _measure_amounts_of(self, currency: str) -> None:
        """Take the unit of a currency, and what follows from it."""
        for name, value in unit_fields(NumberKind.AMOUNT, currency).items():
            setattr(self, f"_attr_{name}", value)

    @abstractmethod
    def _look(self) -> Shown:
        """Return what is to be shown now."""

    def _is_known(self) -> bool:
        """Return whether it may be claimed now."""
        if self._is_worth:
            return self.account.worth.known
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
