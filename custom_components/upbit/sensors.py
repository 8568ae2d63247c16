"""The table of sensors: adding one is adding a row."""

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
from homeassistant.const import EntityCategory, UnitOfRatio
from homeassistant.util import dt as dt_util

from .account import Account
from .coordinator import UpbitCoordinator
from .portfolio.amounts import concise, rounded, text
from .portfolio.performance import Opening
from .portfolio.valuation import Worth
from .report import gained, over_holding

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


@dataclass(frozen=True, kw_only=True)
class UpbitMomentDescription(SensorEntityDescription):
    """A moment in the life of the account."""

    value_fn: Callable[[UpbitCoordinator], datetime | None]


def _worth(account: Account, currency: str) -> Worth:
    return account.worth.of.get(currency, Worth())


def _cash(account: Account, worth: Decimal | None) -> Decimal | None:
    """Round a worth to what its currency has."""
    if worth is None:
        return None
    return rounded(worth, FIAT_DECIMALS[account.coordinator.cash])


def _rate(rate: Decimal | None) -> Decimal | None:
    return None if rate is None else rounded(rate, RATE_DECIMALS)


def _average(account: Account, currency: str) -> Decimal | None:
    average = account.coordinator.holdings.of[currency].average
    return average.price if average else None


def _average_unit(account: Account, currency: str) -> str | None:
    average = account.coordinator.holdings.of[currency].average
    return average.unit_currency if average else None


def _price(account: Account, currency: str) -> Decimal | None:
    price = _worth(account, currency).price
    return None if price is None else concise(price)


def _total(account: Account) -> Decimal | None:
    return account.worth.account.total_value


def _since(opening: Opening | None) -> datetime | None:
    return dt_util.utc_from_timestamp(opening.time / 1000) if opening else None


def _unpriced(account: Account) -> Mapping[str, object]:
    return {"unpriced": list(account.worth.account.unpriced)}


def _unpriced_and_free(account: Account) -> Mapping[str, object]:
    free = account.worth.account.free
    return {
        **_unpriced(account),
        "without_cost": {
            code: text(rounded(worth, FIAT_DECIMALS[account.coordinator.cash]))
            for code, worth in free.items()
        },
    }


CURRENCY_SENSORS: Final = (
    UpbitCurrencyDescription(
        key="value",
        translation_key="value",
        measures=Measures.WORTH,
        value_fn=lambda account, code: _cash(account, _worth(account, code).value),
    ),
    UpbitCurrencyDescription(
        key="profit",
        translation_key="profit",
        measures=Measures.WORTH,
        value_fn=lambda account, code: _cash(account, _worth(account, code).profit),
    ),
    UpbitCurrencyDescription(
        key="available",
        translation_key="available",
        measures=Measures.AMOUNT,
        value_fn=lambda account, code: account.coordinator.holdings.of[code].balance,
        unit_fn=lambda _, code: code,
        is_worth=False,
        of_cash=True,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="locked",
        translation_key="locked",
        measures=Measures.AMOUNT,
        value_fn=lambda account, code: account.coordinator.holdings.of[code].locked,
        unit_fn=lambda _, code: code,
        is_worth=False,
        of_cash=True,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="profit_rate",
        translation_key="profit_rate",
        measures=Measures.RATE,
        value_fn=lambda account, code: _rate(_worth(account, code).profit_rate),
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="price",
        translation_key="price",
        measures=Measures.PRICE,
        value_fn=_price,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="average_buy_price",
        translation_key="average_buy_price",
        measures=Measures.PRICE,
        value_fn=_average,
        unit_fn=_average_unit,
        is_worth=False,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="price_change",
        translation_key="price_change",
        measures=Measures.RATE,
        value_fn=lambda account, code: _rate(account.prices.quotes.change(code)),
        entity_registry_enabled_default=False,
    ),
)

ACCOUNT_SENSORS: Final = (
    UpbitAccountDescription(
        key="total_value",
        translation_key="total_value",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, _total(account)),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="coins_value",
        translation_key="coins_value",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, account.worth.account.coins_value),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="total_cost",
        translation_key="total_cost",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, account.worth.account.total_cost),
        attributes_fn=_unpriced_and_free,
    ),
    UpbitAccountDescription(
        key="profit",
        translation_key="total_profit",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, account.worth.account.profit),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_rate",
        translation_key="total_profit_rate",
        measures=Measures.RATE,
        value_fn=lambda account: _rate(account.worth.account.profit_rate),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_today",
        translation_key="profit_today",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, gained(account, account.openings.day)),
        reset_fn=lambda account: _since(account.openings.day),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_since_baseline",
        translation_key="profit_since_baseline",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(
            account, gained(account, account.publisher.ledger.baseline)
        ),
        reset_fn=lambda account: _since(account.publisher.ledger.baseline),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="gain_over_holding",
        translation_key="gain_over_holding",
        measures=Measures.WORTH,
        value_fn=lambda account: _cash(account, over_holding(account)),
        reset_fn=lambda account: _since(account.publisher.ledger.baseline),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="locked_ratio",
        translation_key="locked_ratio",
        measures=Measures.RATE,
        value_fn=lambda account: _rate(account.worth.account.locked_ratio),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="currencies",
        translation_key="currencies",
        measures=Measures.COUNT,
        value_fn=lambda account: sum(
            bool(holding.total) for holding in account.coordinator.holdings.of.values()
        ),
        is_worth=False,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

OPEN_ORDERS: Final = UpbitAccountDescription(
    key="open_orders",
    translation_key="open_orders",
    measures=Measures.COUNT,
    value_fn=lambda account: account.teller.orders.open,
    is_worth=False,
)

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
