"""What can go wrong with the exchange. No text here holds a key, a token or an amount.

Error names: https://docs.upbit.com/kr/reference/rest-api-guide and the websocket guide beside it.
"""

import re
from typing import Final


class UpbitError(Exception):
    """Something went wrong with the exchange."""


class CannotConnect(UpbitError):
    """No connection, no answer in time, or an answer that is not one of Upbit's."""


class RateLimited(UpbitError):
    """Too many requests; `retry_after` in seconds, where the exchange says so."""

    def __init__(self, retry_after: float | None = None) -> None:
        """Remember how long to wait."""
        super().__init__("too many requests")
        self.retry_after = retry_after


class Banned(RateLimited):
    """Shut out for a time, which grows with each offence."""


class NonceUsed(UpbitError):
    """A token was sent twice."""


class InvalidQuery(UpbitError):
    """The exchange does not accept the parameters or their hash."""


class KeyRefused(UpbitError):
    """The API key needs its owner."""


class InvalidKey(KeyRefused):
    """The exchange does not know the key, or the secret does not belong to it."""


class ExpiredKey(KeyRefused):
    """The key's year is over."""


class MissingScope(KeyRefused):
    """The key lacks a permission."""


class IpNotAllowed(KeyRefused):
    """The request came from an address that is not on the key's allow-list.

    `address` is the one that the exchange saw, where its answer tells.
    """

    def __init__(self, address: str | None = None) -> None:
        """Remember the address."""
        super().__init__("address not on the allow-list")
        self.address = address


class UnreadableFrame(UpbitError):
    """A frame that is refused whole; `kind` is one word for why, never the content."""

    def __init__(self, kind: str) -> None:
        """Remember the kind."""
        super().__init__(kind)
        self.kind = kind


class InvalidHost(UpbitError, ValueError):
    """Not an origin that keys may be sent to."""


BY_NAME: Final[dict[str, type[UpbitError]]] = {
    "expired_access_key": ExpiredKey,
    "invalid_access_key": InvalidKey,
    "INVALID_AUTH": InvalidKey,
    "invalid_query_payload": InvalidQuery,
    "jwt_verification": InvalidKey,
    "no_authorization_i_p": IpNotAllowed,
    "no_authorization_ip": IpNotAllowed,
    "no_authorization_token": InvalidKey,
    "nonce_used": NonceUsed,
    "out_of_scope": MissingScope,
    "too_many_requests": RateLimited,
}
"""Upbit's error names. Status codes are not used consistently, so the name decides."""

_IPV4: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")


def error_of(name: str, message: str) -> UpbitError | None:
    """Return the exception for an error name, `None` for a name that is not known."""
    kind = BY_NAME.get(name)
    if kind is None:
        return None
    if kind is IpNotAllowed:
        found = _IPV4.search(message)
        return IpNotAllowed(found[0] if found else None)
    if kind is RateLimited:
        return RateLimited()
    return kind(name)
