"""What an automation hears of activities, over restarts and crashes."""

from dataclasses import dataclass
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from tests.activities import ACTIVITY


@dataclass
class Hearing:
    """Each activity that the event entity told, in order."""

    hass: HomeAssistant
    deaf: bool = False
    """Whether what is told now counts as never heard, since the process is dead."""

    def __post_init__(self) -> None:
        """Listen from now on."""
        self.events: list[dict[str, Any]] = []
        self._began = dt_util.utcnow().isoformat(timespec="milliseconds")
        self._seen: set[tuple[str, int]] = set()
        self.stop = self.hass.bus.async_listen("state_changed", self._changed)

    def forget(self) -> None:
        """Let go of what was heard."""
        self.events.clear()
        self._seen.clear()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] != ACTIVITY or state is None:
            return
        if not state.attributes.get("event_type"):
            return
        told = (state.state, state.attributes["id"])
        # After a set-up the entity shows again what it told last, be it for an entry before this one.
        if told not in self._seen and state.state >= self._began:
            self._seen.add(told)
            if not self.deaf:
                self.events.append(dict(state.attributes))
