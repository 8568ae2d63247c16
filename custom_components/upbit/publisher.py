"""In which order things are remembered and told: decide, save, publish, and only then forget the outbox."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .memory import Memory
from .portfolio.activity import Activity
from .portfolio.history import History
from .portfolio.ledger import Ledger

_LOGGER = logging.getLogger(__name__)

SAVES_APART: Final = 1.0
"""Seconds between two writes of the small file."""

type Firing = Callable[[], None]
type Listener = Callable[[Activity, bool], None]


class Publisher:
    """Owns ledger and history, writes them, and publishes activities after the write that holds them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        memory: Memory,
        ledger: Ledger,
        history: History,
    ) -> None:
        """Take what was remembered."""
        self.ledger = ledger
        # The history is written later than the outbox, and completed from it.
        self.history = history.with_all(ledger.outbox)
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._listeners: list[Listener] = []
        self._waiting: list[Activity] = []
        self._firings: list[Firing] = []
        self._saved = float("-inf")
        self._task: asyncio.Task[None] | None = None

    @callback
    def async_add_listener(self, listener: Listener) -> Callable[[], None]:
        """Call a listener with each activity that is published, and whether it may have come before."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def replay(self) -> None:
        """Publish again what may not have been published before the last end."""
        again = self.ledger.outbox
        for activity in again:
            self._publish(activity, replayed=True)
        if again:
            self._forget(again)

    @callback
    def commit(
        self,
        ledger: Ledger,
        activities: tuple[Activity, ...] = (),
        firings: tuple[Firing, ...] = (),
    ) -> None:
        """Take a decision; what is to be told is told once it is written."""
        self.ledger = ledger
        self._waiting += activities
        self._firings += firings
        if self._waiting or self._firings:
            if self._task is None:
                self._task = self._entry.async_create_background_task(
                    self._hass, self._async_save(), f"{self._entry.title} ledger"
                )
        else:
            self.note(ledger)

    @callback
    def note(self, ledger: Ledger) -> None:
        """Take a decision that nobody has to hear of."""
        self.ledger = ledger
        self._memory.save_later(lambda: self.ledger)

    @callback
    def own(self, owner: str) -> None:
        """Remember whose account this is."""
        self.note(replace(self.ledger, owner=owner))

    @callback
    def amend(self, activity: Activity) -> None:
        """Put a fuller account of an activity in its place; it is not told again."""
        self._keep((activity,))

    async def async_flush(self) -> None:
        """Publish what waits, and write everything."""
        if self._task:
            self._task.cancel()
            self._task = None
        if self._waiting or self._firings:
            await self._async_save_once()
        await self._memory.async_flush(self.ledger, self.history)

    async def _async_save(self) -> None:
        """Save and publish until nothing waits, with a pause between two saves."""
        loop = self._hass.loop
        while self._waiting or self._firings:
            await asyncio.sleep(max(self._saved + SAVES_APART - loop.time(), 0))
            self._saved = loop.time()
            await self._async_save_once()
        self._task = None

    async def _async_save_once(self) -> None:
        """Save, and publish what the save holds; what is decided meanwhile waits for the next."""
        activities, firings = len(self._waiting), len(self._firings)
        await self._memory.async_save(self.ledger)
        ready, self._waiting = self._waiting[:activities], self._waiting[activities:]
        fires, self._firings = self._firings[:firings], self._firings[firings:]
        self._keep(tuple(ready))
        for activity in ready:
            self._publish(activity, replayed=False)
        for fire in fires:
            fire()
        self._forget(tuple(ready))

    @callback
    def _publish(self, activity: Activity, *, replayed: bool) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(activity, replayed)
            except Exception:
                _LOGGER.exception("A listener of activities failed")

    @callback
    def _keep(self, activities: tuple[Activity, ...]) -> None:
        if activities:
            self.history = self.history.with_all(activities)
            self._memory.save_history_later(lambda: self.history)

    @callback
    def _forget(self, activities: tuple[Activity, ...]) -> None:
        """Take what was published out of the outbox."""
        done = {activity.id for activity in activities}
        self.note(
            replace(
                self.ledger,
                outbox=tuple(one for one in self.ledger.outbox if one.id not in done),
            )
        )
