"""The exchange's clock: when a change happened, and when a frame was made."""

import time

from .faults import Faults


class Timestamps:
    """Times in ms of the epoch, as far off as the faults say."""

    def __init__(self, faults: Faults) -> None:
        """Begin with no change."""
        self._faults = faults
        self._offset = 0.0
        self._last = 0

    def now(self) -> int:
        """Return the time."""
        return int((time.time() + self._faults.clock_offset) * 1000)

    def stamp(self) -> int:
        """Return the time of a change: no two share one, and later ones are greater unless the clock was set."""
        if self._offset != self._faults.clock_offset:
            self._offset, self._last = self._faults.clock_offset, 0
        self._last = max(self._last + 1, self.now())
        return self._last
