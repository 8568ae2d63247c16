"""Snapshots: when they are asked for, one at a time."""

from collections.abc import Callable, Sequence
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .alarm import Alarm
from .exchange.errors import CannotConnect, KeyRefused, RateLimited, UpbitError
from .exchange.rest import AccountRow, UpbitRest
from .failures import set_up_failure
from .portfolio.reconciliation import REPEAT, SnapshotPlan
from .troubles import Troubles

RETRY: Final = 5.0
"""Seconds after which a snapshot that did not come is asked for again, doubled each time."""

_LOGGER = logging.getLogger(__name__)


class Snapshots:
    """Asks for snapshots of an account, by plan and on demand."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        rest: UpbitRest,
        *,
        repeat: Callable[[], bool],
        met: Callable[[Sequence[AccountRow], float], bool],
        troubles: Troubles,
    ) -> None:
        """Begin; nothing is sent yet.

        `repeat` tells whether one snapshot is to follow another; `met` takes the rows of one, and
        when it was asked for, by the event loop's clock, and tells whether they say anything.
        """
        self._hass = hass
        self._entry = entry
        self._rest = rest
        self._repeat = repeat
        self._met = met
        self._troubles = troubles
        self._plan = SnapshotPlan()
        self._alarm = Alarm(hass.loop, self._due, self._start)
        self._in_flight = False
        self._ended = False
        self._delay = RETRY
        self.refusal: UpbitError | None = None
        """Why the last one did not come."""

    @property
    def failure(self) -> UpbitError:
        """Why there is none now, be it that the last one said nothing."""
        return self.refusal or CannotConnect("no snapshot")

    async def async_first(self) -> Sequence[AccountRow]:
        """Return the first snapshot; raises what a set-up raises."""
        self._plan = self._plan.request_made(self._hass.loop.time())
        try:
            accounts = await self._rest.accounts()
        except UpbitError as error:
            self._troubles.refused(error)
            raise set_up_failure(error) from error
        self._troubles.answered()
        return accounts

    async def async_take_unless_held_back(self) -> None:
        """Ask for one, unless one is under way or has just been, or the exchange wants to be left alone."""
        if not self._in_flight and self._hass.loop.time() >= self._plan.open_from:
            await self.async_take()

    async def async_take(self) -> None:
        """Ask for a snapshot; `refusal` says why none came."""
        now = self._hass.loop.time
        requested = now()
        self._plan = self._plan.request_made(requested)
        self._in_flight = True
        try:
            accounts = await self._rest.accounts()
            if self._ended:
                return
        except UpbitError as error:
            if self._ended:
                return
            self.refusal = error
            if isinstance(error, RateLimited) and error.retry_after:
                self._plan = self._plan.turned_away(now() + error.retry_after)
            _LOGGER.debug("No snapshot of %s: %s", self._entry.title, error)
            self._troubles.refused(error)
            if not isinstance(error, KeyRefused | RateLimited):
                self._retry()
        else:
            self.refusal = None
            self._troubles.answered()
            if self._met(accounts, requested):
                self._delay = RETRY
            else:
                self._retry()
        finally:
            self._in_flight = False
        self.arm()

    def _retry(self) -> None:
        """Plan another one soon, and later each time."""
        self._plan = self._plan.wanting(self._hass.loop.time() + self._delay)
        self._delay = min(2 * self._delay, REPEAT)

    @callback
    def arm(self) -> None:
        """Ask for the next snapshot that something wants when it is due."""
        self._alarm.arm()

    @callback
    def cancel(self) -> None:
        """Ask for none any more, and let one that is under way say nothing."""
        self._ended = True
        self._alarm.cancel()

    def _due(self) -> float | None:
        if self._in_flight or self._ended:
            return None
        return self._plan.due(repeat=self.refusal is not None or self._repeat())

    @callback
    def _start(self) -> None:
        self._entry.async_create_background_task(
            self._hass, self.async_take(), f"{self._entry.title} snapshot"
        )

    # Reasons to ask for one

    @callback
    def doubt_arose(self) -> None:
        """Plan one since something may be wrong; arming is left to whoever found it."""
        self._plan = self._plan.doubt_arose(self._hass.loop.time())

    @callback
    def doubt_lasts(self) -> None:
        """Plan one since a snapshot has not settled everything; arming is left to whoever found it."""
        self._plan = self._plan.doubt_lasts(self._hass.loop.time())

    @callback
    def stream_stands(self) -> None:
        """Plan one for what changed before the stream stood; arming is left to the caller."""
        self._plan = self._plan.stream_stands(self._hass.loop.time())

    @callback
    def frame_received(self) -> None:
        """Confirm what a frame said, or may have said."""
        follows = self._plan.burst is not None and self._alarm.armed
        self._plan = self._plan.frame_received(self._hass.loop.time())
        if not follows:
            # One that follows another only puts the snapshot off.
            self.arm()

    @callback
    def want(self, *after: float) -> None:
        """Ask for some, so many seconds from now."""
        now = self._hass.loop.time()
        self._plan = self._plan.wanting(*(now + delay for delay in after))
        self.arm()
