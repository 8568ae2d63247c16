"""Time that stands still until a test moves it, while real sockets go on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util.async_ import get_scheduled_timer_handles

TURNS: Final = 40
"""Turns of the event loop after which what travels over loopback sockets has arrived."""

SLIVER: Final = 0.001
"""The least that time moves, in seconds: a timer that is due by a rounding error has still to fire."""


def until_nine() -> float:
    """Return the seconds until the exchange's next day begins, at 09:00 in Korea."""
    now = datetime.now(UTC)
    begun = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (begun + timedelta(days=1) - now).total_seconds()


class Clock:
    """Moves the frozen time of the whole process, the event loop's included, from one timer to the next."""

    def __init__(
        self, freezer: FrozenDateTimeFactory, loop: asyncio.AbstractEventLoop
    ) -> None:
        """Take the freezer fixture and the loop whose timers count."""
        self._freezer = freezer
        self._loop = loop
        # A callback in which time moves looks slow, and would be logged as such.
        loop.slow_callback_duration = float("inf")
        self._unheard = 0.0
        self._loop_time = loop.time
        loop.time = self._heard  # type: ignore[method-assign]  # it does not follow the wall clock
        self._in_threads: set[asyncio.Future[Any]] = set()
        self._run_in_executor = loop.run_in_executor
        loop.run_in_executor = self._counted  # type: ignore[method-assign, assignment]  # to know what is under way

    def _counted(
        self, executor: Executor | None, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = self._run_in_executor(executor, work, *args)
        self._in_threads.add(future)
        future.add_done_callback(self._in_threads.discard)
        return future

    def _heard(self) -> float:
        return self._loop_time() - self._unheard

    @property
    def now(self) -> float:
        """The event loop's time, in seconds."""
        return self._loop.time()

    async def settle(self) -> None:
        """Let everything that is under way arrive, at the same moment, from threads as well."""
        await self._turn()
        while self._in_threads:
            await asyncio.wait(set(self._in_threads))
            await self._turn()

    @staticmethod
    async def _turn() -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Move on by seconds, stopping at each timer on the way."""
        end = self._loop.time() + seconds
        await self.settle()
        while (left := end - self._loop.time()) > 0:
            await self._step(left)

    async def leap(self, seconds: float) -> None:
        """Move on by seconds at once, as if the machine had slept: every timer that is due comes late."""
        self._freezer.tick(timedelta(seconds=seconds))
        await self.settle()

    def set_wall(self, seconds: float) -> None:
        """Set the wall clock ahead, or back, without a timer that counts it, as when the machine has slept."""
        self._freezer.tick(timedelta(seconds=seconds))
        self._unheard += seconds

    async def until(self, condition: Callable[[], bool], within: float) -> float:
        """Move on until something holds; return the seconds it took, or fail."""
        began = self._loop.time()
        await self.settle()
        while not condition():
            left = began + within - self._loop.time()
            assert left > 0, f"not so within {within} s"
            await self._step(left)
        return self._loop.time() - began

    async def _step(self, at_most: float) -> None:
        timers = [
            handle.when() - self._loop.time()
            for handle in get_scheduled_timer_handles(self._loop)
            if not handle.cancelled()
        ]
        step = max(min(timers, default=at_most), SLIVER)
        self._freezer.tick(timedelta(seconds=min(step, max(at_most, SLIVER))))
        await self.settle()
