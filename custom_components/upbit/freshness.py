"""How long something may be claimed after its connection is lost."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from typing import Final

from homeassistant.core import callback

from .alarm import Alarm

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
        self._alarm = Alarm(loop, self._stale_at, self._judge)

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
        self._alarm.cancel()

    def _stale_at(self) -> float | None:
        if self._standing or not self.fresh:
            return None
        return self._confirmed + FRESH_FOR

    @callback
    def _judge(self) -> None:
        before = self.fresh
        self.fresh = self._standing or self._loop.time() < self._confirmed + FRESH_FOR
        self._alarm.arm()
        if self.fresh != before:
            self._changed()
