"""Triggers for automations, built on the event entities."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.const import CONF_EXCLUDE, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)
import voluptuous as vol

from .portfolio.activity import Kind
from .portfolio.amounts import ZERO, text
from .targets import alerts_of_accounts, named_by, ours
from .typed import currency_code, number

CONF_CURRENCY: Final = "currency"
CONF_MINIMUM: Final = "minimum"

MOVES: Final = frozenset(
    {Kind.BUY, Kind.SELL, Kind.DEPOSIT, Kind.WITHDRAWAL, Kind.OTHER}
)


def exact_amount(value: object) -> str:
    """Validate an amount that is typed, and keep its digits."""
    amount = number(str(value))
    if amount is None or amount < ZERO:
        raise vol.Invalid("not an amount")
    return text(amount)


class UpbitEventTrigger(StatelessEntityTriggerBase):
    """An event entity of this integration tells of something."""

    _domain_specs: Mapping[str, DomainSpec] = {EVENT_DOMAIN: DomainSpec()}
    _key: ClassVar[str]
    """The translation key of the entities that tell of it."""

    _tells_apart: ClassVar[Collection[str]]
    """The attributes by which two events of the same millisecond differ."""

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the event entities of this integration."""
        return ours(self._hass, super().entity_filter(entities), self._key)

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        """Tell events apart, even of the same millisecond; a new name of the entity is none."""
        return from_state.state != to_state.state or any(
            from_state.attributes.get(name) != to_state.attributes.get(name)
            for name in self._tells_apart
        )


class UpbitActivityTrigger(UpbitEventTrigger):
    """An activity of certain kinds, of a currency and a size if they are given."""

    _key = "activity"
    _tells_apart = ("id",)
    _kinds: ClassVar[Collection[str]]
    _schema = vol.Schema(
        {
            vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_CURRENCY): currency_code,
                vol.Optional(CONF_MINIMUM): exact_amount,
            },
        }
    )

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Check kind, currency and size."""
        told = state.attributes
        if told.get(ATTR_EVENT_TYPE) not in self._kinds:
            return False
        currency = self._options.get(CONF_CURRENCY)
        amount = _amount_of(told, currency)
        if amount is None:
            return False
        minimum = Decimal(self._options.get(CONF_MINIMUM, "0"))
        return amount.copy_abs() >= minimum


def _amount_of(told: Mapping[str, Any], currency: str | None) -> Decimal | None:
    """Return what changed of a currency's total, of the activity's own if none is given; `None` if nothing."""
    for code, amount in (
        (told.get("currency"), told.get("amount")),
        (told.get("counter_currency"), told.get("counter_amount")),
    ):
        if amount is not None and currency in (None, code):
            return Decimal(amount) or None
    return None


class AssetChangedTrigger(UpbitActivityTrigger):
    """The total of a currency changed."""

    _kinds = MOVES


class TradeFilledTrigger(UpbitActivityTrigger):
    """An order was filled."""

    _kinds = frozenset({Kind.BUY, Kind.SELL})


class DepositReceivedTrigger(UpbitActivityTrigger):
    """Something came in."""

    _kinds = frozenset({Kind.DEPOSIT})


class WithdrawalMadeTrigger(UpbitActivityTrigger):
    """Something went out."""

    _kinds = frozenset({Kind.WITHDRAWAL})


class AlertFiredTrigger(UpbitEventTrigger):
    """An alert fired."""

    _key = "alert"
    _tells_apart = ("event_type", "value", "change")

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the alerts, and take an account for all of its alerts: their devices are beside its own."""
        kept = super().entity_filter(entities)
        # Home Assistant has left out what is to be left out of the entities, but not of these.
        left_out = named_by(self._hass, (self._target or {}).get(CONF_EXCLUDE, {}))
        return kept | (alerts_of_accounts(self._hass, entities) - left_out)


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "alert_fired": AlertFiredTrigger,
    "asset_changed": AssetChangedTrigger,
    "deposit_received": DepositReceivedTrigger,
    "trade_filled": TradeFilledTrigger,
    "withdrawal_made": WithdrawalMadeTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
