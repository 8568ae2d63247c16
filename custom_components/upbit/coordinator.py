"""The account: snapshots and the private stream become holdings, and listeners of what changed are called."""

from asyncio import TimerHandle
from collections import Counter
from datetime import datetime
import logging
import socket
from typing import Final, Protocol, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
    RECONCILE_EVERY,
)
from .exchange.auth import Credentials
from .exchange.connection import Part
from .exchange.endpoint import REGIONS, Endpoint
from .exchange.errors import RateLimited, UpbitError
from .exchange.messages import Announcement, Message, MyAsset, MyOrder, UnknownFrame
from .exchange.rest import UpbitRest
from .exchange.stream import Stream
from .failures import KEPT_BACK, set_up_failure
from .freshness import Freshness
from .listeners import KeyedCoordinator, Topic
from .portfolio import holdings as held
from .portfolio.holdings import Holdings, Outcome
from .portfolio.reconciliation import SnapshotPlan

_LOGGER = logging.getLogger(__name__)

FIRST_USE: Final = 600.0
"""Seconds in which the stream of an account that never used it may stay silent."""

SUBSCRIPTION: Final[tuple[Part, ...]] = (
    {"type": "myAsset"},
    {"type": "myOrder"},
    {"type": "announcement", "include_body": False},
)
"""What the private stream is asked for; a type that is refused costs itself only."""

RENEW_APART: Final = 900.0
"""Seconds between two renewals of a stream that missed a change."""


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


