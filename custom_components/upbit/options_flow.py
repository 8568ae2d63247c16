"""What an owner may choose: how often prices are written, which currencies show, when a day begins."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .const import (
    CONF_DAY_START,
    CONF_HISTORY_SIZE,
    CONF_PRICE_INTERVAL,
    CONF_SMALLEST_WORTH,
    DAY_STARTS_AT_MIDNIGHT,
    DAY_STARTS_WITH_EXCHANGE,
    DEFAULT_HISTORY_SIZE,
    DEFAULT_PRICE_INTERVAL,
)
from .portfolio.amounts import ZERO, text
from .transports import region_of
from .typed import number

INTERVALS: Final = (1, 3_600)
HISTORY_SIZES: Final = (100, 5_000)


def _whole(least: int, most: int, unit: str | None = None) -> vol.All:
    config = NumberSelectorConfig(
        min=least, max=most, step=1, mode=NumberSelectorMode.BOX
    )
    if unit:
        config["unit_of_measurement"] = unit
    return vol.All(NumberSelector(config), vol.Coerce(int))


OPTIONS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_PRICE_INTERVAL, default=DEFAULT_PRICE_INTERVAL): _whole(
            *INTERVALS, UnitOfTime.SECONDS
        ),
        # Text, since a number box would round what it takes.
        vol.Required(CONF_SMALLEST_WORTH, default="0"): TextSelector(),
        vol.Required(CONF_DAY_START, default=DAY_STARTS_WITH_EXCHANGE): SelectSelector(
            SelectSelectorConfig(
                options=[DAY_STARTS_WITH_EXCHANGE, DAY_STARTS_AT_MIDNIGHT],
                translation_key=CONF_DAY_START,
                mode=SelectSelectorMode.LIST,
            )
        ),
        vol.Required(CONF_HISTORY_SIZE, default=DEFAULT_HISTORY_SIZE): _whole(
            *HISTORY_SIZES
        ),
    }
)


class UpbitOptionsFlow(OptionsFlow):
    """Changes the options of an account, which is set up anew with them."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all of them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            worth = number(user_input[CONF_SMALLEST_WORTH])
            if worth is None:
                errors[CONF_SMALLEST_WORTH] = "not_a_number"
            elif worth < ZERO:
                errors[CONF_SMALLEST_WORTH] = "worth_negative"
            else:
                return self.async_create_entry(
                    data={**user_input, CONF_SMALLEST_WORTH: text(worth)}
                )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_SCHEMA, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders={
                "currency": region_of(self.config_entry.data).quote_currency
            },
        )
