"""The simulated exchange is honest: what its documentation promises and refuses, it promises and refuses."""

import asyncio
from decimal import Decimal
from hashlib import sha512

import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import Key, UpbitServer


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


def test_a_key_is_as_long_as_a_real_one() -> None:
    """Forty characters: PyJWT warns about shorter ones."""

    async def issued() -> Key:
        return UpbitServer().issue_key()

    key = asyncio.run(issued())
    assert (len(key.access_key), len(key.secret_key)) == (40, 40)
