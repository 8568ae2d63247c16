"""The account: snapshots and the private stream become holdings, and listeners of what changed are called."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
import logging
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from .connection_log import ConnectionLog
from .const import CONF_ACCESS_KEY, CONF_SECRET_KEY, RECONCILE_EVERY
from .exchange.auth import Credentials
from .exchange.connection import Part
from .exchange.errors import UpbitError
from .exchange.messages import Announcement, Message, MyAsset, MyOrder, UnknownFrame
from .exchange.rest import AccountRow, UpbitRest
from .exchange.stream import Stream
from .failures import sentence_of
from .freshness import Freshness
from .listeners import KeyedCoordinator, Topic
from .missed import MissedChanges
from .observer import Observer
from .portfolio import holdings as held
from .portfolio.emptiness import Emptiness
from .portfolio.holdings import Holdings, Outcome
from .snapshots import Snapshots
from .transports import region_of, transport_of
from .troubles import Troubles

_LOGGER = logging.getLogger(__name__)

FIRST_USE: Final = 600.0
"""Seconds in which the stream of an account that never used it may stay silent."""

OUT_OF_REACH: Final = "cannot be reached: no stream, no snapshot"

SUBSCRIPTION: Final[tuple[Part, ...]] = (
    {"type": "myAsset"},
    {"type": "myOrder"},
    {"type": "announcement", "include_body": False},
)
"""What the private stream is asked for; a type that is refused costs itself only."""


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
        self.refused_frames: Counter[str] = Counter()
        self.connection_log = ConnectionLog()
        self.transport = transport_of(hass, entry.data)
        credentials = Credentials(
            entry.data[CONF_ACCESS_KEY], entry.data[CONF_SECRET_KEY]
        )
        self.cash = region_of(entry.data).quote_currency
        self.observers: list[Observer] = []
        self.rest = UpbitRest(self.transport, credentials)
        self._stream = Stream(
            self.transport,
            self.transport.endpoint.private_stream,
            credentials,
            SUBSCRIPTION,
            self,
        )
        self.missed = MissedChanges(hass.loop, entry.title, self._stream.renew)
        self.troubles = Troubles(hass, entry)
        self._snapshots = Snapshots(
            hass,
            entry,
            self.rest,
            repeat=self._repeats,
            met=self._meet,
            troubles=self.troubles,
        )
        self._stood_since: float | None = None
        self.emptiness = Emptiness()
        self._freshness = Freshness(hass.loop, self._freshness_changed)
        age = (dt_util.utcnow() - entry.created_at).total_seconds()
        # A clock that was ahead then makes nobody younger than new.
        self._first_use_until = hass.loop.time() + FIRST_USE - max(age, 0)
        entry.async_on_unload(self.cancel_timers)

    @property
    def connected(self) -> bool:
        """Whether the stream's subscription stands."""
        return self._stood_since is not None

    # Snapshots

    @override
    async def _async_setup(self) -> None:
        """Take the first snapshot as it stands; whatever comes later has to be confirmed."""
        requested = self.hass.loop.time()
        accounts = await self._snapshots.async_first()
        self.holdings = held.opened(accounts, cash=self.cash, requested=requested)
        self.last_confirmed = dt_util.utcnow()

    @override
    async def _async_update_data(self) -> None:
        """Reconcile slowly: the poll that Home Assistant makes and its user can disable."""
        await self._snapshots.async_take_unless_held_back()
        if not self._freshness.fresh:
            # Or Home Assistant would claim everything again.
            raise UpdateFailed(**sentence_of(self._snapshots.failure))

    async def async_refresh_now(self) -> None:
        """Ask for a snapshot because somebody wants one; raises `HomeAssistantError`.

        Where none may be asked for yet, the last one counts.
        """
        await self._snapshots.async_take_unless_held_back()
        if refusal := self._snapshots.refusal:
            raise HomeAssistantError(**sentence_of(refusal))

    @callback
    def want_snapshots(self, *after: float) -> None:
        """Ask for snapshots so many seconds from now."""
        self._snapshots.want(*after)

    def _repeats(self) -> bool:
        """Whether one snapshot is to follow another."""
        return (
            not self.connected
            or bool(self.holdings.doubtful)
            or self.hass.loop.time() < self._first_use_until
        )

    @callback
    def _meet(self, accounts: Sequence[AccountRow], requested: float) -> bool:
        """Let a snapshot meet what is held; tell whether it says anything."""
        stood_since = self._stood_since
        self.emptiness.met(
            accounts, self.holdings, requested=requested, stood_since=stood_since
        )
        if self.emptiness.doubtful and any(self.holdings.amounts.values()):
            return False
        self._freshness.confirmed()
        outcome = held.met(
            self.holdings, accounts, requested=requested, stood_since=stood_since
        )
        self._take(outcome, None)
        for observer in self.observers:
            observer.snapshot_met(requested)
        if self.holdings.doubtful:
            self._snapshots.doubt_lasts()
        else:
            self.last_confirmed = dt_util.utcnow()
            self.notify((Topic.LAST_CONFIRMED,))
        return True

    @callback
    def _take(self, outcome: Outcome, time: int | None) -> None:
        """Put new holdings in place, and tell whoever listens to what changed.

        `time` is the exchange's, in ms of the epoch; `None` if a snapshot brought them.
        """
        new = [code for code in outcome.changed if code not in self.holdings.of]
        self.holdings = outcome.holdings
        if outcome.doubted:
            self._snapshots.doubt_arose()
        if outcome.missed:
            self.missed.count(len(outcome.missed))
        if outcome.changed:
            for observer in self.observers:
                observer.holdings_changed(outcome, time)
        if new:
            self.notify((Topic.NEW_CURRENCY,))
        # After its worth: an automation on a balance runs at once, and may read both.
        self.notify(outcome.changed)
        if outcome.comes_or_goes:
            self.notify((Topic.HELD,))
        if outcome.amended:
            self._changed_at(time)

    @callback
    def _changed_at(self, time: int | None) -> None:
        """Take note of a change, of a moment of the exchange or of now; a late one changes nothing."""
        now = dt_util.utcnow()
        moment = min(dt_util.utc_from_timestamp(time / 1000), now) if time else now
        if self.last_change is None or moment > self.last_change:
            self.last_change = moment
            self.notify((Topic.LAST_CHANGE,))

    @callback
    def _freshness_changed(self) -> None:
        """Claim the states, or no longer, and say so once."""
        self.last_update_success = self._freshness.fresh
        what = "can be reached again" if self._freshness.fresh else OUT_OF_REACH
        _LOGGER.info("%s %s", self.name, what)
        self.async_update_listeners()

    @callback
    def cancel_timers(self) -> None:
        """Ask for nothing any longer, and judge nothing."""
        self._freshness.cancel()
        self._snapshots.cancel()
        self.troubles.cancel()

    # The private stream

    @callback
    def start_stream(self) -> None:
        """Hold the subscription until the entry is unloaded."""
        self.config_entry.async_create_background_task(
            self.hass, self._stream.run(), f"{self.name} stream"
        )
        self._freshness.lost()
        self.troubles.stream_down()
        self._snapshots.arm()

    def stream_connected(self) -> None:
        """Begin anew with stamps: another server may count otherwise."""
        self.holdings = held.connected(self.holdings)

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Believe the stream from here on, and fetch what it did not bring before."""
        if "myAsset" not in types or self.connected:
            return
        self._stood_since = self.hass.loop.time()
        self._freshness.stands()
        self.troubles.stream_stands()
        self.connection_log.stands()
        self._snapshots.stream_stands()
        self._connection_changed()
        for observer in self.observers:
            observer.stream_stands(types)

    def stream_lost(self, error: UpbitError) -> None:
        """Go on with snapshots."""
        _LOGGER.debug("The stream of %s is lost: %s", self.name, error)
        self.connection_log.lost(error)
        if self.connected:
            self._stood_since = None
            self._freshness.lost()
            self.troubles.stream_lost()
            self._connection_changed()

    def _connection_changed(self) -> None:
        self._snapshots.arm()
        self.notify((Topic.CONNECTION,))

    def message_received(self, message: Message) -> None:
        """Take the rows of a frame, hand on orders and notices, and count what is of an unknown type."""
        self.connection_log.frames[type(message).__name__] += 1
        match message:
            case MyAsset():
                stamp = (message.asset_timestamp, message.timestamp)
                now = self.hass.loop.time()
                self._take(
                    held.received(
                        self.holdings,
                        message.assets,
                        stamp,
                        now,
                        self.transport.behind,
                    ),
                    message.asset_timestamp,
                )
                self._snapshots.frame_received()
            case MyOrder():
                for observer in self.observers:
                    observer.order_told(message)
                self._snapshots.frame_received()
            case Announcement():
                for observer in self.observers:
                    observer.notice_told(message)
            case UnknownFrame():
                self.refused_frames["unknown_type"] += 1

    def frame_refused(self, kind: str) -> None:
        """Count a frame that cannot be read, and let a snapshot tell what it may have said."""
        if not self.refused_frames[kind]:
            _LOGGER.warning(
                "A frame of %s cannot be read and is refused (%s); further ones are only counted",
                self.name,
                kind,
            )
        self.refused_frames[kind] += 1
        self._snapshots.frame_received()
