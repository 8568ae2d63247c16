"""The simulated exchange is as strict as the real one: rates of pockets and addresses, bans, origins."""

from aiohttp import WSServerHandshakeError
import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import UpbitServer

PAGE = {"Origin": "https://page.example"}


async def connect(trader: Trader, path: str, headers: dict[str, str]) -> int:
    """Return the status of a handshake; what it opens is closed again."""
    try:
        socket = await trader.session.ws_connect(
            f"{trader.server.origin}/websocket/v1{path}", headers=headers
        )
    except WSServerHandshakeError as refused:
        return refused.status
    await socket.close()
    return 101


async def test_the_rate_is_the_pocket_s_and_not_each_key_s(trader: Trader) -> None:
    """30 requests a second, with whichever of its keys; another pocket has its own."""
    first, second = trader.key, trader.server.issue_key()
    statuses = []
    for number in range(31):
        trader.key = (first, second)[number % 2]
        statuses.append((await trader.get("accounts"))[0])
    assert statuses == [200] * 30 + [429]
    trader.key = trader.server.issue_key(pocket="another")
    assert (await trader.get("accounts"))[0] == 200


async def test_connects_are_the_pocket_s(trader: Trader, clock: Clock) -> None:
    """Five a second."""
    first, second = trader.key, trader.server.issue_key()
    statuses = []
    for number in range(6):
        trader.key = (first, second)[number % 2]
        statuses.append(await connect(trader, "/private", trader.token()))
    assert statuses == [101] * 5 + [429]
    await clock.advance(1)
    assert await connect(trader, "/private", trader.token()) == 101


async def test_refused_handshakes_count(trader: Trader, clock: Clock) -> None:
    """Who connects with a bad key without a pause is refused for that, and banned in the end."""
    key = trader.key
    trader.server.revoke_key(key.access_key)
    statuses = [
        await connect(trader, "/private", trader.token()) for _ in range(5 + 10 + 1)
    ]
    assert statuses == [401] * 5 + [429] * 10 + [418]
    trader.key = trader.server.issue_key()
    assert await connect(trader, "/private", trader.token()) == 418
    assert await connect(trader, "", {}) == 418
    assert (await trader.get("accounts"))[0] == 418
    await clock.advance(10)
    assert await connect(trader, "/private", trader.token()) == 101


async def test_an_origin_costs_ten_seconds(trader: Trader, clock: Clock) -> None:
    """One request for prices, and the next one ten seconds later; without it there are ten a second."""
    assert (await trader.get("market/all", PAGE))[0] == 200
    assert await trader.get("market/all", PAGE) == (429, "Too many API requests.")
    assert (await trader.get("market/all", {}))[0] == 200
    await clock.advance(5)
    assert (await trader.get("ticker?markets=KRW-BTC", PAGE))[0] == 429
    await clock.advance(5)
    assert (await trader.get("market/all", PAGE))[0] == 200


@pytest.mark.parametrize("path", ["", "/private"])
async def test_an_origin_costs_the_stream_too(
    trader: Trader, clock: Clock, path: str
) -> None:
    """One connect in ten seconds."""
    statuses = []
    for seconds in (0, 5, 5):
        await clock.advance(seconds)
        statuses.append(await connect(trader, path, PAGE | trader.token()))
    assert statuses == [101, 429, 101]


async def test_remaining_req_tells_what_remains(trader: Trader, clock: Clock) -> None:
    """Of the group, this second; only `sec` means anything."""
    url = f"{trader.server.origin}/v1"
    told = []
    for path in ("market/all", "ticker?markets=KRW-BTC", "accounts"):
        async with trader.session.get(
            f"{url}/{path}", headers=trader.token()
        ) as answer:
            told.append(answer.headers["Remaining-Req"])
    assert told == [
        "group=market; min=1800; sec=9",
        "group=market; min=1800; sec=8",
        "group=default; min=1800; sec=29",
    ]
    await clock.advance(1)
    async with trader.session.get(f"{url}/market/all") as answer:
        assert answer.headers["Remaining-Req"] == told[0]


async def test_what_was_asked_is_kept_with_its_headers(
    trader: Trader, server: UpbitServer
) -> None:
    """Of requests and of handshakes, answered or not."""
    await trader.get("market/all", PAGE)
    await connect(trader, "", PAGE)
    await connect(trader, "/private", {"X-Other": "1"})
    assert [one.headers.get("origin") for one in server.requests] == [
        PAGE["Origin"],
        PAGE["Origin"],
        None,
    ]
    assert [one.status for one in server.requests] == [200, 101, 401]
