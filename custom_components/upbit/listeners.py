"""Listeners by what they wait for, so that a frame costs by its rows and not by the currencies held."""

from collections.abc import Callable, Iterable
from enum import Enum, auto
import logging
from typing import Any, NamedTuple, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

_LOGGER = logging.getLogger(__name__)


class Topic(Enum):
    """What a listener can wait for besides a currency, which is named by its code."""

    CONNECTION = auto()
    """Whether the stream's subscription stands."""

    LAST_CHANGE = auto()
    """When something changed last."""

    LAST_CONFIRMED = auto()
    """When everything was confirmed last."""

    KEY_EXPIRY = auto()
    """When the key expires."""

    NEW_CURRENCY = auto()
    """A currency is held that was not before."""

    HELD = auto()
    """How many currencies are held."""

    # The sums of the account's worth.
    TOTAL_VALUE = auto()
    COINS_VALUE = auto()
    TOTAL_COST = auto()
    PROFIT = auto()
    PROFIT_RATE = auto()
    LOCKED_RATIO = auto()

    GAINS = auto()
    """What was gained since a moment."""

    MARKETS = auto()
    """The list of markets, and what the exchange warns of."""

    ORDERS = auto()
    """How many orders wait, or whether that can be seen."""


class WorthOf(NamedTuple):
    """A listener waits for what a currency is worth."""

    currency: str


class KeyedCoordinator(DataUpdateCoordinator[None]):
    """A coordinator that calls the listeners of what changed, and all of them only for availability.

    Its base contributes a slow poll and no data: `async_set_updated_data` would re-arm the poll with
    every push, and call every listener for every change.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what the base takes."""
        super().__init__(*args, always_update=False, **kwargs)
        self._keyed: dict[object, dict[int, CALLBACK_TYPE]] = {}

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: object = None
    ) -> Callable[[], None]:
        """Listen for changes of availability and of `context`: a currency code, a topic, a worth."""
        remove = super().async_add_listener(update_callback, context)
        listeners = self._keyed.setdefault(context, {})
        listeners[id(remove)] = update_callback

        @callback
        def remove_both() -> None:
            del listeners[id(remove)]
            remove()

        return remove_both

    @callback
    def notify(self, contexts: Iterable[object]) -> None:
        """Call the listeners of what changed."""
        for context in contexts:
            for listener in tuple(self._keyed.get(context, {}).values()):
                try:
                    listener()
                except Exception:
                    # One entity that fails must not hide a change from the others.
                    _LOGGER.exception("A listener of %s failed", context)
