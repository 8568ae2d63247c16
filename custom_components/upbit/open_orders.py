"""The orders that wait, as far as they are heard of: by the stream, and by the list that follows each connect."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
import logging
from types import MappingProxyType
from typing import Final

from homeassistant.core import callback

from .coordinator import UpbitCoordinator
from .exchange.errors import KeyRefused, MissingScope, UpbitError
from .exchange.messages import MyOrder
from .exchange.rest import OpenOrder
from .listeners import Topic
from .moments import ms
from .orders import listed_order, order_of, told_by_locks
from .portfolio.activity import Activity, How, Leg
from .portfolio.amounts import tells
from .portfolio.evidence import REPLICA_BEHIND
from .portfolio.locks import unexplained
from .portfolio.orders import Order, Orders
from .portfolio.reconciliation import APART, REPEAT
from .publisher import Publisher

SEE_ORDERS_AGAIN: Final = 5.0
"""Seconds after which a list of orders that did not come is asked for again, doubled each time."""

_LOGGER = logging.getLogger(__name__)


class OpenOrders:
    """Hears of the orders of an account, and knows which locks they explain."""

    def __init__(
        self,
        coordinator: UpbitCoordinator,
        publisher: Publisher,
        *,
        is_new: bool,
        gaps: Callable[[], Mapping[str, Leg]],
        listed: Callable[[], None],
    ) -> None:
        """Begin with none; the orders of an account that is new were always there.

        `gaps` returns what is shown less what was told; `listed` is called once a list has come.
        """
        self.seen = False
        """Whether the exchange is known to tell of orders."""

        self._coordinator = coordinator
        self._publisher = publisher
        self._is_new = is_new
        self._gaps = gaps
        self._listed = listed
        self._orders = Orders()
        self._asking: asyncio.Task[None] | None = None
        self._confirmed = float("-inf")
        self._guessed: set[str] = set()
        """The currencies of which a guess was told while orders came and went unheard."""

    @property
    def _now(self) -> float:
        return self._coordinator.hass.loop.time()

    @property
    def open(self) -> int:
        """How many orders wait (미체결)."""
        return self._orders.open

    @property
    def current(self) -> bool:
        """Whether what is locked can be judged.

        Where orders are seen, that is once the list of this connection has come.
        """
        asking = self._asking is not None and not self._asking.done()
        return not self.seen or (self._coordinator.connected and not asking)

    @property
    def told(self) -> Mapping[str, Order | None]:
        """Those told as placed that may wait still: until the list comes, those of the last run too."""
        if self.seen:
            return self._orders.told
        return MappingProxyType({**self._publisher.ledger.orders, **self._orders.told})

    @property
    def missing(self) -> frozenset[str]:
        """The currencies that orders pay with of which nobody knows yet how they ended."""
        missing = self._orders.missing.values()
        return frozenset(waiting.order.pays for waiting in missing)

    # What is heard

    @callback
    def heard(self, message: MyOrder) -> None:
        """Take the state of an order."""
        self._orders = self._orders.heard(order_of(message), self._now)
        self._coordinator.notify((Topic.ORDERS,))

    @callback
    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Ask for the orders that wait, if the key may see them; without it, none is seen any more."""
        if self._asking:
            self._asking.cancel()
            self._asking = None
        if "myOrder" in types:
            self._asking = self._coordinator.config_entry.async_create_background_task(
                self._coordinator.hass, self._async_ask(self._now), "Upbit orders"
            )
        else:
            self._lose()

    async def _async_ask(self, since: float) -> None:
        """Ask until an answer comes: without one, no order is told of before the next reconnect.

        Only a missing permission is final for this key; any other refusal may be one answer gone wrong.
        """
        delay = SEE_ORDERS_AGAIN
        while True:
            try:
                orders = await self._coordinator.rest.open_orders()
            except MissingScope as error:
                _LOGGER.debug("No list of orders: %s", error)
                self._lose()
                return
            except UpbitError as error:
                _LOGGER.debug("No list of orders yet: %s", error)
                if isinstance(error, KeyRefused):
                    delay = REPEAT
            else:
                self._see(orders, since)
                return
            await asyncio.sleep(delay)
            delay = min(2 * delay, REPEAT)

    @callback
    def _see(self, orders: Iterable[OpenOrder], since: float) -> None:
        """Take the list of the orders that wait: from now on the key is known to see them.

        `since` is when the stream stood that tells of them: what it told is newer than the list.
        """
        listed = [listed_order(order, ms()) for order in orders]
        told = dict(self.told)
        if not self.seen:
            by_locks = (
                {order.id for order in listed}
                if self._is_new
                else told_by_locks(listed, self._gaps(), self._coordinator.holdings.of)
            )
            told |= dict.fromkeys(by_locks)
        self.seen = True
        self._orders = self._orders.listed(listed, told, self._now, since)
        if self._orders.missing:
            self._coordinator.want_snapshots(REPLICA_BEHIND + APART)
        self._coordinator.notify((Topic.ORDERS,))
        self._listed()

    @callback
    def _lose(self) -> None:
        """Know nothing of orders from now on: the exchange tells of none."""
        if self.seen:
            self.seen = False
            self._orders = Orders()
            self._coordinator.notify((Topic.ORDERS,))

    def snapshot_met(self, requested: float) -> None:
        """Know the amounts as they were when a snapshot was asked for."""
        self._confirmed = requested

    def guessed(self, activities: Iterable[Activity]) -> None:
        """Know what was told without an order: it took along what was locked or freed meanwhile."""
        self._guessed.update(
            currency
            for one in activities
            if one.how is not How.ORDER
            for currency, leg in one.legs.items()
            if tells(leg.total)
        )

    # What is told

    def due(self) -> float | None:
        """Return when there is something to tell of an order next."""
        return self._orders.due()

    @callback
    def settle(self) -> tuple[Activity, ...]:
        """Return what there is to tell of orders."""
        self._orders, activities = self._orders.settle(self._now, ms())
        self._coordinator.notify((Topic.ORDERS,))
        return activities

    @callback
    def cancelled_unheard(
        self, held: Collection[str], *, while_away: bool
    ) -> tuple[Activity, ...]:
        """Return which orders were cancelled unheard; the amounts of `held` are not known."""
        self._orders, activities = self._orders.cancelled_unheard(
            self._gaps(),
            ms(),
            confirmed=self._confirmed,
            held=self._coordinator.holdings.doubtful.union(held),
            guessed=self._guessed,
            while_away=while_away,
        )
        if self.seen and not self._orders.missing:
            self._guessed.clear()
        return activities

    def locks(self, held: Collection[str], *, while_away: bool) -> tuple[Activity, ...]:
        """Return what is locked or free again for no reason that is known, but of `held`."""
        return unexplained(
            self._gaps(),
            self._orders,
            self._now,
            ms(),
            sees_orders=self.seen,
            held=held,
            while_away=while_away,
        )
