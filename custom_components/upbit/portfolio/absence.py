"""What changed while nobody looked: when it is sure, and apart from the fills since.

Times are seconds of one monotonic clock.
"""

from typing import Final

from .evidence import REPLICA_BEHIND
from .holdings import UNKNOWN, Holdings
from .patience import LONGEST_DOUBT
from .reconciliation import APART

ROWS_AWAITED: Final = REPLICA_BEHIND + LONGEST_DOUBT
"""Seconds after a start in which the rows of fills are waited for, before it is told what was before it."""


class Absence:
    """Knows by which snapshot what changed until now is sure."""

    def __init__(self, now: float) -> None:
        """Begin to look."""
        self._began = now
        self._awaited_until = now + ROWS_AWAITED
        self._filled = float("-inf")
        self._confirmed: float | None = None

    def listened_to(self, now: float) -> None:
        """Wait for rows of fills from now on: somebody listens."""
        self._awaited_until = now + ROWS_AWAITED

    def filled(self, now: float) -> None:
        """Take note that a fill was heard of."""
        self._filled = now

    def met(self, holdings: Holdings, requested: float) -> bool:
        """Say whether what changed is sure, once the snapshot of a request has met the holdings.

        A snapshot that agrees with the first one may come from a replica as far behind. And rows that go on
        coming can leave a currency in doubt for ever: they have happened since, and change nothing of what
        happened before, so that after a while only the doubt of what no row has told is waited for.
        """
        waited = requested - self._began - REPLICA_BEHIND
        sure = waited >= 0 and all(
            waited >= LONGEST_DOUBT
            and holdings.evidence.get(currency, UNKNOWN).heard is not None
            for currency in holdings.doubtful
        )
        if sure:
            self._confirmed = requested
        return sure

    @property
    def is_sure(self) -> bool:
        """Whether a snapshot has made it sure."""
        return self._confirmed is not None

    @property
    def shows_fills(self) -> bool:
        """Whether the last such snapshot was asked for late enough to show every fill."""
        return (
            self._confirmed is not None
            and self._filled < self._confirmed - REPLICA_BEHIND
        )

    @property
    def awaits_rows(self) -> bool:
        """Whether rows of fills that have not come are worth a wait: not for ever, if fills go on coming."""
        return not self.shows_fills and (
            self._confirmed is None or self._confirmed < self._awaited_until
        )

    @property
    def shows_fills_from(self) -> float:
        """When a snapshot asked for is sure to show the last fill."""
        return self._filled + REPLICA_BEHIND + APART
