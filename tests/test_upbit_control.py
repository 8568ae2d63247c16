"""The control port says why something cannot happen, and then nothing of it has happened."""

from collections.abc import AsyncGenerator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import UpbitServer
from .upbit_server.control import Control
from .upbit_server.faults import Faults


@pytest.fixture
async def control(server: UpbitServer) -> AsyncGenerator[Control]:
    """Open the control port of the exchange."""
    one = Control(server, 0)
    await one.start()
    yield one
    await one.stop()


async def post(
    trader: Trader, control: Control, path: str, body: Any
) -> tuple[int, Any]:
    """Return status and body of an answer."""
    async with trader.session.post(
        f"http://127.0.0.1:{control.port}/{path}", json=body
    ) as answer:
        return answer.status, await answer.json(content_type=None)


def faults(server: UpbitServer) -> dict[str, object]:
    """Return every standing fault."""
    return {one.name: getattr(server.faults, one.name) for one in fields(Faults)}


TRADE = {"market": "KRW-BTC", "side": "ask", "volume": "0.1"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("deposit", {"currency": 7, "amount": "1"}),
        ("deposit", {"currency": None, "amount": "1"}),
        ("deposit", {"currency": "", "amount": "1"}),
        ("deposit", {"currency": "a b", "amount": "1"}),
        ("deposit", {"currency": "btc", "amount": "1"}),
        ("deposit", {"currency": "BTC"}),
        ("deposit", {"currency": "BTC", "amount": "1", "of": "mine"}),
        ("deposit", {"currency": "BTC", "amount": True}),
        ("deposit", {"currency": "BTC", "amount": "1", "price": "NaN"}),
        ("deposit", {"currency": "BTC", "amount": "1", "price": "-5"}),
        ("deposit", {"currency": "BTC", "amount": "1e60", "price": "5"}),
        ("deposit", {"currency": "BTC", "amount": "1e200", "price": "5"}),
        ("deposit", {"currency": "BTC", "amount": "1e-31"}),
        ("trade", {**TRADE, "fills": 0}),
        ("trade", {**TRADE, "fills": -1}),
        ("trade", {**TRADE, "fills": "x"}),
        ("trade", {**TRADE, "market": "KRW-NONE"}),
        ("trade", {**TRADE, "market": ["KRW-BTC"]}),
        ("trade", {**TRADE, "volume": "1e29"}),
        ("fill", {"uuid": "none", "volumes": ["1"]}),
        ("fill", {"uuid": "none", "volumes": []}),
        ("fill", {"uuid": "none", "volumes": "1"}),
        ("fill", {"uuid": "none"}),
        ("fault", {"drop_every": "two"}),
        ("fault", {"drop_every": -2}),
        ("fault", {"drop_frames": 1}),
        ("fault", {"drop_types": "myAsset"}),
        ("fault", {"answer": ["500"]}),
        ("fault", {"frame_delay": ["soon"]}),
        ("fault", {"refuse_handshake": 7}),
        ("fault", {"close": "now"}),
        ("fault", {"close": 70_000}),
        ("fault", {"close_public": None}),
        ("fault", {"ban": "long"}),
        ("fault", {"flood": 1.5}),
        ("fault", {"send_raw": 1}),
        ("fault", {"first_use_silence": "long"}),
        ("fault", {"drop_frames": True, "nonsense": 1}),
        ("fault", {"drop_frames": True, "close": "now"}),
        ("warn", {"market": "KRW-BTC", "warning": "no"}),
        ("warn", {"market": "KRW-BTC", "warning": True, "cautions": "SOARING"}),
        ("warn", {"market": "KRW-BTC", "warning": True, "cautions": ["SOARING"]}),
        ("price", {"market": "KRW-BTT", "price": "1e17"}),
        ("price", {"market": "KRW-BTT", "price": "1e-9"}),
        ("average", {"currency": "BTC", "price": "-1"}),
        ("average", {"currency": "SOL", "price": "1"}),
        ("revoke", {"access_key": "none"}),
        ("issue", {"access_key": "", "secret_key": "x"}),
    ],
    ids=str,
)
async def test_what_cannot_be_read_is_refused_and_nothing_has_happened(
    trader: Trader, control: Control, path: str, body: Any
) -> None:
    """A 400 with a sentence; everything goes on."""
    server = trader.server
    await trader.listen({"type": "myAsset"})
    before, were = server.ledger_book.now(), faults(server)
    listed = [repr(one) for one in server.markets.all()]
    status, answer = await post(trader, control, path, body)
    assert status == 400
    assert answer.keys() == {"error"} and answer["error"]
    assert server.ledger_book.now() == before
    assert faults(server) == were
    assert [repr(one) for one in server.markets.all()] == listed
    assert not server.orders.open()
    assert len(server.connections) == 1
    assert (await trader.get("accounts"))[0] == 200
    assert (await trader.get("ticker?markets=KRW-BTT", {}))[0] == 200
    then = {"currency": "XRP", "amount": "1"}
    assert (await post(trader, control, "deposit", then))[0] == 200


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_not_json_is_refused(
    trader: Trader, control: Control, body: bytes
) -> None:
    """Not UTF-8, or nested too deeply."""
    async with trader.session.post(
        f"http://127.0.0.1:{control.port}/deposit", data=body
    ) as answer:
        assert answer.status == 400
        assert await answer.json() == {"error": "the body is not JSON"}


