"""What sensors have in common: kinds of numbers, their units and decimals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfRatio

from .account import Account
from .listeners import Topic
from .portfolio.amounts import rounded

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
    unit_fn: Callable[[Account, str], str | None] = field(
        default=lambda account, _: account.coordinator.cash
    )
    is_worth: bool = True
    of_cash: bool = False


@dataclass(frozen=True, kw_only=True)
class UpbitAccountDescription(SensorEntityDescription):
    """A number of the account."""

    measures: Measures
    value_fn: Callable[[Account], Decimal | int | None]
    reset_fn: Callable[[Account], datetime | None] | None = None
    attributes_fn: Callable[[Account], Mapping[str, object]] | None = None
    is_worth: bool = True
    topic: Topic = Topic.WORTH


@dataclass(frozen=True, kw_only=True)
class UpbitMomentDescription(SensorEntityDescription):
    """A moment in the life of the account."""

    value_fn: Callable[[Account], datetime | None]


def in_cash(account: Account, worth: Decimal | None) -> Decimal | None:
    """Round a worth in the cash to what that currency has."""
    if worth is None:
        return None
    return rounded(worth, FIAT_DECIMALS[account.coordinator.cash])


def as_rate(rate: Decimal | None) -> Decimal | None:
    """Round a rate, in percent."""
    return None if rate is None else rounded(rate, RATE_DECIMALS)
