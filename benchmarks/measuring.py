"""Two costs measured in turns, so that whatever else the machine does falls on both alike."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import thread_time

type Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Spread:
    """A median of repeated runs, and the quarters below and above which the outer ones lie."""

    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Return the spread of two values or more."""
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high, len(values))


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost and its floor in seconds of one unit of work, and the ratio of the two in each turn."""

    ratio: Spread
    ours: Spread
    floor: Spread


async def in_turns(
    floor: Work, ours: Work, *, units: int, turns: int, before: Work | None = None
) -> Cost:
    """Measure two pieces of work of so many units each, A B A B, in processor time of this thread.

    `before` is done before each turn of ours, and does not count.
    """
    floors, owns = [], []
    for _ in range(turns + 1):
        floors.append(await _seconds(floor) / units)
        if before:
            await before()
        owns.append(await _seconds(ours) / units)
    # The first turn warms up.
    del floors[0], owns[0]
    return Cost(
        Spread.of([ours / floor for ours, floor in zip(owns, floors, strict=True)]),
        Spread.of(owns),
        Spread.of(floors),
    )


async def _seconds(work: Work) -> float:
    began = thread_time()
    await work()
    return thread_time() - began
