"""Bare entities that write what entities of the integration have written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .bare import BareSensor, Plan, add_bare
from .house import Household, Written

SHOWN_BY_SENSORS: Final = frozenset(
    ("unit_of_measurement", "state_class", "device_class", "friendly_name", "icon")
)


@dataclass(frozen=True, slots=True)
class Twin:
    """A bare entity, and what it is to show: values and attributes, one after the other."""

    entity: BareSensor
    shown: tuple[tuple[str | datetime, dict[str, Any]], ...]

    def put(self, number: int) -> None:
        """Write what is to be shown the so manieth time."""
        self.entity.put(*self.shown[number % len(self.shown)])


def _native(written: Written) -> str | datetime:
    if written.attributes.get("device_class") == "timestamp":
        return datetime.fromisoformat(written.state)
    return written.state


async def twins_of(house: Household, writes: dict[str, list[Written]]) -> list[Twin]:
    """Add a bare entity for each entity that wrote, to write the same."""
    plans = [
        Plan(
            "Twin",
            entity_id,
            unit=written[0].attributes.get("unit_of_measurement"),
            state_class=written[0].attributes.get("state_class"),
            device_class=written[0].attributes.get("device_class"),
        )
        for entity_id, written in writes.items()
    ]
    _, entities = await add_bare(house.hass, plans)
    return [
        Twin(
            entity,
            tuple(
                (
                    _native(one),
                    {
                        name: value
                        for name, value in one.attributes.items()
                        if name not in SHOWN_BY_SENSORS
                    },
                )
                for one in written
            ),
        )
        for entity, written in zip(entities, writes.values(), strict=True)
    ]
