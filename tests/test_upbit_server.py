"""The simulated exchange is honest: what its documentation promises and refuses, it promises and refuses."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha512
import json
from typing import Any

import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import Key, UpbitServer
from .upbit_server.control import Control


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_both_algorithms_are_taken_and_a_nonce_only_once(trader: Trader) -> None:
    """HS256 and HS512; anything else is no token."""
    used = trader.token()
    assert (await trader.get("accounts", used))[0] == 200
    status, body = await trader.get("accounts", used)
    assert (status, body["error"]["name"]) == (401, "nonce_used")
    assert (await trader.get("accounts", trader.token("HS512")))[0] == 200
    status, body = await trader.get("accounts", trader.token("HS384"))
    assert body["error"]["name"] == "jwt_verification"
    status, body = await trader.get("accounts", {})
    assert body["error"]["name"] == "no_authorization_token"
    status, body = await trader.get("accounts", {"Authorization": "Bearer x"})
    assert body["error"]["name"] == "jwt_verification"
    status, body = await trader.get("accounts", trader.token(nonce=""))
    assert body["error"]["name"] == "invalid_query_payload"


async def test_a_query_is_signed_by_its_hash(trader: Trader) -> None:
    """Unencoded, in the order sent."""
    _, body = await trader.get("orders/open?limit=1")
    assert body["error"]["name"] == "invalid_query_payload"
    hashed = sha512(b"limit=1").hexdigest()
    signed = trader.token(query_hash=hashed, query_hash_alg="SHA512")
    assert await trader.get("orders/open?limit=1", signed) == (200, [])
    for other in ("MD5", "sha512", ""):
        signed = trader.token(query_hash=hashed, query_hash_alg=other)
        status, body = await trader.get("orders/open?limit=1", signed)
        assert (status, body["error"]["name"]) == (401, "invalid_query_payload")


async def test_market_data_needs_no_key_and_fails_whole_for_an_unknown_code(
    trader: Trader,
) -> None:
    """Its error has an integer for a name."""
    status, rows = await trader.get("market/all?is_details=true", {})
    assert rows[0]["market_event"]["warning"] is False
    status, rows = await trader.get("market/all", {})
    assert "market_event" not in rows[0]
    status, rows = await trader.get("ticker?markets=KRW-BTC,BTC-ETH", {})
    assert [row["market"] for row in rows] == ["KRW-BTC", "BTC-ETH"]
    status, body = await trader.get("ticker?markets=KRW-BTC,KRW-NONE", {})
    assert (status, body["error"]["name"]) == (404, 404)
    status, rows = await trader.get("ticker/all?quote_currencies=BTC,USDT", {})
    assert {row["market"] for row in rows} == {"BTC-ETH", "USDT-BTC"}
    status, rows = await trader.get("status/wallet")
    assert {row["currency"] for row in rows} == {"BTC", "ETH"}


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("no json", "WRONG_FORMAT"),
        ({"type": "myAsset"}, "WRONG_FORMAT"),
        ([{"type": "myAsset"}], "NO_TICKET"),
        ([{"ticket": "t"}], "NO_TYPE"),
        ([{"ticket": "t"}, {"type": "ticker"}], "INVALID_PARAM"),
        ([{"ticket": "t"}, {"type": "myAsset", "codes": ["KRW-BTC"]}], "WRONG_FORMAT"),
        (
            [{"ticket": "t"}, {"type": "myAsset", "is_only_snapshot": True}],
            "WRONG_FORMAT",
        ),
        ([{"ticket": "t"}, {"type": "myAsset"}, {"format": "XML"}], "WRONG_FORMAT"),
        ([{"ticket": "t"}, {"method": "STOP"}], "INVALID_PARAM"),
    ],
)
async def test_a_wrong_message_is_answered_with_an_error_frame(
    trader: Trader, clock: Clock, message: Any, name: str
) -> None:
    """And the connection stays."""
    socket = await trader.listen()
    text = message if isinstance(message, str) else json.dumps(message)
    await socket.send_str(text)
    await clock.settle()
    assert [frame["error"]["name"] for frame in trader.frames] == [name]
    assert not socket.closed


async def test_a_later_subscription_replaces_the_earlier_one(
    trader: Trader, clock: Clock
) -> None:
    """LIST_SUBSCRIPTIONS is how one learns it."""
    socket = await trader.listen({"type": "myAsset"}, {"type": "myOrder"})
    await socket.send_json([{"ticket": "u"}, {"type": "myOrder"}])
    await socket.send_json([{"ticket": "v"}, {"method": "LIST_SUBSCRIPTIONS"}])
    trader.server.deposit("BTC", "1")
    await clock.settle()
    assert trader.frames == [
        {"method": "LIST_SUBSCRIPTIONS", "result": [{"type": "myOrder"}], "ticket": "v"}
    ]


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("DEFAULT", lambda frame: frame["assets"][0]["balance"]),
        ("SIMPLE", lambda frame: frame["ast"][0]["b"]),
        ("JSON_LIST", lambda frame: frame[0]["assets"][0]["balance"]),
        ("SIMPLE_LIST", lambda frame: frame[0]["ast"][0]["b"]),
    ],
)
async def test_a_change_comes_in_each_format_with_every_digit(
    trader: Trader, clock: Clock, form: str, read: Callable[[Any], Decimal]
) -> None:
    """Only what changed, as a number."""
    await trader.listen({"type": "myAsset"}, {"format": form})
    await clock.settle()
    trader.server.deposit("KRW", "0.00000000000000000123")
    await clock.settle()
    (frame,) = trader.frames
    assert str(read(frame)) == "1000000.00000000000000000123"


async def test_a_silent_connection_is_cut_after_two_minutes_and_status_keeps_it(
    trader: Trader, clock: Clock
) -> None:
    """Without a close frame."""
    silent = await trader.listen({"type": "myAsset"})
    await clock.advance(119)
    assert not silent.closed
    await clock.advance(2)
    assert silent.closed
    assert silent.close_code == 1006
    kept = await trader.listen({"type": "myAsset"})
    await kept.send_str("PING")
    await clock.advance(301)
    assert not kept.closed
    assert trader.frames == [{"status": "UP"}] * 31


async def test_a_connection_that_talks_too_much_is_cut(
    trader: Trader, clock: Clock
) -> None:
    """Five messages a second."""
    socket = await trader.listen()
    for _ in range(6):
        await socket.send_str("PING")
    await clock.settle()
    assert socket.closed


async def test_an_order_locks_fills_and_gives_back_its_rest(
    trader: Trader, clock: Clock
) -> None:
    """0.05 % of the funds are the fee; what was locked beyond the fills returns."""
    server = trader.server
    await trader.listen({"type": "myAsset"}, {"type": "myOrder"})
    await clock.settle()
    uuid = server.order("KRW-BTC", "bid", volume="0.002", price="100000000")
    assert server.ledger()["KRW"].locked == Decimal(200100)
    server.fill(uuid, "0.0005", "0.0005")
    assert server.ledger()["BTC"].total == Decimal("0.501")
    server.cancel(uuid)
    won = server.ledger()["KRW"]
    assert won.balance == Decimal(899950)
    assert not won.locked
    await clock.settle()
    orders = [frame for frame in trader.frames if frame["type"] == "myOrder"]
    assert [order["state"] for order in orders] == ["wait", "trade", "trade", "cancel"]
    assert orders[1]["trade_fee"] == Decimal(25)
    assert orders[2]["paid_fee"] == Decimal(50)
    assert len({order["trade_uuid"] for order in orders}) == 3
    last = [frame for frame in trader.frames if frame["type"] == "myAsset"][-1]
    assert last["assets"] == [
        {"currency": "KRW", "balance": Decimal(899950), "locked": 0}
    ]


async def test_a_market_buy_ends_in_cancel_with_a_refund_of_dust(
    trader: Trader, clock: Clock
) -> None:
    """As on the exchange; the account has paid the fills and their fee, exactly."""
    server = trader.server
    await trader.listen({"type": "myOrder"})
    await clock.settle()
    server.trade("KRW-DOGE", "bid", "10.12345678", fills=2)
    await clock.settle()
    states = [frame["state"] for frame in trader.frames]
    assert states == ["wait", "trade", "trade", "cancel"]
    spent = Decimal("10.12345678") * Decimal("241.3") * Decimal("1.0005")
    assert server.ledger()["KRW"].total == Decimal(1000000) - spent
    assert server.ledger()["KRW"].locked == 0


async def test_prices_walk_and_fill_what_they_reach(
    trader: Trader, clock: Clock
) -> None:
    """The public stream begins with a snapshot."""
    server = trader.server
    codes = ["KRW-BTC", "KRW-ETH", "KRW-XRP"]
    await trader.listen({"type": "ticker", "codes": codes}, public=True)
    await clock.settle()
    assert [frame["stream_type"] for frame in trader.frames] == ["SNAPSHOT"] * 3
    price = server.markets["KRW-XRP"].price
    server.order("KRW-XRP", "bid", volume="1", price=str(price - 1))
    for _ in range(200):
        server.walk()
    await clock.settle()
    assert "REALTIME" in {frame["stream_type"] for frame in trader.frames}
    assert server.ledger()["XRP"].total == 1


async def test_a_notice_reaches_whoever_wants_its_category(
    trader: Trader, clock: Clock
) -> None:
    """No scope is needed."""
    control = Control(trader.server, 0)
    await control.start()
    trader.key = trader.server.issue_key(scopes=[])
    await trader.listen({"type": "announcement", "categories": ["trading"]})
    await clock.settle()
    for category in ("event", "trading"):
        async with trader.session.post(
            f"http://127.0.0.1:{control.port}/announce",
            json={"title": "A notice", "category": category},
        ) as answer:
            assert answer.status == 200
    await clock.settle()
    assert [frame["category"] for frame in trader.frames] == ["trading"]
    await control.stop()


def test_a_key_is_as_long_as_a_real_one() -> None:
    """Forty characters: PyJWT warns about shorter ones."""

    async def issued() -> Key:
        return UpbitServer().issue_key()

    key = asyncio.run(issued())
    assert (len(key.access_key), len(key.secret_key)) == (40, 40)


async def test_parts_of_one_type_are_one_subscription_of_all_their_codes(
    trader: Trader, server: UpbitServer, clock: Clock
) -> None:
    """As other people's clients subscribe: a part for each market."""
    parts = [{"type": "ticker", "codes": [code]} for code in ("KRW-BTC", "KRW-ETH")]
    await trader.listen(*parts, public=True)
    await clock.settle()
    assert [frame["code"] for frame in trader.frames] == ["KRW-BTC", "KRW-ETH"]


