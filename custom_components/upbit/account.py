"""What runs for an entry: the account, its prices, what it is worth, what is told of it, its alerts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from .alerting import Alerts
from .const import (
    CONF_ACCESS_KEY,
    CONF_HISTORY_SIZE,
    CONF_PRICE_INTERVAL,
    CONF_SMALLEST_WORTH,
    DEFAULT_HISTORY_SIZE,
    DEFAULT_PRICE_INTERVAL,
)
from .coordinator import UpbitCoordinator
from .exchange.errors import UpbitError
from .exchange.messages import Announcement, MyOrder
from .expiry import KeyExpiry
from .listeners import Topic
from .memory import Memory
from .notices import Notices
from .openings import Openings
from .portfolio.activity import Activity
from .portfolio.amounts import ZERO, minus
from .portfolio.holdings import Outcome
from .portfolio.ledger import begun, is_another_account
from .prices import UpbitPrices
from .publisher import Publisher
from .teller import Teller
from .worth import WorthTracker

_LOGGER = logging.getLogger(__name__)

type UpbitConfigEntry = ConfigEntry[Account]


@dataclass
class Account:
    """Everything of one entry. As an observer of the coordinator it hands on what happens, in order."""

    entry: UpbitConfigEntry
    coordinator: UpbitCoordinator
    prices: UpbitPrices
    worth: WorthTracker
    publisher: Publisher
    openings: Openings
    alerts: Alerts
    teller: Teller
    expiry: KeyExpiry
    notices: Notices
    hidden: frozenset[str] = frozenset()
    """The currencies that were worth too little at set-up to get entities."""

    set_up_with: tuple[Mapping[str, Any], Mapping[str, Any], str] = field(init=False)
    """Data, options and title: another one of them needs another set-up."""

    def __post_init__(self) -> None:
        """Remember what this was set up with."""
        entry = self.entry
        self.set_up_with = entry.data, entry.options, entry.title

    async def async_hide_small(self) -> None:
        """Leave out what is worth less than its owner wants to see; what has no price stays."""
        smallest = Decimal(self.entry.options.get(CONF_SMALLEST_WORTH, 0))
        if not smallest:
            return
        held = self.coordinator.holdings.of
        try:
            quotes = await self.prices.async_first_quotes(held)
        except UpbitError as error:
            _LOGGER.debug("Everything is shown, no prices: %s", error)
            return
        worths = {code: quotes.worth(code, one.total) for code, one in held.items()}
        self.hidden = frozenset(
            code
            for code, worth in worths.items()
            if code != quotes.cash and worth is not None and worth < smallest
        )

    @callback
    def async_start(self, hass: HomeAssistant) -> None:
        """Start the streams; what is to be told waits until Home Assistant has started."""
        entry, coordinator = self.entry, self.coordinator
        coordinator.observers.append(self)
        self.repriced(coordinator.holdings.of)
        entry.async_create_background_task(
            hass, self.prices.async_start(self._needed), "Upbit prices"
        )
        entry.async_create_background_task(hass, self.expiry.run(), "Upbit key expiry")
        coordinator.start_stream()

        @callback
        def started(_: HomeAssistant) -> None:
            self.teller.start_listening()

        entry.async_on_unload(async_at_started(hass, started))

        async def shut_down() -> None:
            await self.async_stop()
            coordinator.cancel_timers()

        # Home Assistant unloads nothing when it stops, and by its event it has cancelled every task.
        entry.async_on_unload(hass.async_add_shutdown_job(HassJob(shut_down)))

    async def async_stop(self) -> None:
        """Settle what is pending, and write everything."""
        self.teller.stop()
        self.openings.remember_prices()
        await self.publisher.async_flush()

    @property
    def explained_value(self) -> Decimal | None:
        """What may be claimed of the total value, less what has moved and is not told yet: it may be a deposit."""
        total = self.worth.claimed.total_value
        if total is None:
            return None
        worth = self.prices.quotes.worth
        for code, gap in self.teller.gaps.items():
            total = minus(total, worth(code, gap.total) or ZERO)
        return total

    @callback
    def repriced(self, currencies: Collection[str]) -> None:
        """Follow prices, or the claim to know them."""
        self.worth.revalue(currencies)
        self._look(currencies)
        self.coordinator.notify((Topic.GAINS,))

    @callback
    def _look(self, currencies: Collection[str]) -> None:
        """Look at what depends on the worth of these currencies."""
        ledger = self.publisher.ledger
        if flows := self.openings.revalued():
            self.alerts.flowed(flows)
        if self.publisher.ledger is not ledger:
            # What waited for its price may wait no longer.
            self._follow()
        self.alerts.look(currencies)

    @callback
    def _follow(self) -> None:
        """Follow the prices of what is held, and of what is gone until that is told with its worth."""
        self.prices.follow(self._needed)

    @property
    def _needed(self) -> set[str]:
        """The currencies whose price is needed."""
        shown, told = self.coordinator.holdings.amounts, self.publisher.ledger.amounts
        return {
            *(code for code, total in (*shown.items(), *told.items()) if total),
            *self.openings.waiting,
        }

    @callback
    def told(self, activities: tuple[Activity, ...]) -> None:
        """Hand on what was decided; what was gained, and what alerts compare with, is known with it."""
        self.openings.told(activities)
        told = self.publisher.ledger.told
        if any(not told[code].total for one in activities for code in one.legs):
            self._follow()
        self.alerts.told(activities)
        self.alerts.look()
        self.coordinator.notify((Topic.GAINS,))

    # An observer of the coordinator

    def holdings_changed(self, outcome: Outcome, time: int | None) -> None:
        """Follow the prices of what is held, value it, and tell why it moved."""
        before = self.explained_value, self.worth.account.unpriced
        if outcome.comes_or_goes:
            self._follow()
        # First: what is told of it is compared with what it is worth.
        self.worth.revalue(outcome.changed)
        self.teller.holdings_changed(outcome, time)
        self._look(outcome.changed)
        if before != (self.explained_value, self.worth.account.unpriced):
            # Nearly always what moved waits for its reason, and nothing is gained by it.
            self.coordinator.notify((Topic.GAINS,))

    def snapshot_met(self, requested: float) -> None:
        """Let what is confirmed be told, and alerts look at what was in doubt until now."""
        self.teller.snapshot_met(requested)
        self.alerts.look()

    def order_told(self, order: MyOrder) -> None:
        """Hand on what happened to an order."""
        self.teller.order_told(order)

    def notice_told(self, notice: Announcement) -> None:
        """Hand on a notice of the exchange."""
        self.notices.take(notice)

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Ask for the orders that wait, if the key may see them; without it, none is seen any more."""
        self.teller.orders.stream_stands(types)


