"""How an account is added and looked after: its key is good before anything is stored or replaced."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_NAME, CONF_REGION
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .alert_flow import AlertFlow
from .const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
    SECTION_ADVANCED,
    SUBENTRY_ALERT,
)
from .exchange.auth import Credentials
from .exchange.endpoint import REGIONS
from .options_flow import UpbitOptionsFlow
from .trial import async_try

TITLE: Final = "Upbit"

_SECRET: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)

KEY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ACCESS_KEY): _SECRET,
        vol.Required(CONF_SECRET_KEY): _SECRET,
    }
)

_ADVANCED: Final = vol.Schema({vol.Optional(CONF_API_HOST): TextSelector()})

_WHERE: Final = {
    vol.Required(CONF_REGION, default="kr"): SelectSelector(
        SelectSelectorConfig(
            options=list(REGIONS),
            translation_key=CONF_REGION,
            mode=SelectSelectorMode.DROPDOWN,
        )
    ),
    vol.Required(SECTION_ADVANCED): section(_ADVANCED, {"collapsed": True}),
}

USER_SCHEMA: Final = KEY_SCHEMA.extend(_WHERE)

RECONFIGURE_SCHEMA: Final = vol.Schema(
    {
        # The stored key goes back to no browser: a field left empty keeps it.
        vol.Optional(CONF_ACCESS_KEY): _SECRET,
        vol.Optional(CONF_SECRET_KEY): _SECRET,
        **_WHERE,
    }
)

TITLE_SCHEMA: Final = vol.Schema({vol.Required(CONF_NAME): TextSelector()})


class UpbitConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds an account by its API key, and replaces the key."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Begin without data."""
        self._data: dict[str, str] = {}

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to an account."""
        return {SUBENTRY_ALERT: AlertFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow of the options."""
        return UpbitOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the key and try it."""
        if user_input is None:
            return self._form("user", USER_SCHEMA)
        data = _stored(user_input, {})
        self._async_abort_entries_match({CONF_ACCESS_KEY: data[CONF_ACCESS_KEY]})
        errors, placeholders = await async_try(self.hass, data)
        if errors:
            return self._form("user", USER_SCHEMA, user_input, errors, placeholders)
        self._data = data
        if self._async_current_entries():
            return await self.async_step_title()
        return self._created(TITLE)

    async def async_step_title(
        self, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Ask for the title of a second account: devices and entities are named after it."""
        errors: dict[str, str] = {}
        taken = {entry.title.casefold() for entry in self._async_current_entries()}
        if user_input is not None:
            title = user_input[CONF_NAME].strip()
            if title and title.casefold() not in taken:
                return self._created(title)
            errors[CONF_NAME] = "title_taken" if title else "title_missing"
        suggested = next(
            title
            for number in range(2, len(taken) + 3)
            if (title := f"{TITLE} {number}").casefold() not in taken
        )
        return self._form(
            "title", TITLE_SCHEMA, user_input or {CONF_NAME: suggested}, errors
        )

    def _created(self, title: str) -> ConfigFlowResult:
        """Create the entry, unless the same form was finished elsewhere meanwhile."""
        self._async_abort_entries_match({CONF_ACCESS_KEY: self._data[CONF_ACCESS_KEY]})
        return self.async_create_entry(title=title, data=self._data)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin: the exchange refuses the key."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key of the same place."""
        entry = self._get_reauth_entry()
        if user_input is None:
            return self._form("reauth_confirm", KEY_SCHEMA)
        return await self._async_replace(
            "reauth_confirm", KEY_SCHEMA, user_input, entry
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key, region or relay."""
        entry = self._get_reconfigure_entry()
        if user_input is None:
            host = entry.data.get(CONF_API_HOST)
            stored = {
                CONF_REGION: entry.data[CONF_REGION],
                SECTION_ADVANCED: {CONF_API_HOST: host} if host else {},
            }
            return self._form("reconfigure", RECONFIGURE_SCHEMA, stored)
        return await self._async_replace(
            "reconfigure", RECONFIGURE_SCHEMA, user_input, entry
        )

    async def _async_replace(
        self,
        step: str,
        schema: vol.Schema,
        user_input: dict[str, Any],
        entry: ConfigEntry,
    ) -> ConfigFlowResult:
        """Replace the data of an entry, once the new ones are good."""
        data = _stored(user_input, entry.data)
        self._async_abort_entries_match({CONF_ACCESS_KEY: data[CONF_ACCESS_KEY]})
        errors, placeholders = await async_try(self.hass, data)
        if errors:
            return self._form(step, schema, user_input, errors, placeholders)
        # A loaded entry follows a change by itself. One that failed has nobody who listens, and the
        # same key once more is no change.
        unheard = entry.state is not ConfigEntryState.LOADED or entry.data == data
        result = self.async_update_and_abort(entry, data=data)
        if unheard:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return result

    def _form(
        self,
        step: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None = None,
        errors: dict[str, str] | None = None,
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        if errors and SECTION_ADVANCED in errors:
            # What is to be mended is in sight.
            opened = section(_ADVANCED, {"collapsed": False})
            schema = schema.extend({vol.Required(SECTION_ADVANCED): opened})
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders=placeholders,
        )


def _stored(user_input: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, str]:
    """Return the data of an entry: keys without blanks, a host only if one was given.

    A field that the form does not have, or a key that was left empty, stays as it was before.
    """
    given = {name: value for name, value in user_input.items() if value}
    merged = {**before, **given}
    keys = Credentials(merged.get(CONF_ACCESS_KEY, ""), merged.get(CONF_SECRET_KEY, ""))
    data: dict[str, str] = {
        CONF_ACCESS_KEY: keys.access_key,
        CONF_SECRET_KEY: keys.secret_key,
        CONF_REGION: merged[CONF_REGION],
    }
    host: str | None = before.get(CONF_API_HOST)
    if SECTION_ADVANCED in user_input:
        host = user_input[SECTION_ADVANCED].get(CONF_API_HOST, "").strip()
    if host:
        data[CONF_API_HOST] = host
    return data
