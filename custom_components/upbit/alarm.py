"""A timer for a moment that is put off again and again, as every frame does."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

from homeassistant.core import callback


class Alarm:
    """Rings at the moment that is due, which it asks for.

    Armed for an earlier moment, it is left as it is and asks again then: a frame that puts the
    moment off costs nothing.
    """

    def __init__(
        self,
        loop: AbstractEventLoop,
        due: Callable[[], float | None],
        ring: Callable[[], None],
    ) -> None:
        """Take what is asked: when, in seconds of the event loop's clock, `None` for never; and what then."""
        self._loop = loop
        self._due = due
        self._ring = ring
        self._timer: TimerHandle | None = None

    @property
    def armed(self) -> bool:
        """Whether it will ring, or ask again."""
        return self._timer is not None

    @callback
    def arm(self) -> None:
        """Ring when it is due by now, which may be earlier than before."""
        due = self._due()
        if due is None:
            self.cancel()
        elif self._timer is None or due < self._timer.when():
            self.cancel()
            self._timer = self._loop.call_at(due, self._time_came)

    @callback
    def cancel(self) -> None:
        """Do not ring until it is armed again."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    @callback
    def _time_came(self) -> None:
        self._timer = None
        due = self._due()
        if due is not None and due <= self._loop.time():
            self._ring()
        else:
            self.arm()
