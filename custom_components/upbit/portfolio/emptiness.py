"""An account that lists nothing: whether it holds nothing any more, or the answers have lost their rows.

Times are seconds of one monotonic clock.
"""

from collections.abc import Collection
from typing import Final

from .holdings import UNKNOWN, Holdings
from .reconciliation import REPEAT

EMPTY_FOR: Final = 3600.0
"""Seconds in which every answer must be empty, while the stream stands and tells of nothing held.

Three answers take one row away. All rows at once are more often a fault of the exchange, which must
not look as if everything had been withdrawn.
"""

IN_A_ROW: Final = 2 * REPEAT
"""Seconds between two answers at which others have failed in between."""


class Emptiness:
    """Watches for how long snapshots have been empty."""

    def __init__(self) -> None:
        """Begin without one."""
        self.doubtful = False
        """Whether the last snapshot was empty, and may have lost its rows."""

        self._since = 0.0
        self._last = float("-inf")

    def met(
        self,
        snapshot: Collection[object],
        holdings: Holdings,
        *,
        requested: float,
        stood_since: float | None,
    ) -> None:
        """Take note of a snapshot.

        `requested` is when it was asked for; `stood_since` when the stream's subscription was last
        proved, `None` while it is down.
        """
        if snapshot or stood_since is None:
            self.doubtful = not snapshot
            self._last = float("-inf")
            return
        if requested - self._last > IN_A_ROW:
            self._since = requested
        self._last = requested
        heard = (
            holdings.evidence.get(currency, UNKNOWN).heard
            for currency, one in holdings.of.items()
            if one.total
        )
        told = (moment for moment in heard if moment is not None)
        self._since = max(self._since, stood_since, *told)
        self.doubtful = requested - self._since < EMPTY_FOR
