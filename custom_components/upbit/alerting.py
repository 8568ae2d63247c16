"""Alerts: the rules of the subentries, looked at whenever something they measure has moved."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import UpbitCoordinator
from .portfolio.activity import FLOWS, Activity, Leg
from .portfolio.alerts import (
    AMOUNTS,
    Edge,
    Firing,
    Measure,
    Rule,
    armed,
    diluted,
    flowed,
    looked_at,
    moved_by,
)
from .portfolio.amounts import ZERO, subtract, tells
from .portfolio.holdings import NOTHING
from .portfolio.valuation import NO_WORTH
from .publisher import Publisher
from .rules import rules_of
from .teller import Teller
from .worth import WorthTracker

type FiringListener = Callable[[Rule, Firing, bool], None]


@dataclass(frozen=True, slots=True)
class AlertOf:
    """A listener waits for whether the level of a rule holds."""

    rule: str


class Alerts:
    """Looks at the rules of an account."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        coordinator: UpbitCoordinator,
        worth: WorthTracker,
        publisher: Publisher,
        teller: Teller,
    ) -> None:
        """Take the rules as they are; those without an edge are armed at the first look."""
        self.rules = rules_of(entry)
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._worth = worth
        self._publisher = publisher
        self._teller = teller
        self._fired: dict[str, list[FiringListener]] = {}
        self._new: list[Callable[[Rule], None]] = []
        self._last: dict[str, Decimal] = {}
        self._there: dict[str, bool] = {}
        publisher.async_add_firing_listener(self._fire)

    @callback
    def on_firing(self, rule_id: str, listener: FiringListener) -> Callable[[], None]:
        """Call a listener whenever a rule has fired, once that is remembered.

        It is told, too, whether that may have come before.
        """
        listeners = self._fired.setdefault(rule_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def on_new(self, listener: Callable[[Rule], None]) -> Callable[[], None]:
        """Call a listener with each rule that is added or edited."""
        self._new.append(listener)
        return lambda: self._new.remove(listener)

    def holds(self, rule_id: str) -> bool | None:
        """Return whether the level of a rule holds, `None` where nothing is measured, or was yet."""
        edge, rule = self._publisher.ledger.edges.get(rule_id), self.rules.get(rule_id)
        if edge is None or rule is None or not self._is_there(rule):
            return None
        return edge.holds

    def now(self, rule: Rule) -> Decimal | None:
        """Return what a rule measures, `None` where nobody knows for sure."""
        if not rule.is_level and self._is_unsure(rule.currency):
            # What has moved may be a flow, which is neither gain nor loss.
            return None
        if rule.measure is Measure.PROFIT_RATE and self._is_behind(rule.currency):
            return None
        if rule.currency in self._coordinator.holdings.doubtful:
            return None
        return self._measured(rule)

    def _measured(self, rule: Rule) -> Decimal | None:
        """Return what is shown of what a rule measures, `None` where that is nothing."""
        if rule.measure not in AMOUNTS and not self._worth.known:
            return None
        if rule.currency is None:
            account = self._worth.account
            value = rule.measure is Measure.VALUE
            return account.total_value if value else account.profit_rate
        holding = self._coordinator.holdings.of.get(rule.currency, NOTHING)
        match rule.measure:
            case Measure.TOTAL:
                return holding.total
            case Measure.BALANCE:
                return holding.balance
            case Measure.LOCKED:
                return holding.locked
        worth = self._worth.of.get(rule.currency, NO_WORTH)
        if rule.measure is Measure.VALUE:
            return worth.value if holding.total else ZERO
        return worth.profit_rate if holding.total else None

    def _is_there(self, rule: Rule) -> bool:
        """Tell whether there is what a rule measures, though it may have to wait for a price or an average."""
        if self._measured(rule) is not None:
            return True
        if not self._worth.known:
            return False
        missing = self._worth.account.missing
        if bool(missing) if rule.currency is None else rule.currency in missing:
            return True
        return rule.measure is Measure.PROFIT_RATE and self._is_behind(rule.currency)

    def _is_unsure(self, currency: str | None) -> bool:
        """Tell whether it is not known yet why a currency, or any, has moved, or what that was worth."""
        gaps, baseline = self._teller.gaps, self._publisher.ledger.baseline
        unsure = {code for code, gap in gaps.items() if tells(gap.total)}
        unsure.update(baseline.unvalued if baseline else ())
        return bool(unsure) if currency is None else currency in unsure

    def _is_behind(self, currency: str | None) -> bool:
        """Tell whether the average of a coin, or of any, is that of an older amount."""
        return any(
            holding.average is None or holding.average.total != holding.total
            for code, holding in self._coordinator.holdings.of.items()
            if currency in (None, code)
            and code != self._coordinator.cash
            and holding.total
        )

    @callback
    def sync(self) -> None:
        """Take the rules that were added, edited or removed; the others are not touched."""
        before, self.rules = self.rules, rules_of(self._entry)
        edited = [rule for id_, rule in self.rules.items() if before.get(id_) != rule]
        edges = {
            id_: edge
            for id_, edge in self._publisher.ledger.edges.items()
            if id_ in self.rules and self.rules[id_] not in edited
        }
        ledger = self._publisher.ledger
        self._publisher.note(replace(ledger, edges=MappingProxyType(edges)))
        self.look()
        self._coordinator.notify(AlertOf(rule.id) for rule in edited)
        for rule in edited:
            for listener in tuple(self._new):
                listener(rule)

    @callback
    def look(self, currencies: Iterable[str] | None = None) -> None:
        """Look at the rules of these currencies and of the account, or at all of them."""
        if not self.rules:
            return
        wanted = None if currencies is None else {*currencies, None}
        edges = dict(self._publisher.ledger.edges)
        firings = []
        changed = []
        for id_, rule in self.rules.items():
            if rule.by_activity or (wanted is not None and rule.currency not in wanted):
                continue
            now = self.now(rule)
            is_there = now is not None or self._is_there(rule)
            if self._there.get(id_) is not is_there:
                self._there[id_] = is_there
                changed.append(id_)
            if now is None:
                continue
            before = edges.get(id_)
            if before is None:
                edges[id_] = armed(rule, now)
            else:
                edges[id_], firing = looked_at(rule, before, now, self._last.get(id_))
                if firing:
                    firings.append(firing)
            self._last[id_] = now
            if edges[id_] != before:
                changed.append(id_)
        if edges != self._publisher.ledger.edges:
            self._commit(edges, firings)
        self._coordinator.notify(AlertOf(id_) for id_ in changed)

    @callback
    def told(self, activities: tuple[Activity, ...]) -> None:
        """Look at the net change of each activity, and move what gains and losses compare with."""
        edges = dict(self._publisher.ledger.edges)
        firings = []
        for rule in self.rules.values():
            if rule.by_activity and rule.currency:
                firings += self._moved(rule, rule.currency, activities)
        for activity in activities:
            if activity.kind in FLOWS:
                # What waits for its price is a flow once that is there.
                self._flowed(edges, activity.currency, activity.worth or ZERO)
        if firings or edges != self._publisher.ledger.edges:
            self._commit(edges, firings)

    @callback
    def flowed(self, flows: Mapping[str, Decimal]) -> None:
        """Move what gains and losses compare with by flows that prices brought, by currency."""
        edges = dict(self._publisher.ledger.edges)
        for currency, worth in flows.items():
            self._flowed(edges, currency, worth)
        if edges != self._publisher.ledger.edges:
            self._commit(edges, [])

    def _flowed(self, edges: dict[str, Edge], currency: str, worth: Decimal) -> None:
        for id_ in edges.keys() & self.rules.keys():
            rule = self.rules[id_]
            if rule.currency not in (None, currency):
                continue
            if rule.measure is Measure.VALUE:
                edges[id_] = flowed(edges[id_], worth)
            elif rule.measure is Measure.PROFIT_RATE and not rule.is_level:
                edges[id_] = diluted(edges[id_], self._last.get(id_))

    def _moved(
        self, rule: Rule, currency: str, activities: tuple[Activity, ...]
    ) -> list[Firing]:
        """Return the firings of a rule, one an activity that moves far enough."""
        told = self._publisher.ledger.told.get(currency, Leg())
        now = _part(told, rule.measure)
        firings = []
        for activity in reversed(activities):
            change = _part(activity.leg(currency), rule.measure)
            if change and (firing := moved_by(rule, change, now)):
                firings.append(firing)
            now = subtract(now, change)
        return firings[::-1]

    def _commit(self, edges: dict[str, Edge], firings: list[Firing]) -> None:
        ledger = self._publisher.ledger
        self._publisher.commit(
            replace(
                ledger,
                edges=MappingProxyType(edges),
                firings=(*ledger.firings, *firings),
            )
        )

    @callback
    def _fire(self, firing: Firing, replayed: bool) -> None:
        rule = self.rules.get(firing.rule)
        if rule is None:
            # Its owner has removed it meanwhile.
            return
        for listener in tuple(self._fired.get(rule.id, ())):
            listener(rule, firing, replayed)
        if rule.notify:
            persistent_notification.async_create(
                self._hass,
                rule.message or rule.name,
                title=f"{self._entry.title}: {rule.name}",
                notification_id=f"{DOMAIN}_{rule.id}",
            )


def _part(leg: Leg, measure: Measure) -> Decimal:
    match measure:
        case Measure.BALANCE:
            return leg.balance
        case Measure.LOCKED:
            return leg.locked
        case _:
            return leg.total
