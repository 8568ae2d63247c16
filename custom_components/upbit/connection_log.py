"""What became of the private stream's connections: for diagnostics and system health."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.util import dt as dt_util

REMEMBERED: Final = 20


@dataclass
class ConnectionLog:
    """Counts connections and remembers how the last ones ended."""

    stands_since: datetime | None = None
    connects: int = 0
    losses: deque[tuple[datetime, str]] = field(
        default_factory=lambda: deque(maxlen=REMEMBERED)
    )
    """When a connection was lost or could not be made, and the kind of the error."""

    frames: Counter[str] = field(default_factory=Counter)
    """Messages that came, by kind."""

    @property
    def reconnects(self) -> int:
        """How often the stream stood again."""
        return max(self.connects - 1, 0)

    def stands(self) -> None:
        """Note that the subscription is proved."""
        self.connects += 1
        self.stands_since = dt_util.utcnow()

    def lost(self, error: Exception) -> None:
        """Note how a connection ended."""
        self.stands_since = None
        self.losses.append((dt_util.utcnow(), type(error).__name__))
