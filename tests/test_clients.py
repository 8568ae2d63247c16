"""Other people's clients see the same as the integration: so the simulated exchange is not made to its liking."""

import asyncio
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
import json
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen
from threading import Thread
import time
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import DOMAIN

from .activities import Heard as Activities
from .clock import Clock
from .upbit_server import Key, UpbitServer

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = ROOT / ".venv-clients" / "bin" / "python"


class Client:
    """A client in a process of its own, whose start takes seconds: the tests of a run share it."""

    def __init__(self, name: str, process: Popen[str]) -> None:
        """Take a process that was started."""
        self.name = name
        self.process = process
        self._lines: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._collect, name=name, daemon=True).start()

    async def read(self, server: UpbitServer, key: Key) -> dict[str, Any]:
        """Return what it reads with a key."""
        self.ask("read", server, key)
        while not (heard := self.heard()):
            await self.wait()
        (read,) = heard
        return read

    def ask(self, what: str, server: UpbitServer, key: Key) -> None:
        """Ask it to do something."""
        self._write(
            do=what,
            origin=server.origin,
            access_key=key.access_key,
            secret_key=key.secret_key,
        )

    def heard(self) -> list[dict[str, Any]]:
        """Return what it has written since."""
        heard = []
        while not self._lines.empty():
            line = self._lines.get()
            assert line, f"{self.name} has ended"
            heard.append(json.loads(line))
        return heard

    async def wait(self) -> None:
        """Let it work a little: it lives in real time, whereas that of a test stands still."""
        _rest()
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop its listening."""
        self._write(do="stop")
        while {"stopped": True} not in self.heard():
            await self.wait()

    def _write(self, **asked: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def _collect(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")


def _rest() -> None:
    time.sleep(0.001)


@pytest.fixture(params=["official_sdk", "ccxt_pro"], scope="module")
def client(request: pytest.FixtureRequest) -> Generator[Client]:
    """Start a client."""
    assert PYTHON.exists(), "scripts/setup clients makes what this needs"
    with Popen(
        [PYTHON, "-m", f"tests.clients.{request.param}"],
        stdin=PIPE,
        stdout=PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        one = Client(request.param, process)
        yield one
        assert process.stdin
        process.stdin.close()
        assert process.wait() == 0


def exact(amount: str) -> Decimal:
    """Return a number that was written as text."""
    return Decimal(amount)


def same(one: object, other: object) -> bool:
    """Return whether two amounts are the same, to the digits that a float keeps: ccxt reads frames as floats."""
    return float(str(one)) == float(str(other))


@pytest.mark.usefixtures("every_entity_enabled")
async def test_they_read_the_balances_orders_and_prices_that_the_states_show(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    client: Client,
) -> None:
    """Digit for digit, locked amounts, open orders and every market's price."""
    server.deposit("XRP", "0.00000001")
    server.deposit("KRW", "1386929.37231066771348207123")
    server.trade("KRW-BTC", "ask", "0.01230001", fills=2)
    bid = server.order("KRW-ETH", "bid", "0.1", "4000000")
    ask = server.order("KRW-BTC", "ask", "0.25", "150000000")
    server.fill(ask, "0.05")
    server.set_price("KRW-ETH", "4900000")
    await clock.advance(60)

    read = await client.read(server, server.issue_key())

    ledger = server.ledger()
    assert read["balances"].keys() == ledger.keys() == {"KRW", "BTC", "ETH", "XRP"}
    for code, (balance, locked) in read["balances"].items():
        state = hass.states.get(f"sensor.upbit_{code.lower()}")
        assert state
        assert exact(balance) == ledger[code].balance
        assert exact(locked) == ledger[code].locked
        assert exact(state.attributes["balance"]) == exact(balance)
        assert exact(state.attributes["locked"]) == exact(locked)
    assert read["orders"].keys() == {bid, ask}
    assert hass.states.is_state("sensor.upbit_open_orders", "2")
    market, side, *amounts = read["orders"][ask]
    assert (market, side) == ("KRW-BTC", "ask")
    assert [exact(one) for one in amounts] == [
        exact("150000000"),
        exact("0.25"),
        exact("0.2"),
    ]
    assert read["markets"].keys() == server.markets.prices().keys()
    for code, price in server.markets.prices().items():
        assert same(read["markets"][code], price)
    for code in ("BTC", "ETH", "XRP"):
        state = hass.states.get(f"sensor.upbit_{code.lower()}_price")
        assert state
        assert same(state.state, read["markets"][f"KRW-{code}"])


