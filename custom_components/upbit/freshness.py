"""How long something may be claimed after its connection is lost."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from typing import Final

from homeassistant.core import callback

FRESH_FOR: Final = 180.0
"""Seconds without a sign of life after which nothing is claimed any longer."""


class Freshness:
    """Judges whether what was learned last may still be shown."""

    def __init__(self, loop: AbstractEventLoop, changed: Callable[[], None]) -> None:
        """Begin fresh; `changed` is called whenever that changes."""
        self.fresh = True
        self._loop = loop
        self._changed = changed
        self._standing = False
        self._confirmed = loop.time()
        self._timer: TimerHandle | None = None

    @callback
    def stands(self) -> None:
        """Take note that a connection stands: until it is lost, everything is fresh."""
        self._standing = True
        self._judge()

    @callback
    def lost(self) -> None:
        """Take note that it is lost; until now it was known."""
        if self._standing:
            self._standing = False
            self._confirmed = self._loop.time()
        self._judge()

    @callback
    def confirmed(self) -> None:
        """Take note that all is known as of now, by other ways than the connection."""
        self._confirmed = self._loop.time()
        self._judge()

    @callback
    def cancel(self) -> None:
        """Judge no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    @callback
    def _judge(self) -> None:
        self.cancel()
        stale_at = self._confirmed + FRESH_FOR
        fresh = self._standing or self._loop.time() < stale_at
        if fresh and not self._standing:
            self._timer = self._loop.call_at(stale_at, self._judge)
        if fresh != self.fresh:
            self.fresh = fresh
            self._changed()
