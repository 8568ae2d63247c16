"""How long the exchange wants to be left alone: learned by one request, obeyed by all of them."""

import asyncio
from typing import Final

from .errors import Banned, RateLimited

UNTOLD: Final = 120.0
"""Seconds that a ban counts for whose answer does not say how long it is."""

LONGEST: Final = 86_400.0
"""Seconds that a ban is believed to last at most, whatever the exchange has said."""


class Cooldown:
    """The limits and bans of one origin; whoever talks to it shares this."""

    def __init__(self) -> None:
        """Begin welcome."""
        self._until = float("-inf")
        self._kind: type[RateLimited] = RateLimited

    def turned_away(self, error: RateLimited) -> None:
        """Take note of a refusal that says for how long it is, or that is a ban."""
        seconds = error.retry_after
        if seconds is None and isinstance(error, Banned):
            seconds = UNTOLD
        if seconds is None:
            return
        until = asyncio.get_running_loop().time() + seconds
        if until > self._until:
            self._until = until
            self._kind = type(error)

    def check(self) -> None:
        """Raise what the exchange has said, while it holds."""
        left = self._until - asyncio.get_running_loop().time()
        if left > 0:
            raise self._kind(left)
