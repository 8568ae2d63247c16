"""Figures in groups that each have a process of their own, and what each figure is to be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .adding import memory, set_up
from .clients import clients
from .frames import a_frame, more_held
from .growth import growth
from .house import home, household
from .imports import imports
from .market import INTERVAL, a_ticker, new_prices
from .measuring import Cost, Spread
from .recording import a_day

MANY: Final = 300
FEW: Final = 3
RECORDED: Final = 20

MICROSECONDS: Final = "µs"
MILLISECONDS: Final = "ms"
MEGABYTES: Final = "MB"
KILOBYTES: Final = "kB"
RATIO: Final = "×"

SCALES: Final[Mapping[str, float]] = {
    MICROSECONDS: 1e6,
    MILLISECONDS: 1e3,
    MEGABYTES: 1e-6,
    KILOBYTES: 1e-3,
    RATIO: 1,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table: a key that names it, a median with its spread, and where there is one its floor.

    `value`, `low` and `high` are in `unit`; `ours` and `floor` in `of`.
    """

    key: str
    unit: str
    value: float
    low: float
    high: float
    runs: int
    ours: float | None = None
    floor: float | None = None
    of: str | None = None


def _ratio(key: str, cost: Cost, of: str) -> Figure:
    spread, scale = cost.ratio, SCALES[of]
    return Figure(
        key,
        RATIO,
        spread.median,
        spread.low,
        spread.high,
        spread.runs,
        cost.ours.median * scale,
        cost.floor.median * scale,
        of,
    )


def _absolute(key: str, spread: Spread, unit: str) -> Figure:
    scale = SCALES[unit]
    return Figure(
        key,
        unit,
        spread.median * scale,
        spread.low * scale,
        spread.high * scale,
        spread.runs,
    )


async def _paths() -> list[Figure]:
    async with (
        home() as hass,
        household(hass, FEW) as few,
        household(hass, MANY) as many,
        household(hass, MANY, price_interval=INTERVAL) as eager,
    ):
        writing, _ = await new_prices(eager, 11)
        return [
            _ratio("frame", await a_frame(many, 30), MICROSECONDS),
            _ratio("held", await more_held(few, many, 30), MICROSECONDS),
            _ratio("complete", await a_frame(many, 9, complete=True), MICROSECONDS),
            _ratio("ticker", await a_ticker(many, 30), MICROSECONDS),
            _ratio("writing", writing, MILLISECONDS),
        ]


async def _set_up() -> list[Figure]:
    async with home() as hass, household(hass, MANY) as house:
        return [_ratio("set_up", await set_up(house, 7), MILLISECONDS)]


async def _memory() -> list[Figure]:
    return [_ratio("memory", await memory(MANY, 2), KILOBYTES)]


async def _imports() -> list[Figure]:
    seconds, held = imports(5)
    return [
        _absolute("import_time", seconds, MILLISECONDS),
        _absolute("import_memory", held, MEGABYTES),
    ]


async def _recorder() -> list[Figure]:
    stored = await a_day(RECORDED)
    ratio, scale = stored.ours / stored.poll, SCALES[MEGABYTES]
    return [
        Figure(
            "recorder",
            RATIO,
            ratio,
            ratio,
            ratio,
            1,
            stored.ours * scale,
            stored.poll * scale,
            MEGABYTES,
        )
    ]


async def _clients() -> list[Figure]:
    costs = await clients(10)
    return [_ratio(name, cost, MICROSECONDS) for name, cost in costs.items()]


async def _growth() -> list[Figure]:
    return [
        Figure(
            f"load_{load.currencies}_{load.accounts}",
            "%",
            load.percent,
            load.percent,
            load.percent,
            1,
        )
        for load in await growth(5)
    ]


GROUPS: Final[Mapping[str, Callable[[], Awaitable[list[Figure]]]]] = {
    "paths": _paths,
    "set_up": _set_up,
    "memory": _memory,
    "imports": _imports,
    "recorder": _recorder,
    "growth": _growth,
    "clients": _clients,
}
