"""Signed requests against the simulated exchange, and what its refusals become."""

from datetime import UTC, datetime, timedelta
from hashlib import sha512
import json
import warnings

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
import jwt
import pytest

from custom_components.upbit.exchange.auth import Credentials
from custom_components.upbit.exchange.cooldown import Cooldown
from custom_components.upbit.exchange.endpoint import REGIONS, Endpoint
from custom_components.upbit.exchange.errors import (
    Banned,
    CannotConnect,
    ExpiredKey,
    InvalidHost,
    InvalidKey,
    InvalidQuery,
    IpNotAllowed,
    MissingScope,
    NonceUsed,
    RateLimited,
    UpbitError,
    error_of,
)
from custom_components.upbit.exchange.rest import UpbitRest
from custom_components.upbit.exchange.transport import Transport
from tests.upbit_server import Key, UpbitServer

from .conftest import Client


def test_pasted_keys_lose_their_blanks_and_are_never_shown() -> None:
    """Not in a log, not in a traceback."""
    keys = Credentials(" ACCESS\n", "\tSEC\r\nRET ")
    assert (keys.access_key, keys.secret_key) == ("ACCESS", "SECRET")
    assert repr(keys) == "Credentials()"


def test_each_token_has_a_nonce_of_its_own_and_the_hash_of_its_query() -> None:
    """HS256 takes a secret of 40 characters without a warning."""
    keys = Credentials("a" * 40, "s" * 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = keys.bearer("limit=1"), keys.bearer()
    claims = jwt.decode(
        one.removeprefix("Bearer "), keys.secret_key, algorithms=["HS256"]
    )
    assert claims["access_key"] == keys.access_key
    assert claims["query_hash"] == sha512(b"limit=1").hexdigest()
    assert claims["query_hash_alg"] == "SHA512"
    plain = jwt.decode(
        other.removeprefix("Bearer "), keys.secret_key, algorithms=["HS256"]
    )
    assert set(plain) == {"access_key", "nonce"}
    assert plain["nonce"] != claims["nonce"]


@pytest.mark.parametrize("secret", ["", "  ", "\ud800", "ssh-rsaAAAA"])
def test_what_cannot_sign_is_an_invalid_key(secret: str) -> None:
    """Not a surprise: anything can be pasted."""
    with pytest.raises(InvalidKey):
        Credentials("access", secret).bearer()


def test_each_region_has_its_own_host() -> None:
    """And its streams beside its resources."""
    korea = Endpoint.of_region("kr")
    assert str(korea.rest("accounts")) == "https://api.upbit.com/v1/accounts"
    assert str(korea.public_stream) == "wss://api.upbit.com/websocket/v1"
    assert str(korea.private_stream) == "wss://api.upbit.com/websocket/v1/private"
    assert {code: region.quote_currency for code, region in REGIONS.items()} == {
        "kr": "KRW",
        "sg": "SGD",
        "id": "IDR",
        "th": "THB",
    }


@pytest.mark.parametrize(
    "text",
    [
        "https://relay.example",
        "https://relay.example/",
        " https://relay.example:8443 ",
        "http://localhost:8125",
        "http://127.0.0.1:8125",
        "http://[::1]:8125",
    ],
)
def test_an_origin_over_tls_or_on_this_machine_is_a_relay(text: str) -> None:
    """Scheme, host and port."""
    origin = Endpoint.of_origin(text).origin
    assert origin.path == "/"
    assert str(Endpoint.of_origin(text).private_stream).startswith("ws")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "relay.example",
        "http://relay.example",
        "http://192.168.0.2",
        "ftp://relay.example",
        "https://relay.example/path",
        "https://relay.example?a=1",
        "https://relay.example#top",
        "https://user:word@relay.example",
        "https://relay.example:port",
        "https://",
    ],
)
def test_anything_else_is_no_relay(text: str) -> None:
    """Keys would travel in the clear, or somewhere unmeant."""
    with pytest.raises(InvalidHost):
        Endpoint.of_origin(text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invalid_access_key", InvalidKey),
        ("jwt_verification", InvalidKey),
        ("no_authorization_token", InvalidKey),
        ("INVALID_AUTH", InvalidKey),
        ("expired_access_key", ExpiredKey),
        ("no_authorization_ip", IpNotAllowed),
        ("no_authorization_i_p", IpNotAllowed),
        ("out_of_scope", MissingScope),
        ("nonce_used", NonceUsed),
        ("invalid_query_payload", InvalidQuery),
        ("too_many_requests", RateLimited),
    ],
)
def test_each_documented_error_has_its_exception(
    name: str, kind: type[UpbitError]
) -> None:
    """By name, since status codes are not used consistently."""
    assert type(error_of(name, "")) is kind


def test_an_error_name_that_is_not_known_is_none_of_ours() -> None:
    """The status decides then."""
    assert error_of("brand_new", "") is None


async def test_accounts_come_exact(client: Client, server: UpbitServer) -> None:
    """Digit for digit, with the average and its currency."""
    server.deposit("KRW", "1386929.37231066771348207123")
    server.deposit("BTC", "0.1", price="142350000")
    won, bitcoin = await client().accounts()
    assert str(won.balance) == "1386929.37231066771348207123"
    assert str(bitcoin.average_buy_price) == "142350000"
    assert bitcoin.average_buy_price_modified is False
    assert bitcoin.unit_currency == "KRW"


