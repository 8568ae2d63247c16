"""The table of an account's sensors: adding one is adding a row."""

from datetime import datetime
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from .account import Account
from .listeners import Topic
from .portfolio.performance import Opening
from .report import gained, over_holding
from .sensors import NumberKind, UpbitAccountDescription, UpbitMomentDescription, writer


def _since(opening: Opening | None) -> datetime | None:
    return dt_util.utc_from_timestamp(opening.time / 1000) if opening else None


def _unpriced(account: Account) -> dict[str, object]:
    return {"unpriced": list(account.worth.account.unpriced)}


def _unpriced_and_free(account: Account) -> dict[str, object]:
    free = account.worth.account.free
    written = writer(NumberKind.WORTH, account.coordinator.cash)
    return {
        **_unpriced(account),
        "without_cost": {code: written(worth) for code, worth in free.items()},
    }


ACCOUNT_SENSORS: Final = (
    UpbitAccountDescription(
        key="total_value",
        topic=Topic.TOTAL_VALUE,
        translation_key="total_value",
        kind=NumberKind.WORTH,
        value_fn=lambda account: account.worth.account.total_value,
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="coins_value",
        topic=Topic.COINS_VALUE,
        translation_key="coins_value",
        kind=NumberKind.WORTH,
        value_fn=lambda account: account.worth.account.coins_value,
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="total_cost",
        topic=Topic.TOTAL_COST,
        translation_key="total_cost",
        kind=NumberKind.WORTH,
        value_fn=lambda account: account.worth.account.total_cost,
        attributes_fn=_unpriced_and_free,
    ),
    UpbitAccountDescription(
        key="profit",
        topic=Topic.PROFIT,
        translation_key="total_profit",
        kind=NumberKind.WORTH,
        value_fn=lambda account: account.worth.account.profit,
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_rate",
        topic=Topic.PROFIT_RATE,
        translation_key="total_profit_rate",
        kind=NumberKind.RATE,
        value_fn=lambda account: account.worth.account.profit_rate,
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_today",
        topic=Topic.GAINS,
        translation_key="profit_today",
        kind=NumberKind.WORTH,
        value_fn=lambda account: gained(account, account.openings.day),
        reset_fn=lambda account: _since(account.openings.day),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="profit_since_baseline",
        topic=Topic.GAINS,
        translation_key="profit_since_baseline",
        kind=NumberKind.WORTH,
        value_fn=lambda account: gained(account, account.publisher.ledger.baseline),
        reset_fn=lambda account: _since(account.publisher.ledger.baseline),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="gain_over_holding",
        topic=Topic.GAINS,
        translation_key="gain_over_holding",
        kind=NumberKind.WORTH,
        value_fn=over_holding,
        reset_fn=lambda account: _since(account.publisher.ledger.baseline),
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="locked_ratio",
        topic=Topic.LOCKED_RATIO,
        translation_key="locked_ratio",
        kind=NumberKind.RATE,
        value_fn=lambda account: account.worth.account.locked_ratio,
        attributes_fn=_unpriced,
    ),
    UpbitAccountDescription(
        key="currencies",
        translation_key="currencies",
        kind=NumberKind.COUNT,
        value_fn=lambda account: sum(
            bool(holding.total) for holding in account.coordinator.holdings.of.values()
        ),
        is_worth=False,
        topic=Topic.HELD,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

OPEN_ORDERS: Final = UpbitAccountDescription(
    key="open_orders",
    translation_key="open_orders",
    kind=NumberKind.COUNT,
    value_fn=lambda account: (
        account.teller.orders.open if account.teller.sees_orders else None
    ),
    is_worth=False,
    topic=Topic.ORDERS,
)

MOMENTS: Final = (
    UpbitMomentDescription(
        key="last_change",
        topic=Topic.LAST_CHANGE,
        translation_key="last_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda account: account.coordinator.last_change,
    ),
    UpbitMomentDescription(
        key="last_confirmed",
        topic=Topic.LAST_CONFIRMED,
        translation_key="last_confirmed",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda account: account.coordinator.last_confirmed,
    ),
)

KEY_EXPIRY: Final = UpbitMomentDescription(
    key="key_expiry",
    topic=Topic.KEY_EXPIRY,
    translation_key="key_expiry",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda account: account.expiry.at,
)