async def test_the_highest_price_is_a_price_like_any_other(
    trader: Trader, control: Control
) -> None:
    """Its ticker tells by how much it has risen."""
    body = {"market": "KRW-BTT", "price": "999999999999999.99999999"}
    assert (await post(trader, control, "price", body))[0] == 200
    status, (row,) = await trader.get("ticker?markets=KRW-BTT", {})
    assert (status, row["change"]) == (200, "RISE")


async def test_of_several_fills_none_happens_if_one_cannot(
    trader: Trader, control: Control
) -> None:
    """Over the control port too."""
    server = trader.server
    uuid = server.order("KRW-BTC", "ask", "0.1", "200000000")
    before = server.ledger()
    body = {"uuid": uuid, "volumes": ["0.01", "100"]}
    assert (await post(trader, control, "fill", body))[0] == 400
    assert server.ledger() == before


async def test_a_withdrawal_waits_and_is_called_off_or_completed(
    trader: Trader, control: Control
) -> None:
    """Of 0.3 that are locked, 0.1 come back and 0.2 leave."""
    for path, amount in (("lock", "0.3"), ("unlock", "0.1"), ("complete", "0.2")):
        body = {"currency": "BTC", "amount": amount}
        assert await post(trader, control, path, body) == (200, {})
    wallet = trader.server.ledger()["BTC"]
    assert [str(wallet.balance), str(wallet.locked)] == ["0.3", "0.0"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("withdraw", {"currency": "BTC", "amount": "100"}, "not enough BTC"),
        ("deposit", {"currency": "BTC", "amount": "-1"}, "an amount is more than 0"),
        (
            "order",
            {"market": "KRW-BTC", "side": "up", "price": "1"},
            "side is bid or ask",
        ),
        ("fault", {"nonsense": 1}, "no such fault: nonsense"),
        ("cancel", {"uuid": "none"}, "no such order: none"),
        ("deposit", [], "the body is not an object"),
    ],
)
async def test_the_control_port_says_why_something_cannot_happen(
    trader: Trader, control: Control, path: str, body: Any, sentence: str
) -> None:
    """With a 400, and nothing has moved."""
    before = trader.server.ledger()
    async with trader.session.post(
        f"http://127.0.0.1:{control.port}/{path}", json=body
    ) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"] == sentence
    assert trader.server.ledger() == before


async def test_the_control_port_shows_ledger_and_connections(
    trader: Trader, control: Control, clock: Clock
) -> None:
    """Exact, as text."""
    await trader.listen({"type": "myAsset"})
    await clock.settle()
    base = f"http://127.0.0.1:{control.port}"
    body = {"currency": "BTC", "amount": "0.00000001"}
    async with trader.session.post(f"{base}/deposit", json=body) as answer:
        assert answer.status == 200
    async with trader.session.get(f"{base}/ledger") as answer:
        assert (await answer.json())["BTC"]["total"] == "0.50000001"
    async with trader.session.get(f"{base}/connections") as answer:
        shown = await answer.json()
    assert shown == {
        "private": [{"types": ["myAsset"], "format": "DEFAULT"}],
        "public": 0,
    }


async def test_an_average_can_be_set_and_stays_flagged(
    trader: Trader, control: Control
) -> None:
    """The next purchase is mixed into it."""
    body = {"currency": "BTC", "price": "100000000"}
    assert await post(trader, control, "average", body) == (200, {})
    trader.server.deposit("BTC", "0.5", "120000000")
    _, rows = await trader.get("accounts")
    bitcoin = next(row for row in rows if row["currency"] == "BTC")
    assert Decimal(bitcoin["avg_buy_price"]) == 110_000_000
    assert bitcoin["avg_buy_price_modified"] is True
