"""A session of its own and a client of the simulated exchange."""

from collections.abc import AsyncGenerator, Callable

from aiohttp import ClientSession
import pytest

from custom_components.upbit.exchange.auth import Credentials
from custom_components.upbit.exchange.cooldown import Cooldown
from custom_components.upbit.exchange.endpoint import Endpoint
from custom_components.upbit.exchange.rest import UpbitRest
from custom_components.upbit.exchange.transport import Transport
from tests.clock import Clock
from tests.upbit_server import Key, UpbitServer

type Client = Callable[..., UpbitRest]


@pytest.fixture
async def server(socket_enabled: None, clock: Clock) -> AsyncGenerator[UpbitServer]:
    """Run an exchange whose account is empty."""
    async with UpbitServer() as exchange:
        yield exchange


@pytest.fixture
async def session(server: UpbitServer) -> AsyncGenerator[ClientSession]:
    """Return a session as Home Assistant would share it."""
    async with ClientSession() as shared:
        yield shared


@pytest.fixture
def client(session: ClientSession, server: UpbitServer) -> Client:
    """Return what makes a client of a key, a new one unless given."""

    def make(key: Key | None = None) -> UpbitRest:
        key = key or server.issue_key()
        return UpbitRest(
            Transport(session, Endpoint.of_origin(server.origin), Cooldown()),
            Credentials(key.access_key, key.secret_key),
        )

    return make
