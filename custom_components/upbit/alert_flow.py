"""How an alert is set up and edited in the UI: each mistake gets its own sentence, at its field."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .account import Account, UpbitConfigEntry
from .portfolio.alerts import Condition, Measure, problem_of
from .portfolio.amounts import ZERO, text
from .portfolio.valuation import NO_WORTH
from .rules import (
    CONF_CONDITION,
    CONF_CURRENCY,
    CONF_MEASURE,
    CONF_MESSAGE,
    CONF_NOTIFY,
    CONF_THRESHOLD,
    CONF_UNIT,
    UNIT_ABSOLUTE,
    UNIT_PERCENT,
)
from .typed import number


def _choice(key: str, options: list[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=options, translation_key=key, mode=SelectSelectorMode.DROPDOWN
        )
    )


def schema_of(currencies: list[str]) -> vol.Schema:
    """Return the form, which offers these currencies and takes any other."""
    return vol.Schema(
        {
            vol.Required(CONF_NAME): TextSelector(),
            # Empty for the whole account: a select that takes other codes shows the value of its
            # choice, not the text.
            vol.Optional(CONF_CURRENCY): SelectSelector(
                SelectSelectorConfig(
                    options=currencies,
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            ),
            vol.Required(CONF_MEASURE, default=Measure.VALUE): _choice(
                "alert_measure", [measure.value for measure in Measure]
            ),
            vol.Required(CONF_CONDITION, default=Condition.BELOW): _choice(
                "alert_condition", [condition.value for condition in Condition]
            ),
            # Text, since a number box would round what it takes.
            vol.Required(CONF_THRESHOLD): TextSelector(),
            vol.Required(CONF_UNIT, default=UNIT_ABSOLUTE): _choice(
                "alert_unit", [UNIT_ABSOLUTE, UNIT_PERCENT]
            ),
            vol.Optional(CONF_MESSAGE): TextSelector(),
            vol.Required(CONF_NOTIFY, default=False): BooleanSelector(),
        }
    )


class AlertFlow(ConfigSubentryFlow):
    """Sets up an alert, and edits it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Set up an alert."""
        return await self._async_form("user", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Edit an alert."""
        subentry = self._get_reconfigure_subentry()
        stored = {**subentry.data, CONF_NAME: subentry.title}
        return await self._async_form("reconfigure", user_input, stored)

    async def _async_form(
        self,
        step: str,
        user_input: dict[str, Any] | None,
        stored: dict[str, Any],
    ) -> SubentryFlowResult:
        entry: UpbitConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        account = entry.runtime_data
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = _checked(account, user_input)
            if not errors:
                return self._finished(step, data)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                schema_of(_by_worth(account)), user_input or stored
            ),
            errors=errors,
        )

    def _finished(self, step: str, data: dict[str, Any]) -> SubentryFlowResult:
        title = data.pop(CONF_NAME)
        if step == "user":
            return self.async_create_entry(title=title, data=data)
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=title,
            data=data,
        )


def _by_worth(account: Account) -> list[str]:
    """Return the currencies that are held, what is worth most first."""
    worths = account.worth.of
    return sorted(
        account.coordinator.holdings.of,
        key=lambda code: (-(worths.get(code, NO_WORTH).value or ZERO), code),
    )


def _checked(
    account: Account, user_input: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the data of an alert, and what is wrong with it, by field."""
    errors: dict[str, str] = {}
    name = user_input[CONF_NAME].strip()
    if not name:
        errors[CONF_NAME] = "name_missing"
    currency = user_input.get(CONF_CURRENCY, "").strip().upper() or None
    if currency is not None and not _exists(account, currency):
        errors[CONF_CURRENCY] = "unknown_currency"
    threshold = number(user_input[CONF_THRESHOLD])
    if threshold is None:
        errors[CONF_THRESHOLD] = "not_a_number"
    elif problem := problem_of(
        currency,
        Measure(user_input[CONF_MEASURE]),
        Condition(user_input[CONF_CONDITION]),
        threshold,
        percent=user_input[CONF_UNIT] == UNIT_PERCENT,
        cash=account.coordinator.cash,
    ):
        errors.setdefault(*problem)
    data = {
        CONF_NAME: name,
        CONF_MEASURE: user_input[CONF_MEASURE],
        CONF_CONDITION: user_input[CONF_CONDITION],
        CONF_THRESHOLD: text(threshold) if threshold is not None else "",
        CONF_UNIT: user_input[CONF_UNIT],
        CONF_NOTIFY: user_input[CONF_NOTIFY],
    }
    if currency is not None:
        data[CONF_CURRENCY] = currency
    if message := user_input.get(CONF_MESSAGE, "").strip():
        data[CONF_MESSAGE] = message
    return data, errors


def _exists(account: Account, currency: str) -> bool:
    """Tell whether a currency is held or traded; without a list of markets any may be."""
    listed = account.prices.quotes.listed
    if currency in account.coordinator.holdings.of or listed is None:
        return True
    return currency == account.coordinator.cash or any(
        code.partition("-")[2] == currency for code in listed
    )
