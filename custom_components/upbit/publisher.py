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
from .portfolio.alerts import Firing
from .portfolio.history import History
from .portfolio.ledger import Ledger

_LOGGER = logging.getLogger(__name__)

SAVES_APART: Final = 1.0
"""Seconds between two writes of the small file."""

HISTORY_LATER: Final = 30.0
"""Seconds in which activities are gathered for the long file; until it is written, the small one has them."""

type Listener[T] = Callable[[T, bool], None]
"""Takes what is published, and whether it may have come before."""


class Publisher:
    """Owns ledger and history, writes them, and publishes what was decided after the write that holds it."""

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
        self._publishing = False
        self._again = (*ledger.outbox, *ledger.firings)
        """What may have been published before the last end."""

        self._listeners: list[Listener[Activity]] = []
        self._firing_listeners: list[Listener[Firing]] = []
        self._saved = float("-inf")
        self._saving: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._closed = False

    @callback
    def async_add_listener(self, listener: Listener[Activity]) -> Callable[[], None]:
        """Call a listener with each activity that is published."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_add_firing_listener(self, listener: Listener[Firing]) -> None:
        """Call a listener with each firing of a rule that is published."""
        self._firing_listeners.append(listener)

    @callback
    def start_publishing(self) -> None:
        """Publish from now on, first what waits: automations listen."""
        self._publishing = True
        self.commit(self.ledger)

    @callback
    def commit(self, ledger: Ledger) -> None:
        """Take a decision; what it has to be published is published once it is written."""
        self.note(ledger)
        if ledger.waits and self._publishing and self._saving is None:
            self._saving = self._start(self._async_save(), "ledger")

    @callback
    def note(self, ledger: Ledger) -> None:
        """Take a decision that nobody has to hear of.

        After the last write none is taken: the next run finds again what it was about.
        """
        if self._closed:
            return
        self.ledger = ledger
        self._memory.save_later(lambda: self.ledger)

    @callback
    def own(self, owner: str) -> None:
        """Remember whose account this is."""
        self.note(replace(self.ledger, owner=owner))

    @callback
    def amend(self, activity: Activity) -> None:
        """Put a fuller account of an activity in its place.

        One that was told is not told again; one that still waits is told as it is now.
        """
        self.note(self.ledger.amended(activity))
        if activity not in self.ledger.outbox:
            self._keep((activity,))

    async def async_flush(self) -> None:
        """Publish what waits, and write everything, for good."""
        # A write under way must end first: the older one would land on the newer.
        self._hurry.set()
        for task in (self._saving, self._writing):
            if task:
                await task
        await self._memory.async_save_history(self.history)
        self.ledger = self.ledger.written(self.history)
        self._closed = True
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
        while self.ledger.waits:
            await self._pause(self._saved + SAVES_APART - loop.time())
            self._saved = loop.time()
            saved = self.ledger
            await self._memory.async_save(saved)
            self._publish(saved)
        self._saving = None

    @callback
    def _publish(self, saved: Ledger) -> None:
        """Publish what was saved; what was decided meanwhile waits for the next save."""
        # A late fill may have amended them meanwhile.
        activities = self.ledger.outbox[: len(saved.outbox)]
        # First, since whoever hears of it may ask for the history.
        self._keep(activities)
        for activity in activities:
            _tell(self._listeners, activity, activity in self._again)
        for firing in saved.firings:
            _tell(self._firing_listeners, firing, firing in self._again)
        self._again = ()
        self.note(self.ledger.published(saved))

    @callback
    def _keep(self, activities: tuple[Activity, ...]) -> None:
        """Put what was published, or amended, into the history."""
        if not activities:
            return
        self.history = self.history.with_all(activities)
        if self._writing is None:
            self._writing = self._start(self._async_write(), "history")

    async def _async_write(self) -> None:
        """Write the history, and only then forget what the small file holds for it."""
        while self.ledger.unwritten:
            await self._pause(HISTORY_LATER)
            history = self.history
            await self._memory.async_save_history(history)
            self.note(self.ledger.written(history))
        self._writing = None


def _tell[T](listeners: list[Listener[T]], what: T, replayed: bool) -> None:
    for listener in tuple(listeners):
        try:
            listener(what, replayed)
        except Exception:
            _LOGGER.exception("A listener of what is published failed")