async def test_a_key_tells_when_it_expires(client: Client, server: UpbitServer) -> None:
    """Its own row only; abroad there may be none, or one in UTC without saying so."""
    moment = datetime(2030, 6, 1, tzinfo=UTC)
    assert await client(server.issue_key(expires_at=moment)).key_expiry() == moment
    server.fault(rest_status=200, rest_body="[]")
    assert await client().key_expiry() is None
    key = server.issue_key()
    row = {"access_key": key.access_key, "expire_at": "2030-06-01T00:00:00"}
    server.fault(rest_body=json.dumps([row]))
    assert await client(key).key_expiry() == moment
    server.fault(rest_body='[{"access_key": 1}, {"expire_at": 2}]')
    with pytest.raises(CannotConnect):
        await client().key_expiry()


async def test_a_key_that_is_refused_says_why(
    client: Client, server: UpbitServer
) -> None:
    """As its owner set it up."""
    past = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(ExpiredKey):
        await client(server.issue_key(expires_at=past)).accounts()
    with pytest.raises(MissingScope):
        await client(server.issue_key(scopes=[])).accounts()
    with pytest.raises(IpNotAllowed) as refused:
        await client(server.issue_key(allow_list=["203.0.113.9"])).accounts()
    assert refused.value.address == "127.0.0.1"
    known = server.issue_key()
    wrong = Key("nobody", "s" * 40, frozenset(), past, frozenset())
    with pytest.raises(InvalidKey):
        await client(wrong).accounts()
    wrong.access_key = known.access_key
    with pytest.raises(InvalidKey):
        await client(wrong).accounts()


async def test_whoever_asks_too_often_is_limited_and_then_banned(
    client: Client, server: UpbitServer
) -> None:
    """Thirty a second are allowed; time stands still here."""
    rest = client()
    for _ in range(30):
        await rest.accounts()
    for _ in range(10):
        with pytest.raises(RateLimited) as limited:
            await rest.accounts()
        assert type(limited.value) is RateLimited
        assert limited.value.retry_after is None
    with pytest.raises(Banned) as banned:
        await rest.accounts()
    assert banned.value.retry_after == 10


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, "<html>maintenance</html>", CannotConnect),
        (500, '{"error": {"name": "server_error", "message": "x"}}', CannotConnect),
        (500, '{"error": {"name": 500, "message": "x"}}', CannotConnect),
        (200, "<html>", CannotConnect),
        (200, '{"not": "a list"}', CannotConnect),
        (200, '[{"currency": "BTC"}]', CannotConnect),
        (200, "[7]", CannotConnect),
        (401, "", InvalidKey),
        (401, "{}", InvalidKey),
        (302, "", CannotConnect),
    ],
)
async def test_an_answer_that_is_none_is_no_connection(
    client: Client,
    server: UpbitServer,
    status: int,
    body: str,
    kind: type[UpbitError],
) -> None:
    """Maintenance, a captive portal, something new."""
    server.fault(rest_status=status, rest_body=body)
    with pytest.raises(kind) as refused:
        await client().accounts()
    assert type(refused.value) is kind


@pytest.mark.parametrize(
    "field",
    [
        {"currency": "B" * 500},
        {"currency": 1},
        {"unit_currency": ""},
        {"avg_buy_price_modified": "no"},
        {"balance": "-1"},
        {"locked": "NaN"},
        {"avg_buy_price": True},
    ],
)
async def test_an_account_with_a_wrong_field_is_no_answer(
    client: Client, server: UpbitServer, field: dict[str, object]
) -> None:
    """All of it is refused: half an account would sell the other half."""
    row = {
        "currency": "BTC",
        "balance": "1",
        "locked": "0",
        "avg_buy_price": "0",
        "avg_buy_price_modified": False,
        "unit_currency": "KRW",
    }
    body = web.json_response([row, row | field]).text
    server.fault(rest_status=200, rest_body=body)
    with pytest.raises(CannotConnect):
        await client().accounts()


async def test_keys_do_not_follow_a_redirect(
    session: ClientSession, server: UpbitServer
) -> None:
    """A relay that points elsewhere gets no further."""
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound(f"{server.origin}/v1/accounts")

    app = web.Application()
    app.router.add_get("/v1/accounts", elsewhere)
    async with TestServer(app, host="127.0.0.1", access_log=None) as relay:
        key = server.issue_key()
        rest = UpbitRest(
            Transport(
                session, Endpoint.of_origin(str(relay.make_url("/"))), Cooldown()
            ),
            Credentials(key.access_key, key.secret_key),
        )
        with pytest.raises(CannotConnect):
            await rest.accounts()
    assert asked
    assert not server.requests


async def test_no_network_is_no_connection_and_names_no_key(
    client: Client, server: UpbitServer
) -> None:
    """The text of the error is its kind."""
    rest = client()
    await server.__aexit__()
    with pytest.raises(CannotConnect) as failed:
        await rest.accounts()
    assert str(failed.value) == "ClientConnectorError"
    await server.__aenter__()
