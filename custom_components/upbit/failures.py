"""Why a set-up failed, in words of Home Assistant: what passes by itself is retried, what does not is said."""

from datetime import timedelta
from typing import Final

from homeassistant.exceptions import ConfigEntryError, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .exchange.errors import (
    Banned,
    ExpiredKey,
    InvalidKey,
    IpNotAllowed,
    MissingScope,
    RateLimited,
    UpbitError,
)

KEPT_BACK: Final[HassKey[dict[str, float]]] = HassKey("upbit_kept_back")
"""Until when (time of the event loop) an entry must not ask again.

Home Assistant 2026.10 forgets the `retry_after` of a failed first refresh, so the retried set-up looks here.
"""


def set_up_failure(error: UpbitError) -> HomeAssistantError:
    """Return the exception with which a set-up answers an error of the exchange."""
    match error:
        case InvalidKey():
            return _final("invalid_auth")
        case ExpiredKey():
            return _final("expired_key")
        case IpNotAllowed(address=None):
            return _passing("ip_not_allowed")
        case IpNotAllowed(address=address):
            return _passing("ip_not_allowed_address", address=str(address))
        case MissingScope():
            return _passing("missing_permission")
        case Banned(retry_after=float(seconds)):
            until = dt_util.now() + timedelta(seconds=seconds)
            return _passing("banned", until=until.isoformat(" ", "minutes"))
        case RateLimited():
            return _passing("rate_limited")
        case _:
            return _passing("cannot_connect")


def _final(key: str) -> ConfigEntryError:
    return ConfigEntryError(translation_domain=DOMAIN, translation_key=key)


def _passing(key: str, **placeholders: str) -> UpdateFailed:
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )
