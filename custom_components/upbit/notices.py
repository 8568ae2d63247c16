"""The exchange's own word: its notices, each told once."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import callback

from .coordinator import UpbitCoordinator
from .exchange.messages import Announcement
from .portfolio.mentions import mentioned
from .prices import UpbitPrices

CATEGORIES: Final = (
    "notice",
    "trade",
    "wallet",
    "maintenance",
    "digital_asset",
    "nft",
    "service",
    "event",
    "note",
    "trading",
    "airdrop",
    "feature",
    "disclosure",
)
"""Source: https://docs.upbit.com/kr/reference/websocket-announcement."""

REMEMBERED: Final = 100
"""Notices that are known again."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice, and the held currencies that its title names."""

    announcement: Announcement
    currencies: tuple[str, ...]


class Notices:
    """Hands on the notices of the exchange."""

    def __init__(self, coordinator: UpbitCoordinator, prices: UpbitPrices) -> None:
        """Begin without one."""
        self._coordinator = coordinator
        self._prices = prices
        self._known: deque[tuple[str, str, str]] = deque(maxlen=REMEMBERED)
        self._listeners: list[Callable[[Notice], None]] = []

    @callback
    def async_add_listener(
        self, listener: Callable[[Notice], None]
    ) -> Callable[[], None]:
        """Call a listener with each notice."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def take(self, announcement: Announcement) -> None:
        """Hand on a notice that is new, or that the exchange has rewritten."""
        known = announcement.uuid, announcement.event_type, announcement.listed_at
        if known in self._known:
            return
        self._known.append(known)
        held = (
            code
            for code, holding in self._coordinator.holdings.of.items()
            if holding.total and code != self._coordinator.cash
        )
        names = {
            code.partition("-")[2]: row.korean_name
            for code, row in self._prices.markets.items()
            if row.korean_name
        }
        notice = Notice(announcement, mentioned(announcement.title, held, names))
        for listener in tuple(self._listeners):
            listener(notice)