async def test_orders_of_other_markets_are_not_sent(
    trader: Trader, server: UpbitServer, clock: Clock
) -> None:
    """Codes on myOrder choose, and no codes are all of them."""
    await trader.listen({"type": "myOrder", "codes": ["KRW-BTC"]})
    await trader.listen({"type": "myOrder", "codes": []})
    await clock.settle()
    server.order("KRW-ETH", "ask", "0.1", "9000000")
    server.order("KRW-BTC", "ask", "0.1", "900000000")
    await clock.settle()
    codes = sorted(frame["code"] for frame in trader.frames)
    assert codes == ["KRW-BTC", "KRW-BTC", "KRW-ETH"]


async def test_subscriptions_are_listed_in_the_format_that_is_asked_for(
    trader: Trader, clock: Clock
) -> None:
    """With short names in SIMPLE."""
    socket = await trader.listen({"type": "myAsset"})
    for form in ("SIMPLE", "DEFAULT"):
        await socket.send_json(
            [{"ticket": "t"}, {"method": "LIST_SUBSCRIPTIONS"}, {"format": form}]
        )
    await clock.settle()
    assert trader.frames == [
        {"mthd": "LIST_SUBSCRIPTIONS", "rslt": [{"ty": "myAsset"}], "tckt": "t"},
        {
            "method": "LIST_SUBSCRIPTIONS",
            "result": [{"type": "myAsset"}],
            "ticket": "t",
        },
    ]
