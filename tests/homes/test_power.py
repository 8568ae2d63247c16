"""A home that loses power at any moment: the states are right again, and everything is told once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import os
from pathlib import Path
from random import Random
from threading import Thread
import time
from typing import Any, Final
from urllib.error import HTTPError

import pytest

from tests.instance.run import get, post, process, wait_for_port
from tests.movements import net

from .home import ENTRIES, Home, eventually, free_ports, home

KILLS: Final = int(os.environ.get("UPBIT_KILLS", "3"))
"""How often power is lost: scripts/test --long takes it 25 times."""

SEED: Final = int(os.environ.get("UPBIT_SEED", "0")) or int(time.time())

CAUGHT_UP: Final = 14.0
"""Seconds after a start by which all is told that changed before: from then on, changes are told as they come."""

ZERO: Final = Decimal(0)
TINY: Final = Decimal("1E-8")
MARKETS: Final = {
    "KRW-BTC": "0.0001",
    "KRW-ETH": "0.004",
    "KRW-XRP": "5",
    "KRW-SOL": "0.08",
}
FLOWS: Final = {"KRW": "50000", "XRP": "20", "DOGE": "100"}

LISTENER: Final = """\
logger:
  default: warning
  logs:
    custom_components.upbit: debug
    aiohttp: debug
rest_command:
  hear:
    url: "http://127.0.0.1:{port}/"
    method: post
    content_type: application/json
    payload: "{{{{ attributes | to_json }}}}"
automation:
  - alias: Hear of every activity
    mode: queued
    max: 1000
    triggers:
      - trigger: state
        entity_id: event.upbit_activity
    conditions: "{{{{ trigger.to_state.attributes.id is defined }}}}"
    actions:
      - action: rest_command.hear
        data:
          attributes: "{{{{ dict(trigger.to_state.attributes) }}}}"
"""


class Ears:
    """What an automation told of activities, from outside of the process that dies."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.heard: list[dict[str, Any]] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                heard.append(json.loads(self.rfile.read(length)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class Trader:
    """Trades through the control port, whether the home has power or not."""

    def __init__(self, control: str, dice: Random) -> None:
        """Begin without an order."""
        self._control = control
        self._dice = dice
        self._orders: list[str] = []

    def act(self) -> None:
        """Do one thing that the exchange may refuse."""
        dice = self._dice
        match dice.choices(
            ("trade", "order", "fill", "cancel", "flow"), (5, 2, 2, 1, 2)
        ):
            case ["trade"]:
                code = dice.choice(list(MARKETS))
                self._post(
                    "trade",
                    market=code,
                    side=dice.choice(["bid", "ask"]),
                    volume=self._times(MARKETS[code]),
                    fills=dice.randint(1, 3),
                )
            case ["order"]:
                if uuid := self._post(
                    "order", market="KRW-XRP", side="bid", volume="10", price="1500"
                ):
                    self._orders.append(uuid)
            case ["fill"] if self._orders:
                self._post("fill", uuid=self._orders.pop(), volumes=["10"])
            case ["cancel"] if self._orders:
                self._post("cancel", uuid=self._orders.pop())
            case _:
                currency = dice.choice(list(FLOWS))
                path = dice.choice(["deposit", "withdraw"])
                self._post(path, currency=currency, amount=self._times(FLOWS[currency]))

    def trade_for(self, seconds: float) -> None:
        """Act every now and then."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.act()
            time.sleep(min(left, self._dice.uniform(0.02, 0.5)))

    def ledger(self) -> dict[str, Decimal]:
        """Return the exact totals."""
        rows = get(self._control, "/ledger", "")
        return {code: Decimal(row["total"]) for code, row in rows.items()}

    def _times(self, amount: str) -> str:
        return format(Decimal(amount) * self._dice.randint(1, 9), "f")

    def _post(self, path: str, **body: Any) -> str:
        with suppress(HTTPError):
            uuid: str = post(f"{self._control}/{path}", body).get("uuid", "")
            return uuid
        return ""


@pytest.fixture
def control() -> Iterator[tuple[str, str]]:
    """Run an exchange; its origin and its control port's."""
    port, control_port = free_ports(2)
    with process(
        "tests.upbit_server", f"--port={port}", f"--control-port={control_port}"
    ) as running:
        wait_for_port(control_port, running)
        yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{control_port}"


