"""What a test hears of activities."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback

from .movements import net

ACTIVITY = "event.upbit_activity"


class Heard:
    """Each activity that the event entity told, in order."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen from now on."""
        self.events: list[dict[str, Any]] = []
        self._last: tuple[str, int] | None = None
        self.stop: Callable[[], None] = hass.bus.async_listen(
            "state_changed", self._changed
        )

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] != ACTIVITY or state is None:
            return
        if not state.attributes.get("event_type"):
            return
        # After a set-up the entity shows again what it told last.
        if (told := (state.state, state.attributes["id"])) != self._last:
            self._last = told
            self.events.append(dict(state.attributes))

    @property
    def kinds(self) -> list[str]:
        """The types of what was heard."""
        return [event["event_type"] for event in self.events]

    def take(self) -> list[dict[str, Any]]:
        """Return what was heard, and begin anew."""
        events, self.events = self.events, []
        return events

    def sums(self) -> dict[str, Decimal]:
        """Return what was told by currency."""
        return net(self.events)


async def answer(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Return what an action of the integration answers."""
    response = await hass.services.async_call(
        "upbit", action, data, blocking=True, return_response=True
    )
    assert isinstance(response, dict)
    return response
