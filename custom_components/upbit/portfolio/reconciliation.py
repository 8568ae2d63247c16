"""When a snapshot is asked for: once something moved, once the stream stands, while something is in doubt.

Times are seconds of one monotonic clock. The slow reconciliation, every 15 minutes, is not here: it
is Home Assistant's own polling, which its user can switch off.
"""

from copy import replace
from typing import Final, NamedTuple

APART: Final = 3.0
"""Seconds between two requests, whatever asks for them."""

QUIET: Final = 3.0
"""Seconds without a frame after which a burst of frames is followed by a snapshot."""

LONGEST_BURST: Final = 30.0
"""Seconds after the first frame of a burst at which the snapshot waits no longer."""

AFTER_CONNECT: Final = (0.0, 10.0)
"""Seconds after the proof of a subscription."""

AFTER_DOUBT: Final = 3.0
"""Seconds after a currency has become doubtful, and between requests while the doubt is young."""

YOUNG: Final = 15.0
"""Seconds after which a doubt is no longer young: by then a replica that was behind has caught up."""

REPEAT: Final = 60.0
"""Seconds between requests while the stream is down, a doubt lasts, a request failed, or the account is new."""


class Burst(NamedTuple):
    """Frames that no snapshot has followed yet."""

    first: float
    last: float

    @property
    def due(self) -> float:
        """When the snapshot that follows them is due."""
        return min(self.last + QUIET, self.first + LONGEST_BURST)


class SnapshotPlan(NamedTuple):
    """The moments at which snapshots are wanted."""

    wanted: tuple[float, ...] = ()
    burst: Burst | None = None
    requested: float = float("-inf")
    not_before: float = float("-inf")
    doubted: float = float("-inf")

    def stream_stands(self, now: float) -> SnapshotPlan:
        """Want snapshots after a proved subscription: what changed meanwhile is only in them."""
        return self.wanting(*(now + delay for delay in AFTER_CONNECT))

    def frame_received(self, now: float) -> SnapshotPlan:
        """Want a snapshot once the frames pause; it also brings the new average prices."""
        first = self.burst.first if self.burst else now
        return replace(self, burst=Burst(first, now))

    def doubt_arose(self, now: float) -> SnapshotPlan:
        """Want the snapshot that settles a doubt."""
        return replace(self.wanting(now + AFTER_DOUBT), doubted=now)

    def doubt_lasts(self, now: float) -> SnapshotPlan:
        """Want another one soon, unless the last doubt arose long ago."""
        if now - self.doubted >= YOUNG:
            return self
        return self.wanting(now + AFTER_DOUBT)

    def wanting(self, *moments: float) -> SnapshotPlan:
        """Want snapshots at these moments."""
        return replace(self, wanted=(*self.wanted, *moments))

    def request_made(self, now: float) -> SnapshotPlan:
        """Strike out what this request answers."""
        return replace(
            self,
            wanted=tuple(moment for moment in self.wanted if moment > now),
            burst=None,
            requested=now,
        )

    def turned_away(self, until: float) -> SnapshotPlan:
        """Ask nothing until then: the exchange limits or bans us."""
        return replace(self, not_before=max(self.not_before, until))

    @property
    def open_from(self) -> float:
        """The earliest moment of a request that nothing here has asked for."""
        return max(self.requested + APART, self.not_before)

    def due(self, *, repeat: bool) -> float | None:
        """Return when the next request is due, `None` if nothing asks for one.

        `repeat` tells that one a minute is wanted as well.
        """
        moments = list(self.wanted)
        if self.burst:
            moments.append(self.burst.due)
        if repeat:
            moments.append(max(self.requested, self.doubted) + REPEAT)
        if not moments:
            return None
        return max(min(moments), self.open_from)
