"""What a myAsset frame costs, from its bytes to the states it changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
import json
from time import time
from typing import Final

from .house import Household, Writes, Written, code_of, frame_of
from .measuring import Cost, in_turns
from .playing import play
from .twins import twins_of

PAIRS: Final = 20
"""Frames come in pairs, there and back, so that what is held agrees with the exchange afterwards."""

MOVED: Final = Decimal("1.00000001")

# In ms of the epoch, a second apart each: what would come late is dropped. From yesterday, since a moment
# to come counts as now, and the sensor of the last change would be written once a second only.
STAMPS: Final = count(int((time() - 86_400) * 1000), 1000)


@dataclass(frozen=True)
class Frames:
    """A household whose frames are measured."""

    house: Household

    def pairs(self, *, complete: bool = False, number: int = PAIRS) -> list[bytes]:
        """Return frames that move one coin there and back."""
        held = self.house.account.coordinator.holdings.of
        moved = code_of(1)
        frames = []
        for _ in range(number):
            for change in (MOVED, Decimal(0)):
                rows = [
                    (
                        code,
                        held[code].balance + (change if code == moved else 0),
                        held[code].locked,
                    )
                    for code in (held if complete else (moved,))
                ]
                frames.append(frame_of(rows, next(STAMPS)))
        return frames

    async def take(self, frames: Sequence[bytes]) -> None:
        """Take frames in."""
        await play(frames, self.house.account.coordinator)
        await asyncio.sleep(0)

    async def written(self) -> dict[str, list[Written]]:
        """Return what each frame of a pair writes."""
        await self.take(self.pairs())
        writes = Writes(self.house.hass)
        await self.take(self.pairs()[:2])
        writes.end()
        return {
            entity_id: states
            for entity_id, states in writes.of.items()
            if len(states) == 2
        }


def decode(frame: bytes) -> object:
    """Return what the standard library makes of a frame, without losing a digit."""
    return json.loads(frame, parse_float=Decimal, parse_int=Decimal)


async def a_frame(house: Household, turns: int, *, complete: bool = False) -> Cost:
    """Measure a frame in which one row changed against its decoding and the writes of what changed."""
    frames = Frames(house)
    twins = await twins_of(house, await frames.written())
    batches = iter([frames.pairs(complete=complete) for _ in range(2 * turns + 2)])

    async def floor() -> None:
        for number, frame in enumerate(next(batches)):
            decode(frame)
            for twin in twins:
                twin.put(number)
        await asyncio.sleep(0)

    async def ours() -> None:
        await frames.take(next(batches))

    return await in_turns(floor, ours, units=2 * PAIRS, turns=turns)


async def more_held(few: Household, many: Household, turns: int) -> Cost:
    """Measure a frame of one row where many currencies are held against one where few are."""
    fewer, more = Frames(few), Frames(many)
    of_few = iter([fewer.pairs() for _ in range(turns + 1)])
    of_many = iter([more.pairs() for _ in range(turns + 1)])

    async def floor() -> None:
        await fewer.take(next(of_few))

    async def ours() -> None:
        await more.take(next(of_many))

    return await in_turns(floor, ours, units=2 * PAIRS, turns=turns)
