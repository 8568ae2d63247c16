"""A key is tried on the exchange before anything is stored or replaced."""

from collections.abc import Mapping
import logging

from homeassistant.core import HomeAssistant

from .const import CONF_ACCESS_KEY, CONF_SECRET_KEY, SECTION_ADVANCED
from .exchange.auth import Credentials
from .exchange.errors import InvalidHost, UpbitError
from .exchange.rest import UpbitRest
from .failures import error_key
from .transports import transport_of

_LOGGER = logging.getLogger(__name__)

type Verdict = tuple[dict[str, str], dict[str, str]]
"""Errors by field, and what their sentences name; none at all for a key that is good."""


async def async_try(hass: HomeAssistant, data: Mapping[str, str]) -> Verdict:
    """Ask the exchange for the account of an entry's data."""
    try:
        await UpbitRest(
            transport_of(hass, data),
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