async def async_account(
    hass: HomeAssistant, entry: UpbitConfigEntry, coordinator: UpbitCoordinator
) -> Account:
    """Return the account of a coordinator that has its first snapshot, with what was remembered."""
    memory = Memory(hass, entry.entry_id, entry.title)
    ledger, history = await memory.async_load(
        entry.options.get(CONF_HISTORY_SIZE, DEFAULT_HISTORY_SIZE)
    )
    owner = sha256(entry.data[CONF_ACCESS_KEY].encode()).hexdigest()[:16]
    held = coordinator.holdings.of
    is_new = ledger is None or is_another_account(ledger, owner, held)
    if ledger is None or is_new:
        ledger = begun(owner, held, ledger, history)
    publisher = Publisher(hass, entry, memory, ledger, history)
    if is_new or ledger.owner != owner:
        publisher.own(owner)
    account: Account

    @callback
    def repriced(currencies: Collection[str]) -> None:
        account.repriced(currencies)

    @callback
    def listed() -> None:
        coordinator.notify((Topic.MARKETS,))

    @callback
    def told(activities: tuple[Activity, ...]) -> None:
        account.told(activities)

    @callback
    def expiry_told(expires: datetime) -> None:
        coordinator.troubles.expiry_known(expires)
        coordinator.notify((Topic.KEY_EXPIRY,))

    prices = UpbitPrices(
        hass,
        entry,
        coordinator.transport,
        cash=coordinator.cash,
        interval=entry.options.get(CONF_PRICE_INTERVAL, DEFAULT_PRICE_INTERVAL),
        changed=repriced,
        listed=listed,
    )
    worth = WorthTracker(coordinator, prices)
    teller = Teller(coordinator, prices, publisher, caught_up=is_new, told=told)
    account = Account(
        entry=entry,
        coordinator=coordinator,
        prices=prices,
        worth=worth,
        publisher=publisher,
        openings=Openings(coordinator, prices, worth, publisher, entry),
        alerts=Alerts(hass, entry, coordinator, worth, publisher, teller),
        teller=teller,
        expiry=KeyExpiry(coordinator.rest, expiry_told),
        notices=Notices(coordinator, prices),
    )
    return account
