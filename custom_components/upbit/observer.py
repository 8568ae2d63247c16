"""Who wants to know of an account before any listener is called."""

from typing import Protocol

from .exchange.messages import Announcement, MyOrder
from .portfolio.holdings import Outcome


class Observer(Protocol):
    """Whoever wants to know of each change of an account, before any listener is called."""

    def holdings_changed(self, outcome: Outcome, time: int | None) -> None:
        """Take note of new holdings.

        `time` is the exchange's, in ms of the epoch; `None` if a snapshot brought them.
        """

    def snapshot_met(self, requested: float) -> None:
        """Take note that a snapshot has met what is held; `requested` by the event loop's clock."""

    def order_told(self, order: MyOrder) -> None:
        """Take what the exchange tells of an order."""

    def notice_told(self, notice: Announcement) -> None:
        """Take a notice of the exchange."""

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Take note of what is subscribed."""
