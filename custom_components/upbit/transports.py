"""The way from Home Assistant to the exchange of an entry."""

from collections.abc import Mapping
import socket
from typing import Final

from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from .const import CONF_API_HOST
from .exchange.cooldown import Cooldown
from .exchange.endpoint import REGIONS, Endpoint, Region
from .exchange.transport import Transport

COOLDOWNS: Final[HassKey[dict[str, Cooldown]]] = HassKey("upbit_cooldowns")
"""By origin: a ban is on this house, whichever entry or form has met it, and outlives a failed set-up."""


def region_of(data: Mapping[str, str]) -> Region:
    """Return the region of an entry's data."""
    return REGIONS[data[CONF_REGION]]


@callback
def transport_of(hass: HomeAssistant, data: Mapping[str, str]) -> Transport:
    """Return the way to the exchange of an entry's data; raises `InvalidHost`."""
    host = data.get(CONF_API_HOST)
    endpoint = (
        Endpoint.of_origin(host) if host else Endpoint.of_region(data[CONF_REGION])
    )
    cooldowns = hass.data.setdefault(COOLDOWNS, {})
    return Transport(
        # Upbit's allow-list knows IPv4 addresses only.
        async_get_clientsession(hass, family=socket.AF_INET),
        endpoint,
        cooldowns.setdefault(str(endpoint.origin), Cooldown()),
    )
