"""In which order things are remembered and told: decide, save, publish, and only then forget the outbox."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
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

HISTORY_LATER: Final = 30.0
"""Seconds in which activities are gathered for the long file; until it is written, the small one has them."""

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
        self.history = history.with_all((*ledger.unwritten, *ledger.outbox))
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._listeners: list[Listener] = []
        self._waiting: list[Activity] = []
        self._firings: list[Firing] = []
        self._saved = float("-inf")
        self._saving: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

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
        self._keep(again)

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
            if self._saving is None:
                self._saving = self._start(self._async_save(), "ledger")
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
        # A write under way must end first: the older one would land on the newer.
        self._hurry.set()
        for task in (self._saving, self._writing):
            if task:
                await task
        await self._memory.async_save_history(self.history)
        self.ledger = self.ledger.written(self.history)
        await self._memory.async_save(self.ledger)

    @callback
    def _start(
        self, work: Coroutine[None, None, None], what: str
    ) -> asyncio.Task[None]:
        return self._entry.async_create_background_task(
            # Not at once: what it does at its end comes after its task is known.
            self._hass,
            work,
            f"{self._entry.title} {what}",
            eager_start=False,
        )

    async def _pause(self, seconds: float) -> None:
        """Wait, unless everything is to be written now."""
        if seconds > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._hurry.wait()

    async def _async_save(self) -> None:
        """Save and publish until nothing waits, with a pause between two saves."""
        loop = self._hass.loop
        while self._waiting or self._firings:
            await self._pause(self._saved + SAVES_APART - loop.time())
            self._saved = loop.time()
            await self._async_save_once()
        self._saving = None

    async def _async_save_once(self) -> None:
        """Save, and publish what the save holds; what is decided meanwhile waits for the next."""
        activities, firings = len(self._waiting), len(self._firings)
        await self._memory.async_save(self.ledger)
        ready, self._waiting = self._waiting[:activities], self._waiting[activities:]
        fires, self._firings = self._firings[:firings], self._firings[firings:]
        for activity in ready:
            self._publish(activity, replayed=False)
        for fire in fires:
            fire()
        self._keep(tuple(ready))

    async def _async_write(self) -> None:
        """Write the history, and only then forget what the small file holds for it."""
        await self._pause(HISTORY_LATER)
        history = self.history
        await self._memory.async_save_history(history)
        self._writing = None
        self.note(self.ledger.written(history))
        if self.ledger.unwritten:
            self._writing = self._start(self._async_write(), "history")

    @callback
    def _publish(self, activity: Activity, *, replayed: bool) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(activity, replayed)
            except Exception:
                _LOGGER.exception("A listener of activities failed")

    @callback
    def _keep(self, activities: tuple[Activity, ...]) -> None:
        """Put what was published, or amended, into the history."""
        if not activities:
            return
        self.history = self.history.with_all(activities)
        self.note(self.ledger.published(activities))
        if self._writing is None:
            self._writing = self._start(self._async_write(), "history")
