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
from .measures import Measures, Reading
from .portfolio.activity import FLOWS, Activity, Leg
from .portfolio.alerts import (
    Edge,
    Firing,
    Measure,
    Rule,
    armed,
    diluted,
    fired_by,
    flowed,
    looked_at,
)
from .portfolio.amounts import ZERO, subtract
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
        self._publisher = publisher
        self._measures = Measures(coordinator, worth, publisher, teller)
        self._fired: dict[str, list[FiringListener]] = {}
        self._new: list[Callable[[Rule], None]] = []
        self._readings: dict[str, Reading] = {}
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
        if edge is None or rule is None or not self._measures.reading(rule).is_there:
            return None
        return edge.holds

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
            reading, last = self._measures.reading(rule), self._readings.get(id_)
            self._readings[id_] = reading.after(last)
            if last is None or last.is_there is not reading.is_there:
                changed.append(id_)
            if reading.value is None:
                continue
            before = edges.get(id_)
            if before is None:
                edges[id_] = armed(rule, reading.value)
            else:
                edges[id_], firing = looked_at(
                    rule, before, reading.value, last.value if last else None
                )
                if firing:
                    firings.append(firing)
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
                last = self._readings.get(id_)
                edges[id_] = diluted(edges[id_], last.value if last else None)

    def _moved(
        self, rule: Rule, currency: str, activities: tuple[Activity, ...]
    ) -> list[Firing]:
        """Return the firings of a rule, one an activity that moves far enough."""
        told = self._publisher.ledger.told.get(currency, Leg())
        now = _part(told, rule.measure)
        firings = []
        for activity in reversed(activities):
            change = _part(activity.leg(currency), rule.measure)
            if change and (firing := fired_by(rule, change, now)):
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
