"""The teller: from what is shown to what is told. Looks at the gaps between the two and at the fills of orders."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from homeassistant.core import callback

from .alarm import Alarm
from .coordinator import UpbitCoordinator
from .exchange.messages import MyOrder
from .gaps import Ahead, Gaps
from .moments import ms
from .open_orders import OpenOrders
from .orders import fill_of
from .portfolio.absence import Absence
from .portfolio.activity import Activity, Fill, How, Leg
from .portfolio.amounts import covers
from .portfolio.appraisal import Averages, appraised
from .portfolio.evidence import REPLICA_BEHIND
from .portfolio.explanation import Explained
from .portfolio.guesses import Guesses
from .portfolio.holdings import Holding, Outcome
from .portfolio.ledger import changes
from .portfolio.pattern import Move
from .portfolio.pending import Market, Pending
from .portfolio.quotes import BRIDGES
from .portfolio.reconciliation import APART, REPEAT
from .prices import UpbitPrices
from .publisher import Publisher

MOVED_NOTHING: Final = REPLICA_BEHIND + 5.0
"""Seconds after which a snapshot confirms that a fill moved nothing."""


class Teller:
    """Tells each cause once, from what the account hands on."""

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
        self.caught_up = caught_up
        self._coordinator = coordinator
        self._prices = prices
        self._publisher = publisher
        self._told = told
        self._listening = False
        self._absence = Absence(self._now)
        self._pending = Pending()
        self._ahead = Ahead(coordinator)
        self._averages = Averages()
        self._guesses = Guesses()
        self._gaps = Gaps(publisher, lambda: self._shown)
        self.orders = OpenOrders(
            coordinator,
            publisher,
            is_new=caught_up,
            gaps=lambda: self.gaps,
            listed=self._stirred,
        )
        self._alarm = Alarm(coordinator.hass.loop, self._due, self._settle)

    @property
    def _now(self) -> float:
        return self._coordinator.hass.loop.time()

    @property
    def _shown(self) -> Mapping[str, Holding]:
        return self._coordinator.holdings.of

    @property
    def sees_orders(self) -> bool:
        """Whether the exchange is known to tell of orders."""
        return self.orders.seen

    @property
    def gaps(self) -> Mapping[str, Leg]:
        """What is shown less what was told, where that is anything."""
        return self._gaps.of

    @property
    def _market(self) -> Market:
        """Others are paid with the cash, then with USDT, then with BTC."""
        quotes = (self._coordinator.cash, *reversed(BRIDGES))
        return Market(quotes, self._prices.quotes.worth)

    # What happens to the account

    def holdings_changed(self, outcome: Outcome, time: int | None) -> None:
        """Look at what moved."""
        self._gaps.moved(outcome.changed)
        if not outcome.amended:
            return
        if time is not None:
            self._pending.moved(Move(changes(outcome), time))
        elif self.caught_up:
            self._pending.moved(Move(changes(outcome), ms(), How.SNAPSHOT))
        self._stirred()

    def snapshot_met(self, requested: float) -> None:
        """Catch up with what changed while nobody looked, and see what a snapshot confirms."""
        self.orders.snapshot_met(requested)
        if self.gaps and not self._shown and self._coordinator.emptiness.doubtful:
            # What was held when somebody looked last may be listed again any moment.
            self._coordinator.want_snapshots(REPEAT)
        elif self._absence.met(self._coordinator.holdings, requested):
            self._catch_up()
        self._ahead.confirmed(requested - MOVED_NOTHING)
        if self.caught_up and self.gaps:
            if self._pending.patience.waits:
                self._alarm.arm()
            else:
                self._stirred()

    def order_told(self, message: MyOrder) -> None:
        """Take a fill, and the state of its order."""
        self.orders.heard(message)
        fill = fill_of(message)
        if fill and fill.trade not in self._publisher.ledger.trades:
            if all(fill.trade != one.trade for one in self._pending.fills):
                self._take(fill)
        self._stirred()

    def start_listening(self) -> None:
        """Tell from now on: automations listen."""
        self._listening = True
        self._absence.listened_to(self._now)
        self._publisher.start_publishing()
        self._catch_up()

    @callback
    def stop(self) -> None:
        """Settle what is pending, and end: what comes later is told after the next start."""
        if self.caught_up and self._listening:
            self._settle(forced=True)
        self._listening = False
        self._alarm.arm()

    # Fills

    def _take(self, fill: Fill) -> None:
        """Keep a fill until its change of balance is there, unless that was told already."""
        self._absence.filled(self._now)
        gap = self.gaps.get(fill.base, Leg())
        explained = covers(gap.total, fill.legs[fill.base].total)
        guess = None if explained else self._guesses.completed(fill, self._now)
        if guess is None:
            self._pending.fills.append(fill)
            return
        self._publisher.amend(
            appraised(guess.activity, guess.average, self._prices.quotes)
        )
        self._publisher.note(self._publisher.ledger.with_trades((fill.trade,)))

    # Settling

    @callback
    def _stirred(self) -> None:
        """Something happened: tell at once what is certain, and settle the rest soon."""
        self._pending.patience = self._pending.patience.stirred(self._now)
        if self.caught_up and self._listening:
            if certain := self._pending.certain(self.gaps):
                self._tell(*certain)
        self._alarm.arm()

    def _due(self) -> float | None:
        """When something is to be told next."""
        if not (self.caught_up and self._listening):
            return None
        pending = self._settles_at, self.orders.due()
        return min((due for due in pending if due is not None), default=None)

    @property
    def _settles_at(self) -> float | None:
        """When everything pending settles, `None` if nothing is."""
        in_doubt = self._coordinator.holdings.doubtful
        # What a snapshot has shown of a trade may be one side of it.
        doubtful = not in_doubt.isdisjoint(self.gaps) or (
            bool(in_doubt) and self._pending.by_snapshot
        )
        return self._pending.patience.due(doubtful=doubtful)

    @callback
    def _settle(self, *, forced: bool = False) -> None:
        """Tell everything whose time has come."""
        of_orders = self.orders.settle()
        due = self._settles_at
        if forced or (due is not None and due <= self._now):
            self._settle_gaps(of_orders, forced=forced)
        else:
            self._tell(Explained(of_orders))
            if due is None:
                self._tell_locks(self._ahead.currencies)
        self._alarm.arm()

    def _settle_gaps(self, of_orders: tuple[Activity, ...], *, forced: bool) -> None:
        """Tell why everything moved that is pending, and what there is to tell of orders."""
        gaps = self.gaps
        self._ahead.arrived(gaps)
        held = self._coordinator.holdings.doubtful | self._ahead.currencies
        if forced and not held.isdisjoint(gaps):
            # The other side of what is in doubt: the next start tells both.
            held |= gaps.keys()
        explained, fills = self._pending.settled(
            gaps, self._market, time=ms(), held=held
        )
        told = (*explained.activities, *of_orders)
        self._tell(replace(explained, activities=told), fills)
        if not (forced and self.orders.seen):
            # What an order has locked just now is in the list that the next start sees.
            self._tell_locks(held | explained.ahead)

    @callback
    def _tell(self, explained: Explained, fills: tuple[Fill, ...] = ()) -> None:
        """Decide, and hand on for saving and publishing; `fills` are told with it."""
        ledger = self._publisher.ledger.with_trades(fill.trade for fill in fills)
        averages = self._averages.before(explained.activities, ledger.told, self._shown)
        activities = tuple(
            appraised(one, averages.get(one.currency), self._prices.quotes)
            for one in explained.activities
        )
        ledger, numbered = ledger.tell(activities, self._prices.quotes)
        for one in numbered:
            self._gaps.moved(one.legs)
        ledger = replace(ledger, orders=self.orders.told)
        now = self._now
        if explained.ahead:
            self._ahead.opened(explained.ahead, now, max(fill.time for fill in fills))
            self._coordinator.want_snapshots(APART, MOVED_NOTHING + APART)
        self._guesses.told(numbered, averages, now)
        self.orders.guessed(numbered)
        if ledger != self._publisher.ledger:
            self._publisher.commit(ledger)
        if numbered:
            self._told(numbered)

    @callback
    def _tell_locks(self, held: Iterable[str], *, while_away: bool = False) -> None:
        """Tell what is locked or free again for no reason that is known."""
        if not self.orders.current:
            return
        if cancelled := self.orders.cancelled_unheard(
            frozenset(held), while_away=while_away
        ):
            self._tell(Explained(cancelled))
        waiting = self.orders.missing.union(held)
        if locks := self.orders.locks(waiting, while_away=while_away):
            self._tell(Explained(locks))
        settled = self._publisher.ledger.with_locks(self._shown, waiting)
        if settled is not self._publisher.ledger:
            self._publisher.note(settled)
            self._gaps.moved(self.gaps)

    # While nobody looked

    @callback
    def _catch_up(self) -> None:
        """Tell once what changed while nobody looked, as soon as it is confirmed and somebody listens."""
        if not self._listening:
            return
        if not self.caught_up:
            absence = self._absence
            if not absence.is_sure:
                return
            if absence.awaits_rows and self._pending.under_way:
                # Where no row follows, nothing else asks for a snapshot that is sure to show the fill.
                self._coordinator.want_snapshots(absence.shows_fills_from - self._now)
                return
            self.caught_up = True
            in_doubt = bool(self._coordinator.holdings.doubtful)
            shown = absence.shows_fills and not in_doubt
            self._tell(
                self._pending.before(self.gaps, self._market, shown=shown, time=ms())
            )
            if not self._pending.moves:
                self._tell_locks(self._ahead.currencies, while_away=True)
        self._alarm.arm()
