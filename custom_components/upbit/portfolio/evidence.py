"""How well a holding is known: its newest stamp, when it was heard of, and what speaks against it."""

from typing import Final, NamedTuple

CONFIRM_AFTER: Final = 3.0
"""Seconds between two requests whose snapshots confirm each other."""

REPLICA_BEHIND: Final = 10.0
"""Seconds by which the replica of a snapshot may be behind: what was learned since may be newer than it."""

type Stamp = tuple[int, int]


class Doubt(NamedTuple):
    """Why a currency is not settled: how many snapshots in a row have differed, and when they were asked for.

    `absent` are the last ones in a row that had no row of it.
    """

    differed: int = 0
    first: float = 0.0
    last: float = 0.0
    absent: int = 0

    def again(self, requested: float, *, absent: bool) -> Doubt:
        """Count one more differing snapshot, if it was asked for late enough after the last one."""
        if self.differed and requested - self.last < CONFIRM_AFTER:
            return self
        return Doubt(
            differed=self.differed + 1,
            first=self.first if self.differed else requested,
            last=requested,
            absent=self.absent + 1 if absent else 0,
        )


class Evidence(NamedTuple):
    """What is known about a holding: its newest stamp, when a row was last heard, and a doubt if there is one.

    `taken` is when the snapshot was asked for whose amount is held; it has no stamp.
    """

    stamp: Stamp | None = None
    heard: float | None = None
    doubt: Doubt | None = None
    taken: float | None = None

    @property
    def since(self) -> float:
        """When the amount that is held was learned."""
        return max(
            float("-inf") if self.heard is None else self.heard,
            float("-inf") if self.taken is None else self.taken,
        )
