"""Events: what happened to the account, what the exchange announces, and alerts that fired."""

from abc import abstractmethod
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .account import Account, UpbitConfigEntry
from .alerting import AlertOf
from .entity import UpbitAccountEntity, UpbitAlertEntity, UpbitEntity
from .notices import CATEGORIES, Notice
from .portfolio.activity import Activity, Kind
from .portfolio.alerts import Condition, Firing, Rule
from .portfolio.amounts import concise, text
from .telling import told_of

PARALLEL_UPDATES = 0

ACTIVITY: Final = EventEntityDescription(
    key="activity",
    translation_key="activity",
    event_types=[kind.value for kind in Kind],
)

OTHER: Final = "other"

NOTICE: Final = EventEntityDescription(
    key="notice",
    translation_key="notice",
    event_types=[*CATEGORIES, OTHER],
)

ALERT: Final = EventEntityDescription(
    key="alert",
    translation_key="alert",
    event_types=[condition.value for condition in Condition],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: UpbitConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the account's events, and those of each alert, now and whenever one is added."""
    account = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_alert(rule: Rule) -> None:
        if rule.id not in known:
            known.add(rule.id)
            async_add_entities(
                [UpbitAlertEvent(account, rule)], config_subentry_id=rule.id
            )

    async_add_entities([UpbitActivityEvent(account), UpbitNoticeEvent(account)])
    for rule in account.alerts.rules.values():
        add_alert(rule)
    entry.async_on_unload(account.alerts.on_new(add_alert))


class UpbitEvent(UpbitEntity, EventEntity):
    """An event that is written as it is told."""

    @property
    @override
    def available(self) -> bool:
        """Always: the step from unavailable to an event would hide the event from triggers."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what tells of it."""
        await super().async_added_to_hass()
        self.async_on_remove(self._listen())

    @abstractmethod
    def _listen(self) -> CALLBACK_TYPE:
        """Listen until what is returned is called."""

    @callback
    def _write(self, event_type: str, attributes: dict[str, Any]) -> None:
        self._trigger_event(event_type, attributes)
        self.async_write_ha_state()


class UpbitActivityEvent(UpbitAccountEntity, UpbitEvent):
    """Each cause that moved the account, as it is told."""

    def __init__(self, account: Account) -> None:
        """Describe the event."""
        super().__init__(account, ACTIVITY, None)

    @override
    def _listen(self) -> CALLBACK_TYPE:
        return self.account.publisher.async_add_listener(self._published)

    @callback
    def _published(self, activity: Activity, replayed: bool) -> None:
        self._write(activity.kind.value, {**told_of(activity), "replayed": replayed})


class UpbitNoticeEvent(UpbitAccountEntity, UpbitEvent):
    """A notice of the exchange."""

    def __init__(self, account: Account) -> None:
        """Describe the event."""
        super().__init__(account, NOTICE, None)

    @override
    def _listen(self) -> CALLBACK_TYPE:
        return self.account.notices.async_add_listener(self._told)

    @callback
    def _told(self, notice: Notice) -> None:
        announcement = notice.announcement
        category = announcement.category
        self._write(
            category if category in CATEGORIES else OTHER,
            {
                "title": announcement.title,
                "link": announcement.url,
                "currencies": list(notice.currencies),
                "updated": announcement.event_type == "UPDATED",
                "time": announcement.listed_at,
            },
        )


class UpbitAlertEvent(UpbitAlertEntity, UpbitEvent):
    """An alert that fired."""

    _attr_name = None

    def __init__(self, account: Account, rule: Rule) -> None:
        """Describe the event by its rule."""
        super().__init__(account, rule, ALERT, AlertOf(rule.id))

    @override
    def _listen(self) -> CALLBACK_TYPE:
        return self.account.alerts.on_firing(self.rule_id, self._fired)

    @callback
    def _fired(self, rule: Rule, firing: Firing, replayed: bool) -> None:
        change = firing.change
        attributes: dict[str, Any] = {
            "rule": rule.name,
            "currency": rule.currency,
            "measure": rule.measure.value,
            "threshold": text(rule.threshold),
            "unit": "percent" if rule.percent else "absolute",
            "value": text(concise(firing.now)),
            "change": None if change is None else text(concise(change)),
            "message": rule.message or rule.name,
            "replayed": replayed,
            "time": dt_util.utcnow().isoformat(timespec="seconds"),
        }
        self._write(rule.condition.value, attributes)
