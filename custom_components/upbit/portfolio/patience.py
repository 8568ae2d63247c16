"""How long what happened waits for what belongs to it, in seconds of one monotonic clock."""

from typing import Final, NamedTuple, Self

QUIET: Final = 2.0
"""Seconds without a frame or an order event after which everything pending settles together."""

LONGEST: Final = 10.0
"""Seconds after the first of them at which nothing waits any longer."""

LONGEST_DOUBT: Final = 20.0
"""Both while one of the currencies that moved is doubtful."""


class Patience(NamedTuple):
    """When something pending first happened, and when something happened last."""

    first: float | None = None
    last: float = 0.0

    @property
    def waits(self) -> bool:
        """Whether anything is pending."""
        return self.first is not None

    def stirred(self, now: float) -> Self:
        """Return it after something happened."""
        return type(self)(now if self.first is None else self.first, now)

    def settled(self) -> Self:
        """Return it with nothing pending."""
        return type(self)(None, self.last)

    def due(self, *, doubtful: bool) -> float | None:
        """Return when everything pending settles, `None` if nothing is."""
        if self.first is None:
            return None
        if doubtful:
            return self.first + LONGEST_DOUBT
        return min(self.last + QUIET, self.first + LONGEST)
