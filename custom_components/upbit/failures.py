"""What the exchange refused, in words of Home Assistant: for the form, and for a set-up that failed."""

from datetime import timedelta
from typing import TypedDict

from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

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


def error_key(error: UpbitError) -> tuple[str, dict[str, str]]:
    """Return the translation key of an error's sentence, and what the sentence names."""
    match error:
        case InvalidKey():
            return "invalid_auth", {}
        case ExpiredKey():
            return "expired_key", {}
        case IpNotAllowed(address=str(address)):
            return "ip_not_allowed_address", {"address": address}
        case IpNotAllowed():
            return "ip_not_allowed", {}
        case MissingScope():
            return "missing_permission", {}
        case Banned(retry_after=float(seconds)):
            until = dt_util.now() + timedelta(seconds=seconds)
            return "banned_until", {"until": f"{until:%H:%M:%S}"}
        case Banned():
            return "banned", {}
        case RateLimited():
            return "rate_limited", {}
        case _:
            return "cannot_connect", {}


class Sentence(TypedDict):
    """What an exception of Home Assistant takes to say something in its user's language."""

    translation_domain: str
    translation_key: str
    translation_placeholders: dict[str, str] | None


def sentence_of(error: UpbitError) -> Sentence:
    """Return the sentence of an error."""
    key, placeholders = error_key(error)
    return Sentence(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )


def set_up_failure(error: UpbitError) -> HomeAssistantError:
    """Return the exception with which a set-up answers an error of the exchange.

    What its owner can mend at Upbit is tried again; for a key that is wrong or expired another is asked for.
    """
    final = isinstance(error, InvalidKey | ExpiredKey)
    return (ConfigEntryAuthFailed if final else UpdateFailed)(**sentence_of(error))
