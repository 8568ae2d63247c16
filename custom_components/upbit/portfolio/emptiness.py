"""An account that lists nothing: whether it holds nothing any more, or the answers have lost their rows.

Times are seconds of one monotonic clock.
"""

from collections.abc import Collection
from typing import Final

from .holdings import UNKNOWN, Holdings

EMPTY_FOR: Final = 3600.0
"""Seconds in which every answer must be empty, while the stream stands and tells of nothing held.

Three answers take one row away. All rows at once are more often a fault of the exchange, which must
not look as if everything had been withdrawn.
"""


class Emptiness:
    """Watches for how long snapshots have been empty although something is held."""

    def __init__(self) -> None:
        """Begin without one."""
        self._since: float | None = None

    def doubts(
        self,
        snapshot: Collection[object],
        holdings: Holdings,
        *,
        requested: float,
        stood_since: float | None,
    ) -> bool:
        """Tell whether a snapshot says nothing, since it may have lost its rows.

        `requested` is when it was asked for; `stood_since` when the stream's subscription was last
        proved, `None` while it is down.
        """
        held = [currency for currency, one in holdings.of.items() if one.total]
        if snapshot or not held:
            self._since = None
            return False
        if stood_since is None:
            self._since = None
            return True
        heard = (holdings.evidence.get(currency, UNKNOWN).heard for currency in held)
        self._since = max(
            requested if self._since is None else self._since,
            stood_since,
            *(moment for moment in heard if moment is not None),
        )
        return requested - self._since < EMPTY_FOR
