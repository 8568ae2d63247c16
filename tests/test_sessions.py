"""Random sessions of a trader: what is told against what was done, with and without the order scope."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
import os
from random import Random
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .shares import Recorder, record_share
from .trading import MARKETS, RICHES, TINY, fill_part, resting_price, volume_of
from .upbit_server import UpbitServer

SESSIONS: Final = int(os.environ.get("UPBIT_SESSIONS", "40"))
"""How many a run plays: scripts/test --long plays 500."""

AT_A_TIME: Final = 20
"""Sessions that one account plays, one after the other."""

BATCHES: Final = [
    range(first, min(first + AT_A_TIME, SESSIONS))
    for first in range(0, SESSIONS, AT_A_TIME)
]
"""The seeds of the sessions."""

ACTIONS: Final = 6
ZERO: Final = Decimal(0)

FLOWS: Final = {"KRW": "500000", "XRP": "200", "ETH": "0.5"}
"""What is deposited and withdrawn: more than a hundredth of what is traded."""


type Moved = dict[str, Decimal]
"""What changed, by currency."""


def _nothing() -> Moved:
    return defaultdict(lambda: ZERO)


@dataclass
class Done:
    """What a session has done, as the exchange's own ledger shows it."""

    trades: dict[str, Moved] = field(default_factory=lambda: defaultdict(_nothing))
    """The change of each currency's total by order."""

    flows: list[tuple[str, str, Decimal]] = field(default_factory=list)
    placed: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)


class Trader:
    """Does things at random, and writes down what they changed."""

    def __init__(self, server: UpbitServer, clock: Clock, dice: Random) -> None:
        """Begin with nothing done."""
        self.server = server
        self.clock = clock
        self.dice = dice
        self.done = Done()
        self._open: list[str] = []

    async def play(self) -> Done:
        """Play one session, to its quiet end."""
        self.done = Done()
        for _ in range(ACTIONS):
            await self._act()
            await self.clock.advance(self.dice.choice([0.05, 0.4, 1.5, 2.5, 7]))
        for order in self._open:
            self.server.cancel(order)
            self.done.cancelled.add(order)
        self._open.clear()
        await self.clock.advance(25)
        return self.done

    async def _act(self) -> None:
        dice = self.dice
        match dice.choices(
            ("market", "limit", "fill", "cancel", "flow"), (4, 3, 3, 1, 2)
        ):
            case ["market"]:
                self._trade()
            case ["limit"]:
                await self._limit()
            case ["fill"] if self._open:
                self._fill()
            case ["cancel"] if self._open:
                order = self._open.pop(0)
                self.server.cancel(order)
                self.done.cancelled.add(order)
            case _:
                await self._flow()

    def _trade(self) -> None:
        code = self.dice.choice(list(MARKETS))
        before = self._totals()
        order = self.server.trade(
            code,
            self.dice.choice(["bid", "ask"]),
            volume_of(code, self.dice.randint(1, 9)),
            fills=self.dice.randint(1, 3),
        )
        self._moved(order, before)

    async def _limit(self) -> None:
        """Place an order far from the market, and let it be seen."""
        code = self.dice.choice(list(MARKETS))
        side = self.dice.choice(["bid", "ask"])
        order = self.server.order(
            code,
            side,
            volume_of(code, self.dice.randint(1, 9)),
            resting_price(self.server, code, side),
        )
        self._open.append(order)
        self.done.placed.add(order)
        await self.clock.advance(3)

    def _fill(self) -> None:
        uuid = self.dice.choice(self._open)
        before = self._totals()
        is_done = fill_part(self.server, uuid, self.dice.choice([1, 2]))
        self._moved(uuid, before)
        if is_done:
            self._open.remove(uuid)

    async def _flow(self) -> None:
        """Deposit or withdraw, with a pause around it: two within one are told together."""
        await self.clock.advance(12)
        currency = self.dice.choice(list(FLOWS))
        amount = Decimal(FLOWS[currency]) * self.dice.randint(1, 3)
        if self.dice.random() < 0.5:
            self.server.deposit(currency, format(amount, "f"))
            self.done.flows.append(("deposit", currency, amount))
        else:
            self.server.withdraw(currency, format(amount, "f"))
            self.done.flows.append(("withdrawal", currency, -amount))
        # It may be followed at once by a trade.
        if self.dice.random() < 0.5:
            await self.clock.advance(3)

    def _totals(self) -> dict[str, Decimal]:
        return {code: one.total for code, one in self.server.ledger().items()}

    def _moved(self, order: str, before: dict[str, Decimal]) -> None:
        after = self._totals()
        for currency in before.keys() | after.keys():
            moved = after.get(currency, ZERO) - before.get(currency, ZERO)
            if moved:
                self.done.trades[order][currency] += moved


