"""The rules of alerts, as subentries hold them."""

from decimal import Decimal
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .const import SUBENTRY_ALERT
from .portfolio.alerts import Condition, Measure, Rule

CONF_CONDITION: Final = "condition"
CONF_CURRENCY: Final = "currency"
CONF_MEASURE: Final = "measure"
CONF_MESSAGE: Final = "message"
CONF_NOTIFY: Final = "notify"
CONF_THRESHOLD: Final = "threshold"
CONF_UNIT: Final = "unit"
UNIT_ABSOLUTE: Final = "absolute"
UNIT_PERCENT: Final = "percent"


def rule_of(subentry: ConfigSubentry) -> Rule:
    """Return the rule of a subentry."""
    data = subentry.data
    return Rule(
        id=subentry.subentry_id,
        name=subentry.title,
        currency=data.get(CONF_CURRENCY),
        measure=Measure(data[CONF_MEASURE]),
        condition=Condition(data[CONF_CONDITION]),
        threshold=Decimal(data[CONF_THRESHOLD]),
        percent=data[CONF_UNIT] == UNIT_PERCENT,
        message=data.get(CONF_MESSAGE, ""),
        notify=data.get(CONF_NOTIFY, False),
    )


def rules_of(entry: ConfigEntry) -> dict[str, Rule]:
    """Return the rules of an entry, by the ids of their subentries."""
    return {
        subentry.subentry_id: rule_of(subentry)
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_ALERT
    }
