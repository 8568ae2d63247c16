"""The table of a currency's sensors: adding one is adding a row."""

from decimal import Decimal
from typing import Final

from .account import Account
from .portfolio.amounts import concise, rounding
from .portfolio.valuation import NO_WORTH, Worth
from .sensors import NumberKind, UpbitCurrencyDescription, price_decimals


def _worth(account: Account, currency: str) -> Worth:
    return account.worth.of.get(currency, NO_WORTH)


def _average(account: Account, currency: str) -> Decimal | None:
    average = account.coordinator.holdings.of[currency].average
    return average.price if average else None


def _average_unit(account: Account, currency: str) -> str | None:
    average = account.coordinator.holdings.of[currency].average
    return average.unit_currency if average else None


def _price(account: Account, currency: str) -> Decimal | None:
    price = _worth(account, currency).price
    if price is None:
        return None
    path = account.prices.quotes.path(currency)
    if not path or len(path) == 1:
        # Digit for digit as the exchange quotes it.
        return concise(price)
    decimals = price_decimals(price, account.coordinator.cash)
    return Decimal(rounding(decimals)(price))


CURRENCY_SENSORS: Final = (
    UpbitCurrencyDescription(
        key="value",
        translation_key="value",
        kind=NumberKind.WORTH,
        value_fn=lambda account, code: _worth(account, code).value,
    ),
    UpbitCurrencyDescription(
        key="profit",
        translation_key="profit",
        kind=NumberKind.WORTH,
        value_fn=lambda account, code: _worth(account, code).profit,
    ),
    UpbitCurrencyDescription(
        key="available",
        translation_key="available",
        kind=NumberKind.AMOUNT,
        value_fn=lambda account, code: account.coordinator.holdings.of[code].balance,
        is_worth=False,
        of_cash=True,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="locked",
        translation_key="locked",
        kind=NumberKind.AMOUNT,
        value_fn=lambda account, code: account.coordinator.holdings.of[code].locked,
        is_worth=False,
        of_cash=True,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="profit_rate",
        translation_key="profit_rate",
        kind=NumberKind.RATE,
        value_fn=lambda account, code: _worth(account, code).profit_rate,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="price",
        translation_key="price",
        kind=NumberKind.PRICE,
        value_fn=_price,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="average_buy_price",
        translation_key="average_buy_price",
        kind=NumberKind.PRICE,
        value_fn=_average,
        unit_fn=_average_unit,
        is_worth=False,
        entity_registry_enabled_default=False,
    ),
    UpbitCurrencyDescription(
        key="price_change",
        translation_key="price_change",
        kind=NumberKind.RATE,
        value_fn=lambda account, code: account.prices.quotes.change(code),
        entity_registry_enabled_default=False,
    ),
)
