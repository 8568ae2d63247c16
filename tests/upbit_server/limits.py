"""How much the exchange puts up with: 429 past a rate, 418 for whoever goes on."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from .errors import Limited

PATIENCE: Final = 10
"""Refusals after which a client is shut out."""

FIRST_BAN: Final = 10.0
"""Seconds, doubled with each ban."""


class Limits:
    """Counts requests of each client in each group."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with patience; `clock` gives seconds."""
        self._clock = clock
        self._seen: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._refusals = 0
        self._bans = 0
        self._banned_until = 0.0

    def ban(self, seconds: float) -> None:
        """Shut everybody out for a time."""
        self._banned_until = self._clock() + seconds

    def refuse_banned(self) -> None:
        """Raise `Limited` while a ban lasts."""
        now = self._clock()
        if now < self._banned_until:
            raise Limited(self._banned_until - now)

    def spend(self, group: str, client: str, most: int, within: float = 1.0) -> int:
        """Count a request, of at most so many within seconds; return how many are left. Raises `Limited`."""
        self.refuse_banned()
        now = self._clock()
        seen = self._seen[group, client]
        while seen and seen[0] <= now - within:
            seen.popleft()
        if len(seen) >= most:
            self._refusals += 1
            if self._refusals >= PATIENCE:
                self._refusals = 0
                self.ban(FIRST_BAN * 2**self._bans)
                self._bans += 1
            raise Limited
        seen.append(now)
        return most - len(seen)