@pytest.fixture
async def rich(account: MockConfigEntry, server: UpbitServer, clock: Clock) -> None:
    """Make the account rich enough for any session."""
    for currency, amount in RICHES.items():
        server.deposit(currency, amount)
    await clock.advance(30)


def _legs(event: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    yield event["currency"], Decimal(event["amount"])
    if event["counter_currency"]:
        yield event["counter_currency"], Decimal(event["counter_amount"])


def _close(one: Moved, other: Moved) -> bool:
    return all(
        abs(one.get(code, ZERO) - other.get(code, ZERO)) <= 5 * TINY
        for code in one.keys() | other.keys()
    )


def _flows(heard: Heard) -> list[tuple[str, str, Decimal]]:
    return [
        (event["event_type"], event["currency"], Decimal(event["amount"]))
        for event in heard.events
        if event["event_type"] in ("deposit", "withdrawal")
    ]


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
async def test_with_the_order_scope_every_activity_is_right(
    hass: HomeAssistant, rich: None, server: UpbitServer, clock: Clock, seeds: range
) -> None:
    """Each order's trades to the digit, each flow, each order that could be seen."""
    for seed in seeds:
        heard = Heard(hass)
        done = await Trader(server, clock, Random(seed)).play()
        told: dict[str, Moved] = defaultdict(_nothing)
        for event in heard.events:
            if event["event_type"] in ("buy", "sell"):
                assert event["how"] == "order", seed
                for currency, amount in _legs(event):
                    told[event["order"]][currency] += amount
        assert told.keys() == done.trades.keys(), seed
        for order, moved in done.trades.items():
            assert _close(told[order], moved), seed
        assert _flows(heard) == done.flows, seed
        assert _orders(heard, "order_placed") == done.placed, seed
        assert _orders(heard, "order_cancelled") == done.cancelled, seed
        assert "other" not in heard.kinds, seed
        heard.stop()


@pytest.mark.parametrize("seeds", BATCHES, ids=str)
async def test_without_the_order_scope_no_trade_is_told_as_a_flow(
    hass: HomeAssistant,
    rich: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    seeds: range,
    record_property: Recorder,
) -> None:
    """The share of trades that are told with the right amounts is printed at the end of the run."""
    key = server.issue_key(scopes=["자산조회"])
    hass.config_entries.async_update_entry(
        account,
        data={
            **account.data,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
        },
    )
    await clock.advance(30)
    right = every = 0
    for seed in seeds:
        heard = Heard(hass)
        done = await Trader(server, clock, Random(seed)).play()
        assert _flows(heard) == done.flows, seed
        told = [
            dict(_legs(event))
            for event in heard.events
            if event["event_type"] in ("buy", "sell")
        ]
        every += len(done.trades)
        for moved in done.trades.values():
            match = next((one for one in told if _close(one, moved)), None)
            if match is not None:
                told.remove(match)
                right += 1
        heard.stop()
    record_share(
        record_property,
        "trades told to the digit without the order scope",
        right,
        every,
    )
    assert right > every / 2


def _orders(heard: Heard, kind: str) -> set[str]:
    return {event["order"] for event in heard.events if event["event_type"] == kind}