def shown(one: Home) -> dict[str, Decimal]:
    """Return the totals that the states show."""
    return {
        state["attributes"]["currency"]: Decimal(state["state"])
        for entity_id, state in one.states().items()
        if entity_id.startswith("sensor.upbit_")
        and "average_buy_price" in state["attributes"]
        and state["state"] not in ("unknown", "unavailable")
    }


def differences(
    one: dict[str, Decimal], other: dict[str, Decimal]
) -> dict[str, Decimal]:
    """Return by how much two tables differ."""
    return {
        code: difference
        for code in one.keys() | other.keys()
        if abs(difference := one.get(code, ZERO) - other.get(code, ZERO)) > TINY
    }


@pytest.mark.home
@pytest.mark.timeout(1800)
def test_after_any_loss_of_power_states_and_history_are_whole(
    tmp_path: Path, control: tuple[str, str]
) -> None:
    """States equal the ledger, the history adds up with each id once, what came again says so.

    And of all that was written, logs at their most talkative included, nothing holds a key.
    """
    print(f"\n{KILLS} losses of power, UPBIT_SEED={SEED}")
    dice = Random(SEED)
    exchange, control_port = control
    trader = Trader(control_port, dice)
    ears = Ears()
    with home(tmp_path / "home", exchange, LISTENER.format(port=ears.port)) as one:
        one.start()
        files = one.config / ".storage"
        eventually(
            lambda: (
                list(files.glob("upbit.*.ledger")) and shown(one) == trader.ledger()
            ),
            60,
            "the first set-up",
        )
        first = trader.ledger()
        moments: Counter[str] = Counter()
        for _ in range(KILLS):
            moments[lose_power(one, trader, dice)] += 1
            if dice.random() < 0.5:
                trader.trade_for(dice.uniform(0, 1))
        one.start()
        began = time.monotonic()
        now = trader.ledger()
        moved = {code: now.get(code, ZERO) - first[code] for code in first}

        def history() -> list[dict[str, Any]]:
            answer: list[dict[str, Any]] = one.answer("upbit.get_history")["activities"]
            return answer

        try:
            eventually(
                lambda: shown(one) == now and not differences(net(history()), moved),
                90,
                "states and history that add up",
            )
        finally:
            print(f"states  {differences(shown(one), now) or 'equal'}")
            print(f"history {differences(net(history()), moved) or 'adds up'}")
        whole = time.monotonic()
        # What was told last is heard.
        eventually(
            lambda: (
                {one["id"] for one in history()} <= {one["id"] for one in ears.heard}
            ),
            10,
            "every activity heard of",
        )
        print(
            f"{dict(moments)}; {len(history())} activities, heard {len(ears.heard)} times; "
            f"whole {whole - began:.1f} s after the last start"
        )
        told_once(history(), ears.heard)
        one.stop()
        assert one.holding_secrets() == {ENTRIES}
    ears.close()


def lose_power(one: Home, trader: Trader, dice: Random) -> str:
    """Trade, and kill the home at some moment; return which."""
    if one.running is None and dice.random() < 0.3:
        one.begin()
        trader.trade_for(dice.uniform(0.5, 8))
        one.kill()
        return "while it starts"
    if one.running is None:
        one.start()
        if dice.random() < 0.5:
            time.sleep(CAUGHT_UP)
    trader.trade_for(dice.uniform(0.5, 5))
    if dice.random() < 0.4:
        time.sleep(dice.uniform(2, 4))
        one.kill()
        return "a while after a change"
    trader.act()
    time.sleep(dice.choice([0, 0.01, 0.05, 0.2, 0.5, 1, 1.5, 2.2]))
    one.kill()
    return "right after a change"


def told_once(history: list[dict[str, Any]], heard: list[dict[str, Any]]) -> None:
    """Check that the history has each activity once, that each was heard, and that what came again says so."""
    ids = [activity["id"] for activity in history]
    assert len(ids) == len(set(ids)), "an activity is in the history twice"
    assert {event["id"] for event in heard} == set(ids)
    first: dict[int, dict[str, Any]] = {}
    for event in heard:
        before = first.setdefault(event["id"], event)
        if event is not before:
            assert event["replayed"], f"{event['id']} came again and does not say so"
            assert event["amount"] == before["amount"]
