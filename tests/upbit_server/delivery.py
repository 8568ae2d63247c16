"""How the frames of the account travel: dropped, doubled, delayed, swapped, merged or mangled as the faults have it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from .faults import Faults
from .mangling import MANGLED
from .streams import Session
from .wire import Value

HELD: Final = 5.0
"""Seconds that a frame waits for one that overtakes it."""

type Frame = dict[str, Value]


class Delivery:
    """Brings frames to the connections that want them."""

    def __init__(self, sessions: Sequence[Session], faults: Faults) -> None:
        """Take the list of connections that are open, which its owner keeps."""
        self._sessions = sessions
        self._faults = faults
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self._gathered: Frame | None = None
        self._overtaken: Frame | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def send(self, frame: Frame) -> None:
        """Send a frame to everybody who wants its type."""
        if self._faults.merge_frames and frame["type"] == "myAsset":
            self._gather(frame)
        else:
            self._depart(frame)

    def stop(self) -> None:
        """Forget what waits."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _gather(self, frame: Frame) -> None:
        """Add a frame's rows to those that wait; the newest of each currency counts."""
        if self._gathered is None:
            self._later("gathered", self._faults.merge_frames)
        rows = {}
        for one in (self._gathered, frame):
            if one and isinstance(assets := one["assets"], list):
                rows.update({row["currency"]: row for row in assets})
        self._gathered = {**frame, "assets": list(rows.values())}

    def _depart(self, frame: Frame) -> None:
        faults = self._faults
        self._count += 1
        if faults.drop_frames or frame["type"] in faults.drop_types:
            return
        if faults.drop_every and self._count % faults.drop_every == 0:
            return
        if overtaken := self._overtaken:
            self._overtaken = None
            self._timers.pop("overtaken").cancel()
            self._deliver(frame)
            self._deliver(overtaken)
        elif faults.swap_frames:
            self._overtaken = frame
            self._later("overtaken", HELD)
        else:
            self._deliver(frame)

    def _deliver(self, frame: Frame) -> None:
        faults = self._faults
        kind = str(frame["type"])
        delay = faults.delay_types.get(kind, 0) or faults.next_delay()
        mangle = MANGLED[faults.mangle] if faults.mangle and kind == "myAsset" else None
        for session in self._sessions:
            if session.wants(frame):
                for _ in range(2 if faults.duplicate_frames else 1):
                    session.send(frame, delay, mangle)

    def _later(self, what: str, seconds: float) -> None:
        def due() -> None:
            del self._timers[what]
            if what == "gathered":
                frame, self._gathered = self._gathered, None
            else:
                frame, self._overtaken = self._overtaken, None
            if frame:
                (self._depart if what == "gathered" else self._deliver)(frame)

        self._timers[what] = self._loop.call_later(seconds, due)
