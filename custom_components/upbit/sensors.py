"""What sensors have in common: kinds of numbers, their units and decimals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, Final

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfRatio

from .account import Account
from .listeners import Topic
from .portfolio.amounts import rounded, text

# ISO 4217 currencies are monetary to Home Assistant, coins are not.
FIAT_DECIMALS: Final = {"KRW": 0, "IDR": 0, "SGD": 2, "THB": 2}

RATE_DECIMALS: Final = 2


class Measures(Enum):
    """What kind of number a sensor shows."""

    AMOUNT = "amount"
    WORTH = "worth"
    PRICE = "price"
    RATE = "rate"
    COUNT = "count"

    def unit(self, currency: str | None) -> str | None:
        """Return the unit of measurement."""
        match self:
            case Measures.RATE:
                return UnitOfRatio.PERCENTAGE
            case Measures.COUNT:
                return None
        return currency


def unit_fields(measures: Measures, currency: str | None) -> Mapping[str, Any]:
    """Return the attributes of a sensor that follow from its kind of number and its currency."""
    decimals = FIAT_DECIMALS.get(currency or "")
    fields: dict[str, Any] = {"native_unit_of_measurement": measures.unit(currency)}
    match measures:
        case Measures.AMOUNT | Measures.WORTH:
            fields["state_class"] = SensorStateClass.TOTAL
            if decimals is not None:
                fields["device_class"] = SensorDeviceClass.MONETARY
                fields["suggested_display_precision"] = decimals
        case Measures.RATE:
            fields["state_class"] = SensorStateClass.MEASUREMENT
            fields["suggested_display_precision"] = RATE_DECIMALS
        case Measures.PRICE | Measures.COUNT:
            fields["state_class"] = SensorStateClass.MEASUREMENT
    return fields


@dataclass(frozen=True, kw_only=True)
class UpbitCurrencyDescription(SensorEntityDescription):
    """A number of a currency."""

    measures: Measures
    value_fn: Callable[[Account, str], Decimal | None]
    unit_fn: Callable[[Account, str], str | None] | None = None
    """The unit where it is not the account's cash and can change."""

    is_worth: bool = True
    of_cash: bool = False


@dataclass(frozen=True, kw_only=True)
class UpbitAccountDescription(SensorEntityDescription):
    """A number of the account."""

    measures: Measures
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


def writer(measures: Measures, currency: str) -> Callable[[Decimal], str]:
    """Return how a number of a kind is written; worths have the decimals of their currency."""
    match measures:
        case Measures.WORTH:
            return partial(_rounded, FIAT_DECIMALS[currency])
        case Measures.RATE:
            return partial(_rounded, RATE_DECIMALS)
    return text


def _rounded(decimals: int, number: Decimal) -> str:
    return text(rounded(number, decimals))
