"""Condition for automations: an account holds more or less of a currency than an amount."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, override

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec, ThresholdConfig
from homeassistant.helpers.condition import Condition, EntityNumericalConditionBase
from homeassistant.helpers.selector import NumericThresholdType

from .targets import ours


class HoldsCondition(EntityNumericalConditionBase):
    """The totals of currencies against a threshold, compared exactly."""

    _domain_specs: Mapping[str, DomainSpec] = {SENSOR_DOMAIN: DomainSpec()}

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Keep the totals of this integration's currencies."""
        return ours(self._hass, super().entity_filter(entities), "currency")

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        """Check the total, digit for digit; without a number on either side nothing is so."""
        held = _decimal(entity_state.state)
        limit = self._limit(self.threshold)
        lower, upper = (
            self._limit(self.lower_threshold),
            self._limit(self.upper_threshold),
        )
        match self._threshold_type:
            case NumericThresholdType.ABOVE:
                return held is not None and limit is not None and held > limit
            case NumericThresholdType.BELOW:
                return held is not None and limit is not None and held < limit
        if held is None or lower is None or upper is None:
            return False
        between = lower <= held <= upper
        inside: bool = self._threshold_type == NumericThresholdType.BETWEEN
        return between is inside

    def _limit(self, threshold: ThresholdConfig | None) -> Decimal | None:
        """Return a threshold: a number as it was typed, or the state of an entity."""
        if threshold and threshold.numerical:
            return _decimal(str(threshold.number))
        state = threshold and self._hass.states.get(threshold.entity or "")
        return _decimal(state.state) if state else None


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


CONDITIONS: Final[dict[str, type[Condition]]] = {"holds": HoldsCondition}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
