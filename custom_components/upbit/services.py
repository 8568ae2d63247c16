"""Actions: the portfolio and its history as response data, a snapshot now, a new baseline."""

from typing import Any, Final, cast

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .account import Account, UpbitConfigEntry
from .const import DOMAIN
from .moments import ms
from .portfolio.activity import Kind
from .portfolio.history import pattern, realised
from .report import realised_of, report_of
from .telling import told_of
from .typed import currency_code

ATTR_CURRENCY: Final = "currency"
ATTR_END: Final = "end"
ATTR_KINDS: Final = "kinds"
ATTR_START: Final = "start"

ENTRY: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
ENTRY_SCHEMA: Final = vol.Schema(ENTRY)
HISTORY_SCHEMA: Final = vol.Schema(
    {
        **ENTRY,
        vol.Optional(ATTR_START): vol.All(cv.datetime, ms),
        vol.Optional(ATTR_END): vol.All(cv.datetime, ms),
        vol.Optional(ATTR_CURRENCY): currency_code,
        vol.Optional(ATTR_KINDS): vol.All(
            cv.ensure_list, [vol.In([kind.value for kind in Kind])]
        ),
    }
)


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, act, schema, response in (
        ("get_portfolio", _get_portfolio, ENTRY_SCHEMA, SupportsResponse.ONLY),
        ("get_history", _get_history, HISTORY_SCHEMA, SupportsResponse.ONLY),
        ("refresh", _refresh, ENTRY_SCHEMA, SupportsResponse.NONE),
        ("set_baseline", _set_baseline, ENTRY_SCHEMA, SupportsResponse.NONE),
    ):
        hass.services.async_register(
            DOMAIN, name, act, schema=schema, supports_response=response
        )


def _account(call: ServiceCall) -> Account:
    """Return the account of a call, the only one if none is named; raises `ServiceValidationError`."""
    entry: UpbitConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry.runtime_data


async def _get_portfolio(call: ServiceCall) -> ServiceResponse:
    return cast(ServiceResponse, report_of(_account(call)))


async def _get_history(call: ServiceCall) -> ServiceResponse:
    account = _account(call)
    start, end = call.data.get(ATTR_START), call.data.get(ATTR_END)
    if start is not None and end is not None and end < start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_before_start"
        )
    kinds: list[str] | None = call.data.get(ATTR_KINDS)
    activities = account.publisher.history.span(
        start,
        end,
        call.data.get(ATTR_CURRENCY),
        frozenset(map(Kind, kinds)) if kinds else None,
    )
    answer: dict[str, Any] = {
        "activities": [
            {"kind": activity.kind.value, **told_of(activity)}
            for activity in activities
        ],
        "pattern": pattern(activities),
        "realised": realised_of(realised(activities, dt_util.get_default_time_zone())),
    }
    return cast(ServiceResponse, answer)


async def _refresh(call: ServiceCall) -> None:
    await _account(call).coordinator.async_refresh_now()


async def _set_baseline(call: ServiceCall) -> None:
    if not _account(call).openings.set_baseline():
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="prices_missing"
        )
