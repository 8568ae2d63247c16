"""System health: whether the exchange can be reached, and how the streams stand."""

from collections.abc import Callable
from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .account import Account
from .const import DOMAIN
from .exchange.endpoint import REGIONS
from .exchange.errors import UpbitError
from .exchange.rest import UpbitMarket
from .exchange.transport import Transport
from .transports import transport_of


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the page."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    accounts: list[Account] = [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]
    # One of them is enough: a row has room for one answer.
    transport = (
        accounts[0].coordinator.transport
        if accounts
        else transport_of(hass, {CONF_REGION: next(iter(REGIONS))})
    )

    def each(value: Callable[[Account], object]) -> str:
        if len(accounts) == 1:
            return str(value(accounts[0]))
        return ", ".join(f"{one.entry.title}: {value(one)}" for one in accounts)

    return {
        "can_reach_server": _reached(transport),
        "accounts": len(accounts),
        "stream_since": each(_since),
        "reconnects": each(lambda one: one.coordinator.connection_log.reconnects),
    }


async def _reached(transport: Transport) -> str | dict[str, str]:
    """Ask the exchange as everything else does, which asks nothing while it wants to be left alone."""
    try:
        await UpbitMarket(transport).markets()
    except UpbitError:
        return {"type": "failed", "error": "unreachable"}
    return "ok"


def _since(account: Account) -> str:
    since = account.coordinator.connection_log.stands_since
    return f"{dt_util.as_local(since):%Y-%m-%d %H:%M:%S}" if since else "-"
