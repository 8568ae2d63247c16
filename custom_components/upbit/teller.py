"""The teller: from what is shown to what is told. Looks at the gaps between the two and at the fills of orders."""

from asyncio import TimerHandle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
import logging
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .coordinator import UpbitCoordinator
from .exchange.messages import MyOrder
from .exchange.rest import OpenOrder
from .listeners import Topic
from .orders import fill_of, listed_order, order_of
from .portfolio.activity import TRADES, Activity, Fill, How, Leg, together
from .portfolio.amounts import ZERO, subtract, tells
from .portfolio.appraisal import appraised
from .portfolio.explanation import Explained, Move, exactly, explain
from .portfolio.guesses import Guess
from .portfolio.holdings import Holding, Outcome
from .portfolio.ledger import changes
from .portfolio.orders import Orders, lock_of
from .portfolio.quotes import BRIDGES
from .portfolio.reconciliation import APART
from .prices import UpbitPrices
from .publisher import Publisher

_LOGGER = logging.getLogger(__name__)

QUIET: Final = 2.0
"""Seconds without a frame or an order event after which everything pending settles together."""

LONGEST: Final = 10.0
"""Seconds after the first of them at which nothing waits any longer."""

LONGEST_DOUBT: Final = 20.0
"""The same while one of the currencies that moved is doubtful."""

LAG: Final = 15.0
"""Seconds after which a snapshot confirms that a fill moved nothing: replicas lag by up to 10."""


