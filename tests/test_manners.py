"""What the exchange sees of the integration: where it asks from, and what it never sends."""

from collections.abc import Generator
import socket
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import CONF_API_HOST

from .upbit_server import UpbitServer
from .upbit_server.faults import PRIVATE, PUBLIC


@pytest.fixture
def entry(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer
) -> Generator[MockConfigEntry]:
    """Return an entry whose exchange has a name that must be looked up."""
    data = {**entry.data, CONF_API_HOST: server.named_origin}
    hass.config_entries.async_update_entry(entry, data=data)
    with patch(
        "homeassistant.helpers.aiohttp_client._async_make_resolver",
        return_value=server.names,
    ):
        yield entry


async def test_streams_connect_without_an_origin_and_from_ipv4(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer
) -> None:
    """With one, they would have to wait ten seconds; the allow-list of a key knows no other addresses."""
    paths = {one.path for one in server.requests}
    assert {PRIVATE, PUBLIC, "/v1/accounts", "/v1/market/all"} <= paths
    assert not [one for one in server.requests if "Origin" in one.headers]
    assert set(server.names.families) == {socket.AF_INET}
