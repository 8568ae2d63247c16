"""An exchange and the integration that follows it, what may happen to both, and the laws that hold afterwards."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_REGION, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
)
from tests.activities import answer
from tests.clock import Clock
from tests.manners import hasty
from tests.movements import Movements, legs, net
from tests.trading import RICHES, TINY
from tests.upbit_server import UpbitServer
from tests.upbit_server.faults import PRIVATE, PUBLIC, Faults
from tests.upbit_server.ledger import ZERO

from .hearing import Hearing
from .truths import Truths

CONNECTION: Final = "binary_sensor.upbit_connection"
PLAIN: Final = re.compile(r"\d+(\.\d+)?")
BACK_WITHIN: Final = 900.0
"""Seconds in which an honest exchange is reached again: the longest backoff, a ban, retries of a set-up."""

UNNOTICED: Final = 900.0
"""Seconds between two reconciliations."""

EMPTIED: Final = 3900.0
"""Seconds after which an account that lists nothing is known to hold nothing, and that is told."""

CONFIRMED: Final = 150.0
"""Seconds in which what a snapshot shows is confirmed and told: two more, the last a minute later."""

BASICS: Final = ("KRW", "BTC", "ETH")


def left(hass: HomeAssistant) -> Counter[str]:
    """Count what is there besides states: tasks, timers, listeners."""
    counts = Counter({str(name): n for name, n in hass.bus.async_listeners().items()})
    counts["tasks"] = len(asyncio.all_tasks(hass.loop))
    counts["timers"] = sum(
        not handle.cancelled() for handle in get_scheduled_timer_handles(hass.loop)
    )
    return counts


class World:
    """One exchange, one account, one entry."""

    server: UpbitServer
    entry: MockConfigEntry
    truths: Truths
    hearing: Hearing

    def __init__(
        self, hass: HomeAssistant, storage: dict[str, Any], clock: Clock
    ) -> None:
        """Prepare; nothing is there yet."""
        self.hass = hass
        self.clock = clock
        self.bans: list[tuple[float, float]] = []
        """From when to when the exchange bans us, in s of the event loop."""
        self.starts: list[float] = []
        self._storage = storage
        self._begun_with: dict[str, Decimal] = {}

    async def open(
        self,
        scopes: Iterable[str],
        *,
        is_new: bool,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """Open the exchange and set the entry up; a new account is watched more closely at first."""
        self.server = await UpbitServer().__aenter__()
        self.truths = Truths(self.hass.loop.time)
        self.server.ledger_book.listeners.append(self.truths.moved)
        for currency in BASICS:
            self.server.deposit(currency, RICHES[currency])
        key = self.server.issue_key(scopes=scopes)
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Upbit",
            data={
                CONF_ACCESS_KEY: key.access_key,
                CONF_SECRET_KEY: key.secret_key,
                CONF_REGION: "kr",
                CONF_API_HOST: self.server.origin,
            },
            options=options or {},
        )
        if not is_new:
            self.entry.created_at = dt_util.utcnow() - timedelta(hours=1)
        self.entry.add_to_hass(self.hass)
        self.hearing = Hearing(self.hass)
        self._watching = self.hass.bus.async_listen("state_changed", self._changed)
        await self._set_up()
        await self.settle(patiently=False)
        self._begun_with = self._ledger_totals()
        self._movements = Movements(self.server.ledger_book)

    async def close(self) -> None:
        """End both, and see that nothing is left of them."""
        await self.hass.config_entries.async_remove(self.entry.entry_id)
        self._watching()
        self.hearing.stop()
        await self.server.__aexit__(None, None, None)
        # Whatever is put off by Home Assistant itself is over by then.
        await self.clock.advance(60)

    # What happens

    async def restart(self, away: float) -> None:
        """Unload the entry and set it up again some seconds later."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.clock.advance(away)
        await self._set_up()

    async def crash(self, away: float) -> None:
        """Lose what was not saved: the files are as they were, and nobody hears what an unload still tells."""
        files = [key for key in self._storage if self.entry.entry_id in key]
        kept = {key: deepcopy(self._storage[key]) for key in files}
        self.hearing.deaf = True
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        for key in [key for key in self._storage if self.entry.entry_id in key]:
            del self._storage[key]
        self._storage.update(kept)
        self.hearing.deaf = False
        await self.clock.advance(away)
        await self._set_up()

    async def _set_up(self) -> None:
        self.truths.begun_anew()
        self.starts.append(self.hass.loop.time())
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.clock.settle()

    def ban(self, seconds: float) -> None:
        """Shut us out, unless we are."""
        now = self.hass.loop.time()
        if not self.bans or self.bans[-1][1] <= now:
            self.bans.append((now, now + seconds))
            self.server.fault(ban=seconds)

    def forget(self) -> None:
        """Let go of what was heard and of truths that are past."""
        self.hearing.forget()
        self.truths.forget()

    def be_honest(self) -> None:
        """End every standing fault."""
        honest = Faults()
        self.server.fault(
            **{
                name: getattr(honest, name)
                for name in Faults.__slots__
                if name[0] != "_"
            }
        )

    # The laws

    async def settle(self, *, patiently: bool) -> None:
        """Let an honest exchange be understood: by the slow reconciliation, or sooner on request."""
        self.be_honest()
        await self.clock.until(self._reached, within=BACK_WITHIN)
        if not any(self._ledger_totals().values()):
            await self.clock.advance(EMPTIED)
        await self.clock.advance(UNNOTICED if patiently else CONFIRMED)
        if not patiently:
            await answer_nothing(self.hass, "refresh")
        await self.clock.advance(CONFIRMED)

    def _reached(self) -> bool:
        return (
            self.entry.state is ConfigEntryState.LOADED
            and self.hass.states.is_state(CONNECTION, "on")
        )

    async def check(self) -> None:
        """See that every law holds; all is settled."""
        self.check_states()
        assert not self.truths.broken, self.truths.broken
        await self._check_told()
        self._check_manners()

    def check_states(self) -> None:
        """Every state is the ledger's own amount, and there is one for each currency held."""
        wallets = self.server.ledger_book.now()
        for currency, wallet in wallets.items():
            state = self.hass.states.get(f"sensor.upbit_{currency.lower()}")
            if state is None or state.attributes.get("restored"):
                # Sold, and set up again since.
                assert not wallet.total, currency
                continue
            shown = {
                "balance": state.attributes["balance"],
                "locked": state.attributes["locked"],
                "total": state.state,
            }
            for name, amount in shown.items():
                assert PLAIN.fullmatch(amount), (currency, name, amount)
            assert {name: Decimal(amount) for name, amount in shown.items()} == {
                "balance": wallet.balance,
                "locked": wallet.locked,
                "total": wallet.total,
            }, currency

    async def _check_told(self) -> None:
        """See that what was told adds up to what is shown, once each, and was heard, at first or again."""
        history = (await answer(self.hass, "get_history"))["activities"]
        ids = [activity["id"] for activity in history]
        assert ids == list(range(1, len(ids) + 1))
        sums = net(history)
        for currency, total in self._ledger_totals().items():
            after = self._begun_with.get(currency, ZERO) + sums.get(currency, ZERO)
            assert abs(after - total) <= TINY, (currency, after, total)
        exceeded = self._movements.exceeded_by(history)
        assert not exceeded, exceeded
        told = {activity["id"]: activity for activity in history}
        heard: set[int] = set()
        for event in self.hearing.events:
            number = event["id"]
            assert event["replayed"] or number not in heard, event
            heard.add(number)
            assert list(legs(event)) == list(legs(told[number])), event
        assert heard == told.keys()

    def _check_manners(self) -> None:
        """Never more than a connect a second, no limit run into, a ban waited for."""
        requests = self.server.requests
        assert not hasty(requests, self.starts)
        for path in (PRIVATE, PUBLIC):
            times = [one.time for one in requests if one.path == path]
            for one, next_one in pairwise(times):
                assert next_one - one > 0.99, (path, one, next_one)
        assert not [one for one in requests if one.status == 429]
        for began, ends in self.bans:
            told: set[tuple[str, int]] = set()
            # The exchange tells whole seconds, rounded down.
            for request in requests:
                told_so = request.status == 418 and request.is_whole
                if told_so and began <= request.time < ends - 1.1:
                    # Nobody who starts anew knows what was told before.
                    once = request.path, sum(one <= request.time for one in self.starts)
                    assert once not in told, (request.path, request.time, began, ends)
                    told.add(once)
        assert not [one for one in requests if one.method != "GET"]

    def _ledger_totals(self) -> dict[str, Decimal]:
        return {code: one.total for code, one in self.server.ledger_book.now().items()}

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        currency = event.data["entity_id"].removeprefix("sensor.upbit_").upper()
        if state is None or currency not in RICHES:
            return
        if state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            return
        attributes = state.attributes
        amounts = (Decimal(attributes["balance"]), Decimal(attributes["locked"]))
        self.truths.shown(currency, amounts)


async def answer_nothing(hass: HomeAssistant, action: str) -> None:
    """Call an action of the integration that answers nothing."""
    await hass.services.async_call(DOMAIN, action, {}, blocking=True)