class UpbitCoordinator(KeyedCoordinator):
    """One account: its holdings, as they are known, and how well they are known."""

    config_entry: ConfigEntry
    device_id: str
    """The account's device, the parent of the currencies'; known once the first snapshot is there."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Prepare the account of a config entry; nothing is sent yet."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=RECONCILE_EVERY,
        )
        self.holdings = Holdings()
        self.last_change: datetime | None = None
        self.last_confirmed: datetime | None = None
        self.missed_changes = 0
        self.refused_frames: Counter[str] = Counter()
        # Upbit's allow-list knows IPv4 addresses only.
        session = async_get_clientsession(hass, family=socket.AF_INET)
        region = entry.data[CONF_REGION]
        host = entry.data.get(CONF_API_HOST)
        endpoint = Endpoint.of_origin(host) if host else Endpoint.of_region(region)
        credentials = Credentials(
            entry.data[CONF_ACCESS_KEY], entry.data[CONF_SECRET_KEY]
        )
        self.session = session
        self.endpoint = endpoint
        self.cash = REGIONS[region].quote_currency
        self.observers: list[Observer] = []
        self.rest = UpbitRest(session, endpoint, credentials)
        self._stream = Stream(
            session,
            endpoint.private_stream,
            credentials,
            SUBSCRIPTION,
            self,
        )
        self._plan = SnapshotPlan()
        self._due: TimerHandle | None = None
        self._in_flight = False
        self._failed = False
        self._stood_since: float | None = None
        self._freshness = Freshness(hass.loop, self._freshness_changed)
        self._renewed = float("-inf")
        age = (dt_util.utcnow() - entry.created_at).total_seconds()
        self._first_use_until = hass.loop.time() + FIRST_USE - age
        entry.async_on_unload(self._cancel_timers)

    @property
    def connected(self) -> bool:
        """Whether the stream's subscription stands."""
        return self._stood_since is not None

    # Snapshots

    @override
    async def _async_setup(self) -> None:
        """Take the first snapshot as it stands; whatever comes later has to be confirmed."""
        kept_back = self.hass.data.setdefault(KEPT_BACK, {})
        entry_id = self.config_entry.entry_id
        now = self.hass.loop.time()
        if (until := kept_back.get(entry_id, now)) > now:
            raise set_up_failure(RateLimited(until - now))
        self._plan = self._plan.request_made(now)
        try:
            accounts = await self.rest.accounts()
        except UpbitError as error:
            if isinstance(error, RateLimited) and error.retry_after:
                kept_back[entry_id] = now + error.retry_after
            raise set_up_failure(error) from error
        kept_back.pop(entry_id, None)
        self.holdings = held.opened(accounts, cash=self.cash)
        self.last_confirmed = dt_util.utcnow()

    @override
    async def _async_update_data(self) -> None:
        """Reconcile slowly: the poll that Home Assistant makes and its user can disable."""
        if (
            self._in_flight
            or self.hass.loop.time() < self._plan.open_from
            or await self._async_snapshot()
            or self.last_update_success
        ):
            return
        raise UpdateFailed(translation_domain=DOMAIN, translation_key="cannot_connect")

    async def async_refresh_now(self) -> None:
        """Ask for a snapshot because somebody wants one; raises `HomeAssistantError`."""
        if self._in_flight or self.hass.loop.time() < self._plan.open_from:
            # One is under way or has just been, or the exchange wants to be left alone.
            return
        if not await self._async_snapshot():
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="cannot_connect"
            )

    async def _async_snapshot(self) -> bool:
        """Ask for a snapshot and let it meet what is held; tell whether it came."""
        now = self.hass.loop.time
        requested = now()
        self._plan = self._plan.request_made(requested)
        self._in_flight = True
        try:
            accounts = await self.rest.accounts()
        except UpbitError as error:
            self._failed = True
            if isinstance(error, RateLimited) and error.retry_after:
                self._plan = self._plan.turned_away(now() + error.retry_after)
            _LOGGER.debug("No snapshot of %s: %s", self.name, error)
        else:
            self._failed = False
            self._freshness.confirmed()
            self._take(
                held.met(
                    self.holdings,
                    accounts,
                    requested=requested,
                    stood_since=self._stood_since,
                ),
                None,
            )
            for observer in self.observers:
                observer.snapshot_met(requested)
            if not self.holdings.doubtful:
                self.last_confirmed = dt_util.utcnow()
                self.notify((Topic.ACCOUNT,))
        finally:
            self._in_flight = False
        self._plan_snapshot()
        return not self._failed

    @callback
    def _plan_snapshot(self) -> None:
        """Arm the timer of the next snapshot that something asks for."""
        if self._due:
            self._due.cancel()
            self._due = None
        if self._in_flight:
            return
        loop = self.hass.loop
        due = self._plan.due(
            repeat=not self.connected
            or self._failed
            or bool(self.holdings.doubtful)
            or loop.time() < self._first_use_until
        )
        if due is not None:
            self._due = loop.call_at(due, self._start_snapshot)

    @callback
    def _start_snapshot(self) -> None:
        self._due = None
        if not self._in_flight:
            self.config_entry.async_create_background_task(
                self.hass, self._async_snapshot(), f"{self.name} snapshot"
            )

    @callback
    def _take(self, outcome: Outcome, time: int | None) -> None:
        """Put new holdings in place, and tell whoever listens to what changed.

        `time` is the exchange's, in ms of the epoch; `None` if a snapshot brought them.
        """
        new = [code for code in outcome.changed if code not in self.holdings.of]
        self.holdings = outcome.holdings
        now = self.hass.loop.time()
        if outcome.doubted:
            self._plan = self._plan.doubt_arose(now)
        if outcome.missed:
            self._count_missed(len(outcome.missed), now)
        if outcome.changed:
            for observer in self.observers:
                observer.holdings_changed(outcome, time)
        if new:
            self.notify((Topic.NEW_CURRENCY,))
        self.notify(outcome.changed)
        if outcome.amended:
            self.last_change = (
                dt_util.utc_from_timestamp(time / 1000) if time else dt_util.utcnow()
            )
            self.notify((Topic.ACCOUNT,))

    def _count_missed(self, count: int, now: float) -> None:
        if not self.missed_changes:
            _LOGGER.warning(
                "The stream of %s stood but did not bring a change that a snapshot shows;"
                " it is renewed, and further ones are only counted",
                self.name,
            )
        self.missed_changes += count
        if now - self._renewed >= RENEW_APART:
            self._renewed = now
            self._stream.renew()

    @callback
    def _freshness_changed(self) -> None:
        """Claim the states, or no longer, and say so once."""
        self.last_update_success = self._freshness.fresh
        if self._freshness.fresh:
            _LOGGER.info("%s can be reached again", self.name)
        else:
            _LOGGER.info("%s cannot be reached: no stream, no snapshot", self.name)
        self.async_update_listeners()

    @callback
    def _cancel_timers(self) -> None:
        self._freshness.cancel()
        if self._due:
            self._due.cancel()

    # The private stream

    @callback
    def start_stream(self) -> None:
        """Hold the subscription until the entry is unloaded."""
        self.config_entry.async_create_background_task(
            self.hass, self._stream.run(), f"{self.name} stream"
        )
        self._freshness.lost()
        self._plan_snapshot()

    def stream_connected(self) -> None:
        """Begin anew with stamps: another server may count otherwise."""
        self.holdings = held.connected(self.holdings)

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Believe the stream from here on, and fetch what it did not bring before."""
        if "myAsset" not in types or self.connected:
            return
        self._stood_since = self.hass.loop.time()
        self._freshness.stands()
        self._plan = self._plan.stream_stands(self._stood_since)
        self._connection_changed()
        for observer in self.observers:
            observer.stream_stands(types)

    def stream_lost(self, error: UpbitError) -> None:
        """Go on with snapshots."""
        _LOGGER.debug("The stream of %s is lost: %s", self.name, error)
        if self.connected:
            self._stood_since = None
            self._freshness.lost()
            self._connection_changed()

    def _connection_changed(self) -> None:
        self._plan_snapshot()
        self.notify((Topic.ACCOUNT,))

    def message_received(self, message: Message) -> None:
        """Take the rows of a frame; other messages are not ours to read."""
        match message:
            case MyAsset():
                stamp = (message.asset_timestamp, message.timestamp)
                now = self.hass.loop.time()
                self._take(
                    held.received(self.holdings, message.assets, stamp, now),
                    message.asset_timestamp,
                )
                self._plan = self._plan.frame_received(now)
                self._plan_snapshot()
            case MyOrder():
                for observer in self.observers:
                    observer.order_told(message)
            case Announcement():
                for observer in self.observers:
                    observer.notice_told(message)
            case UnknownFrame():
                self.refused_frames["unknown_type"] += 1

    @callback
    def want_snapshots(self, *after: float) -> None:
        """Ask for snapshots so many seconds from now."""
        now = self.hass.loop.time()
        self._plan = self._plan.wanting(*(now + delay for delay in after))
        self._plan_snapshot()

    def frame_refused(self, kind: str) -> None:
        """Count a frame that cannot be read, and let a snapshot tell what it may have said."""
        if not self.refused_frames[kind]:
            _LOGGER.warning(
                "A frame of %s cannot be read and is refused (%s); further ones are only counted",
                self.name,
                kind,
            )
        self.refused_frames[kind] += 1
        self._plan = self._plan.frame_received(self.hass.loop.time())
        self._plan_snapshot()
