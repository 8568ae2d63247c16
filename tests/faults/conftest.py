"""An account at an exchange that is about to fail, watched from before its first state."""

from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
import random
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import (
    CONF_ACCESS_KEY,
    CONF_API_HOST,
    CONF_SECRET_KEY,
    DOMAIN,
)
from tests.clock import Clock
from tests.upbit_server import UpbitServer
from tests.upbit_server.certificates import Certificates

from .measure import Connects, Watch


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return certificates, made once a process."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def tls() -> bool:
    """Return whether the exchange speaks TLS; the matrix overrides it."""
    return False


@pytest.fixture
async def server(
    socket_enabled: None, clock: Clock, certificates: Certificates, tls: bool
) -> AsyncGenerator[UpbitServer]:
    """Run an exchange whose one account holds won, bitcoin and ether."""
    async with UpbitServer(certificates=certificates if tls else None) as exchange:
        exchange.deposit("KRW", "1000000")
        exchange.deposit("BTC", "0.5")
        exchange.deposit("ETH", "2")
        yield exchange


@pytest.fixture
def reachable(
    hass: HomeAssistant, server: UpbitServer, certificates: Certificates
) -> Generator[None]:
    """Let Home Assistant look names up where the exchange's are known, and trust its authority."""
    clients = "homeassistant.helpers.aiohttp_client"
    with (
        patch(f"{clients}._async_make_resolver", return_value=server.names),
        patch(
            f"{clients}.ssl_util.client_context",
            side_effect=lambda *_: certificates.client(),
        ),
    ):
        yield


@pytest.fixture
def entry(
    hass: HomeAssistant,
    hass_storage: dict[str, object],
    server: UpbitServer,
    reachable: None,
    enable_custom_integrations: None,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return an entry whose first minutes are over; it is not set up yet."""
    random.seed(0)
    key = server.issue_key()
    config_entry = MockConfigEntry(
        domain=DOMAIN,
        title="Upbit",
        data={
            CONF_ACCESS_KEY: key.access_key,
            CONF_SECRET_KEY: key.secret_key,
            CONF_REGION: "kr",
            CONF_API_HOST: server.named_origin,
        },
    )
    config_entry.add_to_hass(hass)
    freezer.tick(timedelta(minutes=15))
    return config_entry


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> Connects:
    """Return what counts connects, from the first on."""
    return Connects(monkeypatch)


@pytest.fixture
def watch(hass: HomeAssistant, server: UpbitServer) -> Watch:
    """Return what sees every state, from the first on."""
    return Watch(hass, server)
