"""A key is tried on the exchange before anything is stored or replaced."""

from collections.abc import Mapping
import logging
import socket

from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import CONF_ACCESS_KEY, CONF_API_HOST, CONF_SECRET_KEY, SECTION_ADVANCED
from .exchange.auth import Credentials
from .exchange.endpoint import Endpoint
from .exchange.errors import InvalidHost, UpbitError
from .exchange.rest import UpbitRest
from .failures import error_key

_LOGGER = logging.getLogger(__name__)

type Verdict = tuple[dict[str, str], dict[str, str]]
"""Errors by field, and what their sentences name; none at all for a key that is good."""


async def async_try(hass: HomeAssistant, data: Mapping[str, str]) -> Verdict:
    """Ask the exchange for the account of an entry's data."""
    host = data.get(CONF_API_HOST)
    try:
        endpoint = (
            Endpoint.of_origin(host) if host else Endpoint.of_region(data[CONF_REGION])
        )
        await UpbitRest(
            async_get_clientsession(hass, family=socket.AF_INET),
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
