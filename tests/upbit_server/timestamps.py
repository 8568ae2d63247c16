"""The exchange's clock: when a change happened, and when a frame was made."""

import time

from .faults import Faults


class Timestamps:
    """Times in ms of the epoch, as far off as the faults say."""

    def __init__(self, faults: Faults) -> None:
        """Take the faults, which may set the clock."""
        self._faults = faults

    def now(self) -> int:
        """Return the time; several changes of a millisecond share it."""
        return int((time.time() + self._faults.clock_offset) * 1000)
