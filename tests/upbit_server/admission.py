"""Who is let in: bans, rates, signatures and scopes of a request or a handshake."""

from typing import Final

from aiohttp import web

from .errors import ApiError
from .keys import Key, Keys
from .limits import Limits

ORIGIN_WINDOW: Final = 10.0
"""Seconds in which whoever sends an Origin may ask for prices once, and connect once."""

REMAINING: Final = web.RequestKey("remaining", str)
"""What the header Remaining-Req tells of the answer to a request."""


class Admission:
    """Counts and checks whoever comes."""

    def __init__(self, keys: Keys, limits: Limits) -> None:
        """Take the keys of the account, and what counts."""
        self._keys = keys
        self._limits = limits

    def signed(self, request: web.Request, group: str, a_second: int) -> Key:
        """Return the key that signed a request; raises `ApiError`, `Limited`.

        The rate is a pocket's, to which its keys belong; of whoever has no right key, the address's.
        """
        self._limits.refuse_banned()
        address = request.remote or ""
        try:
            key = self._keys.verify(
                request.headers.get("Authorization"), request.query_string, address
            )
        except ApiError:
            self._limits.spend(group, address, a_second)
            raise
        self._spend(request, group, f"pocket {key.pocket}", a_second)
        return key

    def unsigned(self, request: web.Request, group: str, a_second: int) -> None:
        """Count a request that anybody may make; raises `Limited`."""
        self._spend(request, group, request.remote or "", a_second)

    def from_page(self, request: web.Request, group: str) -> None:
        """Count a request that a page in a browser makes, which has an Origin; raises `Limited`."""
        if "Origin" in request.headers:
            origin = f"origin {group}"
            self._limits.spend(origin, request.remote or "", 1, ORIGIN_WINDOW)

    def _spend(
        self, request: web.Request, group: str, client: str, a_second: int
    ) -> None:
        left = self._limits.spend(group, client, a_second)
        # Only what is left this second means anything.
        request[REMAINING] = f"group={group}; min=1800; sec={left}"
