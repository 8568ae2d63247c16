"""How an account is added: its key is tried on the exchange before anything is stored."""

from collections.abc import Mapping
import logging
import socket
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_NAME, CONF_REGION
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.aiohttp_client import async_get_clientsession
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
from .exchange.endpoint import REGIONS, Endpoint
from .exchange.errors import InvalidHost, UpbitError
from .exchange.rest import UpbitRest
from .failures import error_key

_LOGGER = logging.getLogger(__name__)

TITLE: Final = "Upbit"

_SECRET: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)

USER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ACCESS_KEY): _SECRET,
        vol.Required(CONF_SECRET_KEY): _SECRET,
        vol.Required(CONF_REGION, default="kr"): SelectSelector(
            SelectSelectorConfig(
                options=list(REGIONS),
                translation_key=CONF_REGION,
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
        vol.Required(SECTION_ADVANCED): section(
            vol.Schema({vol.Optional(CONF_API_HOST): TextSelector()}),
            {"collapsed": True},
        ),
    }
)

TITLE_SCHEMA: Final = vol.Schema({vol.Required(CONF_NAME): TextSelector()})


class UpbitConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds an account by its API key."""

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

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the key and try it."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            data = _stored(user_input)
            self._async_abort_entries_match({CONF_ACCESS_KEY: data[CONF_ACCESS_KEY]})
            errors, placeholders = await self._async_try(data)
            if not errors:
                self._data = data
                return await self._async_titled()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(USER_SCHEMA, user_input),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_title(
        self, user_input: dict[str, str] | None = None
    ) -> ConfigFlowResult:
        """Ask for the title of a second account: devices and entities are named after it."""
        errors: dict[str, str] = {}
        taken = {entry.title.casefold() for entry in self._async_current_entries()}
        if user_input is not None:
            title = user_input[CONF_NAME].strip()
            if title and title.casefold() not in taken:
                return self.async_create_entry(title=title, data=self._data)
            errors[CONF_NAME] = "title_taken" if title else "title_missing"
        suggested = next(
            title
            for number in range(2, len(taken) + 3)
            if (title := f"{TITLE} {number}").casefold() not in taken
        )
        return self.async_show_form(
            step_id="title",
            data_schema=self.add_suggested_values_to_schema(
                TITLE_SCHEMA, user_input or {CONF_NAME: suggested}
            ),
            errors=errors,
        )

    async def _async_titled(self) -> ConfigFlowResult:
        """Finish the first account, ask for the title of any other."""
        if self._async_current_entries():
            return await self.async_step_title()
        return self.async_create_entry(title=TITLE, data=self._data)

    async def _async_try(
        self, data: Mapping[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Ask the exchange for the account; return errors by field, and what their sentences name."""
        host = data.get(CONF_API_HOST)
        try:
            endpoint = (
                Endpoint.of_origin(host)
                if host
                else Endpoint.of_region(data[CONF_REGION])
            )
            await UpbitRest(
                async_get_clientsession(self.hass, family=socket.AF_INET),
                endpoint,
                Credentials(data[CONF_ACCESS_KEY], data[CONF_SECRET_KEY]),
            ).accounts()
        except InvalidHost:
            # The form shows no error on a field inside a section.
            return {SECTION_ADVANCED: "invalid_host"}, {}
        except UpbitError as error:
            key, placeholders = error_key(error)
            return {"base": key}, placeholders
        except Exception:
            _LOGGER.exception("Unexpected error while trying a key")
            return {"base": "unknown"}, {}
        return {}, {}


def _stored(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the data of an entry: keys without blanks, a host only if one was given."""
    keys = Credentials(user_input[CONF_ACCESS_KEY], user_input[CONF_SECRET_KEY])
    data: dict[str, str] = {
        CONF_ACCESS_KEY: keys.access_key,
        CONF_SECRET_KEY: keys.secret_key,
        CONF_REGION: user_input[CONF_REGION],
    }
    if host := user_input[SECTION_ADVANCED].get(CONF_API_HOST, "").strip():
        data[CONF_API_HOST] = host
    return data
