"""Whether the stream stands, whether the exchange warns of a coin, whether the level of an alert holds."""

from collections.abc import Iterator, Mapping
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .account import Account, UpbitConfigEntry
from .alerting import AlertOf
from .const import DOMAIN
from .entity import (
    UpbitAccountEntity,
    UpbitAlertEntity,
    UpbitCurrencyEntity,
    add_in_parts,
)
from .listeners import Topic
from .portfolio.alerts import AMOUNTS, Rule

PARALLEL_UPDATES = 0

CONNECTION: Final = BinarySensorEntityDescription(
    key="connection",
    translation_key="connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)

WARNING: Final = BinarySensorEntityDescription(
    key="warning",
    translation_key="warning",
    device_class=BinarySensorDeviceClass.PROBLEM,
)

LEVEL: Final = BinarySensorEntityDescription(key="level", translation_key="level")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the connection sensor, a warning for each coin, and a level for each alert that watches one."""
    account = entry.runtime_data
    coordinator = account.coordinator
    known: set[str] = set()

    @callback
    def sync_alert(rule: Rule) -> None:
        if rule.is_level and rule.id not in known:
            known.add(rule.id)
            async_add_entities(
                [UpbitLevelSensor(account, rule)], config_subentry_id=rule.id
            )
        elif not rule.is_level:
            known.discard(rule.id)
            _remove_level(hass, entry, rule)

    warned = {coordinator.cash, *account.hidden}

    def new_ones() -> Iterator[UpbitWarningSensor]:
        for currency in sorted(coordinator.holdings.of.keys() - warned):
            warned.add(currency)
            yield UpbitWarningSensor(account, currency)

    @callback
    def add_new() -> None:
        async_add_entities(new_ones())

    async_add_entities([UpbitConnectionSensor(account, CONNECTION, Topic.CONNECTION)])
    await add_in_parts(async_add_entities, new_ones())
    entry.async_on_unload(coordinator.async_add_listener(add_new, Topic.NEW_CURRENCY))
    for rule in account.alerts.rules.values():
        sync_alert(rule)
    entry.async_on_unload(account.alerts.on_new(sync_alert))


def _remove_level(hass: HomeAssistant, entry: UpbitConfigEntry, rule: Rule) -> None:
    """Remove the sensor of an alert that was edited to watch moves."""
    registry = er.async_get(hass)
    if entity_id := registry.async_get_entity_id(
        Platform.BINARY_SENSOR, DOMAIN, f"{entry.entry_id}_{rule.id}_{LEVEL.key}"
    ):
        registry.async_remove(entity_id)


class UpbitConnectionSensor(UpbitAccountEntity, BinarySensorEntity):
    """On while the subscription of the private stream is proved."""

    @property
    @override
    def available(self) -> bool:
        """Always: a lost connection is what this sensor is there to tell."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether the stream stands."""
        return self.coordinator.connected


class UpbitWarningSensor(UpbitCurrencyEntity, BinarySensorEntity):
    """On while the exchange warns of a currency's market, or there is none."""

    _shown: tuple[frozenset[str] | None, bool] | None = None

    def __init__(self, account: Account, currency: str) -> None:
        """Describe the sensor by its currency."""
        super().__init__(account, currency, WARNING, Topic.MARKETS)

    @property
    def _warnings(self) -> frozenset[str] | None:
        return self.account.prices.warnings(self.currency)

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the exchange warns of anything."""
        return None if self._warnings is None else bool(self._warnings)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, list[str]]:
        """What it warns of."""
        return {"warnings": sorted(self._warnings or ())}

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write what is new: the list comes every hour, and says the same nearly always."""
        shown = self._warnings, self.available
        if shown != self._shown:
            self._shown = shown
            super()._handle_coordinator_update()


class UpbitLevelSensor(UpbitAlertEntity, BinarySensorEntity):
    """On while what an alert measures is above, or below, its threshold."""

    _attr_name = None

    def __init__(self, account: Account, rule: Rule) -> None:
        """Describe the sensor by its rule."""
        super().__init__(account, rule, LEVEL, AlertOf(rule.id))

    @property
    @override
    def available(self) -> bool:
        """Whether what the rule measures is known."""
        rule = self.account.alerts.rules.get(self.rule_id)
        if rule is None or not super().available:
            return False
        return rule.measure in AMOUNTS or self.account.worth.known

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the level holds."""
        return self.account.alerts.holds(self.rule_id)
