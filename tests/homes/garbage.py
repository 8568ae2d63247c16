"""Home Assistant as its command starts it, that notes how long Python collects its garbage.

With 600 currencies there are half a million objects to look through, most of them Home Assistant's,
and everything waits. What is slow because of that is not slow by itself.

Run it as `python -m tests.homes.garbage --config=…`, with what `python -m homeassistant` takes.
"""

import gc
import json
from pathlib import Path
import sys
import time
from typing import Final, NamedTuple

LOG: Final = "garbage.jsonl"
"""The file in the configuration where pauses are noted."""

NOTED: Final = 0.02
"""Seconds from which on a pause is noted: a shorter one makes nothing slow."""


class Pause(NamedTuple):
    """One collection of garbage: from when to when, in seconds since 1970."""

    began: float
    ended: float


class Pauses(list[Pause]):
    """Every collection of a home that took its time."""

    @classmethod
    def of(cls, config: Path) -> Pauses:
        """Read what a home noted, over all its starts."""
        lines = (config / LOG).read_text().splitlines()
        return cls(Pause(*json.loads(line)) for line in lines)

    @property
    def longest(self) -> float:
        """Return the longest one's seconds."""
        return max((pause.ended - pause.began for pause in self), default=0.0)

    def within(self, began: float, ended: float) -> float:
        """Return the seconds that were spent on garbage between two moments."""
        return sum(
            max(0.0, min(ended, pause.ended) - max(began, pause.began))
            for pause in self
        )


def _note(config: Path) -> None:
    """Note every longer collection from now on; it may begin in any thread, and ends in the same."""
    log = (config / LOG).open("a", buffering=1)
    began = 0.0

    def note(phase: str, _: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.time()
        elif (ended := time.time()) - began > NOTED:
            log.write(json.dumps(Pause(began, ended)) + "\n")

    gc.callbacks.append(note)


if __name__ == "__main__":
    # Not in reach of those who only read what was noted: they run without Home Assistant.
    from homeassistant.__main__ import get_arguments, main

    _note(Path(get_arguments().config))
    sys.exit(main())