class Teller:
    """Tells each cause once. An observer of the account."""

    def __init__(
        self,
        coordinator: UpbitCoordinator,
        prices: UpbitPrices,
        publisher: Publisher,
        *,
        caught_up: bool,
        told: Callable[[tuple[Activity, ...]], None],
    ) -> None:
        """Begin; `caught_up` tells that nothing can have changed while nobody looked.

        `told` is called with activities as soon as they are decided.
        """
        self.orders = Orders()
        self.sees_orders = False
        self.caught_up = caught_up
        self._is_new = caught_up
        self._coordinator = coordinator
        self._prices = prices
        self._publisher = publisher
        self._told = told
        self._listening = False
        self._confirmed = False
        self._moves: list[Move] = []
        self._fills: list[Fill] = []
        self._first: float | None = None
        self._last = 0.0
        self._ahead: dict[str, tuple[float, int]] = {}
        self._guesses: list[Guess] = []
        self._gaps: dict[str, Leg] = {}
        self._unsure = {*self._shown, *publisher.ledger.told}
        self._timer: TimerHandle | None = None

    @property
    def _now(self) -> float:
        return self._coordinator.hass.loop.time()

    @property
    def _shown(self) -> Mapping[str, Holding]:
        return self._coordinator.holdings.of

    @property
    def gaps(self) -> Mapping[str, Leg]:
        """What is shown less what was told, where that is anything; only what moved is compared."""
        ledger = self._publisher.ledger
        while self._unsure:
            currency = self._unsure.pop()
            if gap := ledger.gap(currency, self._shown.get(currency, Holding())):
                self._gaps[currency] = gap
            else:
                self._gaps.pop(currency, None)
        return self._gaps

    @property
    def _quotes(self) -> tuple[str, ...]:
        """What others are paid with: the cash, then USDT, then BTC."""
        return (self._coordinator.cash, *reversed(BRIDGES))

    def _appraised(self, activity: Activity) -> Activity:
        holding = self._shown.get(activity.currency, Holding())
        return appraised(activity, holding, self._prices.quotes)

    # What happens to the account

    def holdings_changed(self, outcome: Outcome, time: int | None) -> None:
        """Look at what moved."""
        self._unsure |= outcome.changed
        if not outcome.amended:
            return
        if time is not None:
            self._moves.append(Move(changes(outcome), time))
        elif self.caught_up:
            self._moves.append(Move(changes(outcome), _ms(), How.SNAPSHOT))
        self._stirred()

    def snapshot_met(self, requested: float) -> None:
        """Catch up with what changed while nobody looked, and see what a snapshot confirms."""
        if not self._coordinator.holdings.doubtful:
            self._confirmed = True
            self._catch_up()
        for currency, (since, _) in tuple(self._ahead.items()):
            if requested >= since + LAG:
                del self._ahead[currency]
        if self.caught_up and self.gaps:
            if self._first is None:
                self._stirred()
            else:
                self._plan()

    def order_told(self, message: MyOrder) -> None:
        """Take a fill, and the state of its order."""
        order = order_of(message)
        self.orders = self.orders.heard(order, self._now)
        self._coordinator.notify((Topic.ORDERS,))
        fill = fill_of(message)
        if fill and fill.trade not in self._publisher.ledger.trades:
            if all(fill.trade != one.trade for one in self._fills):
                self._take(fill)
        self._stirred()

    def see_orders(self, orders: Iterable[OpenOrder]) -> None:
        """Take the list of the orders that wait: from now on the key is known to see them."""
        listed = [listed_order(order, _ms()) for order in orders]
        told = {*self.orders.told, *self._publisher.ledger.orders}
        if self._is_new and not self.sees_orders:
            # The orders of an account that is new were always there.
            told |= {order.id for order in listed}
        self.sees_orders = True
        self.orders = self.orders.listed(listed, told, self._now)
        self._coordinator.notify((Topic.ORDERS,))
        self._stirred()

    def start_listening(self) -> None:
        """Tell from now on: automations listen."""
        self._listening = True
        self._publisher.replay()
        self._catch_up()

    @callback
    def stop(self) -> None:
        """Settle what is pending, and end."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self.caught_up and self._listening:
            self._settle(forced=True)
            if self._timer:
                self._timer.cancel()
                self._timer = None

    # Fills

    def _take(self, fill: Fill) -> None:
        """Keep a fill until its change of balance is there, unless that was told already."""
        gap = self.gaps.get(fill.base, Leg())
        explained = (
            not tells(max(subtract(fill.volume, gap.total.copy_abs()), ZERO))
            and (gap.total > ZERO) == fill.buys
        )
        if not explained:
            for guess in self._guesses:
                if guess.covers(fill, self._now):
                    self._publisher.amend(self._appraised(guess.completed(fill)))
                    self._remember((fill,))
                    return
        self._fills.append(fill)

    def _remember(self, fills: Iterable[Fill]) -> None:
        self._publisher.note(
            self._publisher.ledger.with_trades(fill.trade for fill in fills)
        )

    # Settling

    @callback
    def _stirred(self) -> None:
        """Something happened: tell at once what is certain, and settle the rest soon."""
        self._last = self._now
        if self._first is None:
            self._first = self._last
        if self.caught_up and self._listening and self._fills:
            gaps = self.gaps
            if explained := exactly(gaps, self._fills):
                touched = {code for fill in self._fills for code in fill.legs}
                self._moves = [
                    move for move in self._moves if touched.isdisjoint(move.legs)
                ]
                self._tell(explained, ())
        self._plan()

    @callback
    def _plan(self) -> None:
        """Arm the timer for the next moment at which something is to be told."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if not (self.caught_up and self._listening):
            return
        moments = []
        if self._first is not None:
            patience = LONGEST_DOUBT if self._doubtful() else LONGEST
            pause = QUIET if not self._doubtful() else LONGEST_DOUBT
            moments.append(min(self._last + pause, self._first + patience))
        if (due := self.orders.due()) is not None:
            moments.append(due)
        if moments:
            self._timer = self._coordinator.hass.loop.call_at(
                max(min(moments), self._now), self._settle
            )

    def _doubtful(self) -> frozenset[str]:
        """Return the doubtful currencies that have moved."""
        gaps = self.gaps
        return frozenset(
            currency
            for currency in self._coordinator.holdings.doubtful
            if currency in gaps
        )

    @callback
    def _settle(self, *, forced: bool = False) -> None:
        """Tell everything that is pending."""
        self._timer = None
        now = self._now
        if self._first is not None or forced:
            gaps = self.gaps
            held = self._held(gaps)
            explained = explain(
                gaps,
                self._fills,
                self._moves,
                quotes=self._quotes,
                worth_of=self._prices.quotes.worth,
                time=self._moves[-1].time if self._moves else _ms(),
                held=held,
                how=self._how(),
            )
            self._first = None
            self._moves.clear()
        else:
            explained, held = Explained(), frozenset(self._ahead)
        self.orders, of_orders = self.orders.settle(now, _ms())
        self._tell(explained, of_orders)
        self._tell_locks(held | explained.ahead)
        self._coordinator.notify((Topic.ORDERS,))
        self._plan()

    def _how(self) -> How:
        if self._moves and any(move.how is How.PATTERN for move in self._moves):
            return How.PATTERN
        return How.SNAPSHOT

    def _held(self, gaps: Mapping[str, Leg]) -> frozenset[str]:
        """Return the currencies of which nothing but fills is told now."""
        evidence = self._coordinator.holdings.evidence
        for currency, (since, stamp) in tuple(self._ahead.items()):
            known = evidence.get(currency)
            if currency not in gaps or not tells(gaps[currency].total):
                del self._ahead[currency]
            elif known and known.heard and known.stamp:
                # A row from after the fill: what it shows is so.
                if known.heard > since and known.stamp[0] >= stamp:
                    del self._ahead[currency]
        return self._coordinator.holdings.doubtful | self._ahead.keys()

    @callback
    def _tell(self, explained: Explained, of_orders: tuple[Activity, ...]) -> None:
        """Decide, and hand on for saving and publishing."""
        fills, self._fills = self._fills, []
        ledger = self._publisher.ledger.with_trades(fill.trade for fill in fills)
        activities = tuple(
            self._appraised(one) for one in (*explained.activities, *of_orders)
        )
        ledger, numbered = ledger.tell(activities, self._prices.quotes)
        for one in numbered:
            self._unsure |= one.legs.keys()
        ledger = replace(ledger, orders=self.orders.told)
        now = self._now
        for currency in explained.ahead:
            stamp = max(fill.time for fill in fills)
            self._ahead[currency] = now, stamp
        if explained.ahead:
            self._coordinator.want_snapshots(APART, LAG + APART)
        self._guesses = [guess for guess in self._guesses if now <= guess.until]
        self._guesses += [
            Guess(one, now)
            for one in numbered
            if one.kind in TRADES and one.how is not How.ORDER
        ]
        if ledger != self._publisher.ledger:
            self._publisher.commit(ledger, numbered)
        if numbered:
            self._told(numbered)

    @callback
    def _tell_locks(self, held: Iterable[str]) -> None:
        """Tell what is locked or free again for no reason that is known."""
        waiting = frozenset(held)
        locks = [
            lock_of(currency, gap, sees_orders=self.sees_orders, time=_ms())
            for currency, gap in self.gaps.items()
            if currency not in waiting
            and not tells(gap.total)
            and tells(gap.locked)
            and not (self.sees_orders and self.orders.explains(currency, self._now))
        ]
        if locks:
            self._tell(Explained(tuple(locks)), ())
        settled = self._publisher.ledger.with_locks(self._shown, waiting)
        if settled is not self._publisher.ledger:
            self._publisher.note(settled)
            self._unsure |= self._gaps.keys()

    # While nobody looked

    @callback
    def _catch_up(self) -> None:
        """Tell once what changed while nobody looked, as soon as it is confirmed and somebody listens."""
        if not self._listening:
            return
        if not self.caught_up:
            if not self._confirmed:
                return
            self.caught_up = True
            self._tell(self._while_away(), ())
            if not self._moves:
                self._tell_away_locks()
        self._plan()

    def _while_away(self) -> Explained:
        """Explain the gaps without what has moved since, which has reasons of its own."""
        gaps = self.gaps
        since = together(*(move.legs for move in self._moves))
        away = {
            currency: gap.less(since.get(currency, Leg()))
            for currency, gap in gaps.items()
        }
        return explain(
            {currency: gap for currency, gap in away.items() if gap},
            (),
            (),
            quotes=self._quotes,
            worth_of=self._prices.quotes.worth,
            time=_ms(),
            how=How.SNAPSHOT,
            while_away=True,
        )

    def _tell_away_locks(self) -> None:
        if self.sees_orders:
            self._publisher.note(
                self._publisher.ledger.with_locks(self._shown, self._ahead)
            )
            self._unsure |= self._gaps.keys()
            return
        locks = tuple(
            lock_of(currency, gap, sees_orders=False, time=_ms(), while_away=True)
            for currency, gap in self.gaps.items()
            if not tells(gap.total) and tells(gap.locked)
        )
        if locks:
            self._tell(Explained(locks), ())


def _ms() -> int:
    return int(dt_util.utcnow().timestamp() * 1000)