REFUSALS: Final = {
    "invalid_auth": (
        "invalid_access_key",
        "AuthenticationError",
        "AuthenticationError",
    ),
    "expired_key": ("expired_access_key", "AuthenticationError", "ExchangeError"),
    "ip_not_allowed_address": (
        "no_authorization_ip",
        "AuthenticationError",
        "ExchangeError",
    ),
    "missing_permission": ("out_of_scope", "PermissionDeniedError", "PermissionDenied"),
    "rate_limited": (
        "Too many API requests",
        "RateLimitError",
        "RateLimitExceeded",
    ),
    "banned_until": ("blocked for 600", "RateLimitPenaltyError", "DDoSProtection"),
}
"""What the form says -> what the exchange called it, and each client's exception for it."""


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_they_are_refused_what_the_form_is_refused(
    hass: HomeAssistant, server: UpbitServer, clock: Clock, client: Client
) -> None:
    """A key that is unknown, expired, from elsewhere, without a scope; a limit and a ban."""
    good = server.issue_key()
    past = datetime.now(UTC) - timedelta(days=1)
    unknown = server.issue_key()
    server.revoke_key(unknown.access_key)
    keys = {
        "invalid_auth": unknown,
        "expired_key": server.issue_key(expires_at=past),
        "ip_not_allowed_address": server.issue_key(allow_list=["203.0.113.9"]),
        "missing_permission": server.issue_key(scopes=[]),
        "rate_limited": good,
        "banned_until": good,
    }
    for said, (named, *kinds) in REFUSALS.items():
        if said == "rate_limited":
            server.fault(
                rest_status=429,
                rest_body="Too many API requests.",
                rest_paths=["/v1/accounts"],
            )
        if said == "banned_until":
            server.fault(rest_status=None)
            server.fault(ban=600)
        key = keys[said]
        read = await client.read(server, key)
        assert named in read["error"], said
        assert read["kind"] == kinds[client.name == "ccxt_pro"], said
        flow = await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        result = await hass.config_entries.flow.async_configure(
            flow["flow_id"],
            {
                "access_key": key.access_key,
                "secret_key": key.secret_key,
                "region": "kr",
                "advanced": {"api_host": server.origin},
            },
        )
        assert result["errors"] == {"base": said}
        hass.config_entries.flow.async_abort(flow["flow_id"])
        await clock.advance(5)


class Heard:
    """What a client's streams have brought so far: the newest of each."""

    def __init__(self, client: Client) -> None:
        """Begin with nothing."""
        self.balances: dict[str, list[str]] = {}
        self.orders: dict[str, str] = {}
        self.fills: dict[str, dict[str, Any]] = {}
        self.prices: dict[str, str] = {}
        self._client = client

    async def until(self, condition: Callable[[], bool]) -> None:
        """Listen until something holds."""
        while not condition():
            await self._client.wait()
            for line in self._client.heard():
                self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        match line:
            case {"balances": rows}:
                self.balances |= rows
            case {"fill": uuid, **fill}:
                self.fills[uuid] = fill
            case {"order": uuid, "state": state}:
                self.orders[uuid] = state
            case {"ticker": code, "price": price}:
                self.prices[code] = price
            case {"subscribed": _}:
                pass
            case _:
                raise AssertionError(line)


async def test_their_streams_bring_what_the_states_follow(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    client: Client,
) -> None:
    """Balances, orders, fills with their fees, and tickers, of a purchase that the integration tells as well."""
    told = Activities(hass)
    (ours,) = server.connections
    client.ask("listen", server, server.issue_key())
    heard = Heard(client)
    await heard.until(lambda: len(server.connections) == 2)
    theirs = next(one for one in server.connections if one is not ours)
    await heard.until(lambda: theirs.subscriptions.keys() == {"myAsset", "myOrder"})
    await heard.until(lambda: bool(heard.prices))
    server.set_price("KRW-BTC", "150000000")
    await heard.until(lambda: same(heard.prices.get("KRW-BTC", "0"), "150000000"))
    assert heard.prices.keys() == {"KRW-BTC", "KRW-ETH"}

    order = server.order("KRW-ETH", "bid", "0.1", "4000000")
    await heard.until(lambda: heard.orders.get(order) == "wait")
    server.fill(order, "0.04", "0.06")
    await heard.until(lambda: heard.orders[order] == "done")
    await heard.until(lambda: len(heard.fills) == 2)
    ledger = server.ledger()
    await heard.until(
        lambda: all(
            code in heard.balances
            and same(heard.balances[code][0], ledger[code].balance)
            and same(heard.balances[code][1], ledger[code].locked)
            for code in ("KRW", "ETH")
        )
    )
    await client.stop()
    await clock.advance(10)

    for code in ("KRW", "ETH"):
        state = hass.states.get(f"sensor.upbit_{code.lower()}")
        assert state
        assert exact(state.state) == ledger[code].total
    bought = told.take()
    assert {event["event_type"] for event in bought} == {"buy"}
    assert {event["order"] for event in bought} == {order}
    assert {fill["order"] for fill in heard.fills.values()} == {order}
    for attribute, amount in (("amount", "volume"), ("fee", "fee")):
        total = sum(exact(str(fill[amount])) for fill in heard.fills.values())
        assert same(total, sum(exact(event[attribute]) for event in bought))
    assert {exact(str(fill["price"])) for fill in heard.fills.values()} == {
        exact(event["price"]) for event in bought
    }
