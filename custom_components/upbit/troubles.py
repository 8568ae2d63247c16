"""What only its owner can mend: said as a repair, or as a request for another key, until it is over."""

from asyncio import TimerHandle
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT_DOMAIN,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .exchange.errors import (
    Banned,
    ExpiredKey,
    InvalidKey,
    IpNotAllowed,
    MissingScope,
    UpbitError,
)
from .failures import error_key
from .transports import region_of

EXPIRES_SOON: Final = timedelta(days=14)

LOSSES: Final = 6
"""Connections lost within an hour that are too many."""

LOSSES_WITHIN: Final = 3600.0

DOWN_TOO_LONG: Final = 900.0
"""Seconds for which the stream may be down while the exchange answers otherwise."""

STEADY: Final = 1800.0
"""Seconds that a connection must stand for the trouble to be over."""


class Trouble(StrEnum):
    """What a repair can be about; each is the beginning of an issue's id."""

    ADDRESS = "ip_not_allowed"
    BANNED = "banned"
    CONNECTION = "connection_breaks"
    EXPIRED = "key_expired"
    EXPIRES = "key_expires"
    SCOPE = "missing_permission"


REFUSALS: Final = (Trouble.ADDRESS, Trouble.BANNED, Trouble.EXPIRED, Trouble.SCOPE)
"""Over as soon as the exchange answers."""


class Troubles:
    """The repairs of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Begin without any; those of an earlier run are still in the registry."""
        self._hass = hass
        self._entry = entry
        self._answers = False
        self._asks_for_key = False
        self._losses: deque[float] = deque(maxlen=LOSSES)
        self._timer: TimerHandle | None = None

    # What the exchange says to a request

    @callback
    def refused(self, error: UpbitError) -> None:
        """Say what the exchange refuses, if its owner can do something about it."""
        self._answers = False
        key, named = error_key(error)
        match error:
            case InvalidKey() | ExpiredKey():
                if isinstance(error, ExpiredKey):
                    self._withdraw(Trouble.EXPIRES)
                    self._raise(Trouble.EXPIRED, severity=ir.IssueSeverity.ERROR)
                self._asks_for_key = True
                self._entry.async_start_reauth(self._hass)
            case IpNotAllowed():
                self._raise(Trouble.ADDRESS, key, named, ir.IssueSeverity.ERROR)
            case MissingScope():
                self._raise(Trouble.SCOPE, severity=ir.IssueSeverity.ERROR)
            case Banned():
                self._raise(Trouble.BANNED, key, named)

    @callback
    def answered(self) -> None:
        """Withdraw what was refused: the exchange answers."""
        self._answers = True
        for trouble in REFUSALS:
            self._withdraw(trouble)
        if self._asks_for_key:
            self._asks_for_key = False
            self._stop_asking()

    def _stop_asking(self) -> None:
        """Ask for another key no longer: this one is good after all."""
        entry_id, flows = self._entry.entry_id, self._hass.config_entries.flow
        for flow in flows.async_progress_by_handler(
            DOMAIN, match_context={"entry_id": entry_id, "source": SOURCE_REAUTH}
        ):
            flows.async_abort(flow["flow_id"])
        ir.async_delete_issue(
            self._hass, HOMEASSISTANT_DOMAIN, f"config_entry_reauth_{DOMAIN}_{entry_id}"
        )

    @callback
    def expiry_known(self, expires: datetime) -> None:
        """Say that the key expires soon, or withdraw it for a key that does not."""
        if expires - dt_util.utcnow() > EXPIRES_SOON:
            self._withdraw(Trouble.EXPIRES)
            return
        moment = dt_util.as_local(expires)
        self._raise(Trouble.EXPIRES, named={"date": f"{moment:%Y-%m-%d %H:%M}"})

    # The private stream

    @callback
    def stream_down(self) -> None:
        """Wait for the stream, but not for ever."""
        self._later(DOWN_TOO_LONG, self._down_too_long)

    @callback
    def stream_lost(self) -> None:
        """Count a connection that broke."""
        now = self._hass.loop.time()
        self._losses.append(now)
        if len(self._losses) == LOSSES and now - self._losses[0] <= LOSSES_WITHIN:
            self._raise(Trouble.CONNECTION)
        self.stream_down()

    @callback
    def stream_stands(self) -> None:
        """Be content once it has stood for a while."""
        self._later(STEADY, lambda: self._withdraw(Trouble.CONNECTION))

    @callback
    def _down_too_long(self) -> None:
        # Where nothing answers at all the network is down, and everybody can see it.
        if self._answers:
            self._raise(Trouble.CONNECTION)
        self.stream_down()

    @callback
    def _later(self, seconds: float, act: CALLBACK_TYPE) -> None:
        self.cancel()
        self._timer = self._hass.loop.call_later(seconds, act)

    @callback
    def cancel(self) -> None:
        """Wait for nothing any longer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    # The registry

    @callback
    def withdraw_all(self) -> None:
        """Withdraw everything: the entry is unloaded or removed."""
        for trouble in Trouble:
            self._withdraw(trouble)

    def _raise(
        self,
        trouble: Trouble,
        key: str | None = None,
        named: Mapping[str, str] | None = None,
        severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    ) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            f"{trouble}_{self._entry.entry_id}",
            is_fixable=False,
            learn_more_url=None
            if trouble is Trouble.CONNECTION
            else region_of(self._entry.data).keys_url,
            severity=severity,
            translation_key=key or trouble,
            translation_placeholders={"account": self._entry.title, **(named or {})},
        )

    def _withdraw(self, trouble: Trouble) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, f"{trouble}_{self._entry.entry_id}")
