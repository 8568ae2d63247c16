"""What a cell of the matrix is measured with: none of it asks the integration how well it did."""

from asyncio import get_running_loop
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from yarl import URL

from tests.movements import Movements, net
from tests.upbit_server import UpbitServer, Wallet

ZERO = Decimal(0)

FRESH = 180.0
"""Seconds for which states are claimed without a sign of life."""


class Connects:
    """When this process has asked for a websocket, and where."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen at the door of the library."""
        self.moments: dict[str, list[float]] = {}
        whole = ClientSession.ws_connect
        moments = self.moments

        def ws_connect(session: ClientSession, url: URL, **options: Any) -> Any:
            moments.setdefault(url.path, []).append(get_running_loop().time())
            return whole(session, url, **options)

        monkeypatch.setattr(ClientSession, "ws_connect", ws_connect)

    def since(self, moment: float) -> int:
        """Return how many connects came after a moment, of all streams."""
        return sum(one >= moment for of in self.moments.values() for one in of)

    @property
    def closest(self) -> float:
        """The least time between two connects of one stream."""
        return min(
            (
                later - one
                for of in self.moments.values()
                for one, later in pairwise(of)
            ),
            default=float("inf"),
        )


def impatient(server: UpbitServer, since: float) -> list[str]:
    """Return the requests that came although the exchange had said how long it wants to be left alone.

    A ban that does not say so counts for two minutes, as long as the longest backoff.
    """
    until = 0.0
    found = []
    for one in server.requests:
        if one.time < since:
            continue
        if one.time < until - 0.01:
            found.append(f"{one.path} {until - one.time:.1f} s early")
        elif one.told_to_wait:
            until = one.time + one.told_to_wait
    return found


def alive_since(server: UpbitServer, moment: float) -> bool:
    """Tell whether a stream is open, or a snapshot was answered since a moment."""
    return any(not session.vanished for session in server.connections) or any(
        one.path == "/v1/accounts"
        and one.status == 200
        and one.is_whole
        and one.time >= moment
        for one in server.requests
    )


class Watch:
    """Sees every state of the currencies, and compares it with all that was ever true."""

    def __init__(self, hass: HomeAssistant, server: UpbitServer) -> None:
        """Look from now on."""
        self.backwards: list[str] = []
        self.given_up_early: list[float] = []
        """When states became unavailable although there was life within three minutes."""
        self._server = server
        self._hass = hass
        self._truths: dict[str, list[Wallet]] = {}
        self._seen: dict[str, int] = {}
        self._journal: list[tuple[str, Wallet]] = list(server.ledger().items())
        self._read = 0
        server.ledger_book.listeners.append(lambda *moved: self._journal.append(moved))
        hass.bus.async_listen("state_changed", self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is None or "average_buy_price_modified" not in state.attributes:
            # One that was unloaded is restored, and unavailable.
            if (
                state
                and state.state == STATE_UNAVAILABLE
                and not state.attributes.get("restored")
                and event.data["entity_id"] == "sensor.upbit_krw"
            ):
                now = self._hass.loop.time()
                if alive_since(self._server, now - FRESH + 0.1):
                    self.given_up_early.append(now)
            return
        for currency, wallet in self._journal[self._read :]:
            self._truths.setdefault(currency, [Wallet()]).append(wallet)
        self._read = len(self._journal)
        currency = state.attributes["currency"]
        shown = tuple(
            Decimal(one)
            for one in (
                state.attributes["balance"],
                state.attributes["locked"],
                state.state,
            )
        )
        seen = self._seen.get(currency, 0)
        truths = self._truths.get(currency, [Wallet()])
        for index in range(seen, len(truths)):
            one = truths[index]
            if (one.balance, one.locked, one.total) == shown:
                self._seen[currency] = index
                return
        self.backwards.append(f"{currency} {shown}")


def differing(hass: HomeAssistant, server: UpbitServer) -> list[str]:
    """Return the currencies whose state is not exactly what the exchange holds."""
    wallets = server.ledger_book.now()
    wrong = []
    for currency, wallet in wallets.items():
        state = hass.states.get(f"sensor.upbit_{currency.lower()}")
        try:
            right = (
                state is not None
                and Decimal(state.state) == wallet.total
                and Decimal(state.attributes["balance"]) == wallet.balance
                and Decimal(state.attributes["locked"]) == wallet.locked
            )
        except InvalidOperation:
            right = False
        if not right and (state is not None or wallet.total):
            wrong.append(currency)
    return wrong


@dataclass(slots=True)
class Told:
    """What the history tells, against what has really changed."""

    lost: list[str] = field(default_factory=list)
    """Currencies of which less was told than happened."""
    twice: list[str] = field(default_factory=list)
    """Currencies of which more was told, and activities that are there again."""


def told(
    history: list[dict[str, Any]],
    before: Mapping[str, Decimal],
    after: Mapping[str, Decimal],
    movements: Movements,
) -> Told:
    """Compare a history with the exchange's totals before and after, and with all that moved between."""
    sums = net(history)
    found = Told()
    found.twice += [
        f"{currency} {over:f} there and back"
        for currency, over in movements.exceeded_by(history).items()
    ]
    for currency in {*before, *after, *sums}:
        happened = after.get(currency, ZERO) - before.get(currency, ZERO)
        over = sums.get(currency, ZERO) - happened
        if abs(over) <= Decimal("1E-8"):
            continue
        short = over < 0 if happened > 0 else over > 0
        kind = found.lost if happened and short else found.twice
        kind.append(f"{currency} {over:+f}")
    for name in ("id", "content"):
        counts = Counter(
            one["id"] if name == "id" else _content(one) for one in history
        )
        found.twice += [f"{name} {key}" for key, count in counts.items() if count > 1]
    return found


def _content(activity: Mapping[str, Any]) -> str:
    """Return what makes an activity another one than any that a cell lets happen."""
    names = ("event_type", "kind", "currency", "amount", "counter_amount", "order")
    return " ".join(str(activity.get(name)) for name in names)
