"""Adding an account: its key is tried on the exchange, and nothing is stored before it is good."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import DOMAIN

from .clock import Clock
from .upbit_server import Key, UpbitServer

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")


def filled(key: Key, host: str) -> dict[str, Any]:
    """Return the form as its user fills it in."""
    return {
        "access_key": key.access_key,
        "secret_key": key.secret_key,
        "region": "kr",
        "advanced": {"api_host": host},
    }


async def opened(hass: HomeAssistant) -> str:
    """Open the form, and return the flow's id."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    assert not result["errors"]
    return result["flow_id"]


async def submitted(
    hass: HomeAssistant, flow_id: str, data: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form."""
    return await hass.config_entries.flow.async_configure(flow_id, data)


@pytest.fixture
async def unloaded(hass: HomeAssistant, clock: Clock) -> Any:
    """Unload what the flow set up, when the test is over."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.mark.smoke
async def test_a_good_key_becomes_an_account(
    hass: HomeAssistant, server: UpbitServer, unloaded: None
) -> None:
    """Its blanks are gone, and its title is the exchange's name."""
    key = server.issue_key()
    data = filled(key, f" {server.origin} ")
    data["access_key"] = f"  {key.access_key}\n"
    data["secret_key"] = f"\t{key.secret_key} "
    result = await submitted(hass, await opened(hass), data)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Upbit"
    assert result["data"] == {
        "access_key": key.access_key,
        "secret_key": key.secret_key,
        "region": "kr",
        "api_host": server.origin,
    }
    await hass.async_block_till_done()
    assert hass.states.get("sensor.upbit_btc")


async def test_without_a_relay_the_key_is_tried_in_its_region(
    hass: HomeAssistant, server: UpbitServer, clock: Clock
) -> None:
    """And no host is stored."""
    key = server.issue_key()
    data = filled(key, "") | {"region": "sg"}
    data["advanced"] = {}
    asked: list[str] = []

    async def accounts(rest: Any) -> tuple[()]:
        asked.append(str(rest._endpoint.origin))  # noqa: SLF001 - where it would have gone
        return ()

    with (
        patch("custom_components.upbit.config_flow.UpbitRest.accounts", accounts),
        patch("custom_components.upbit.async_setup_entry", return_value=True),
    ):
        result = await submitted(hass, await opened(hass), data)
    assert asked == ["https://sg-api.upbit.com"]
    assert "api_host" not in result["data"]


def past() -> datetime:
    """Return a moment that is over."""
    return datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("flaw", "error", "named"),
    [
        ("wrong secret", "invalid_auth", {}),
        ("unknown key", "invalid_auth", {}),
        ("blank", "invalid_auth", {}),
        ("expired", "expired_key", {}),
        ("address", "ip_not_allowed_address", {"address": "127.0.0.1"}),
        ("address untold", "ip_not_allowed", {}),
        ("scope", "missing_permission", {}),
        ("limit", "rate_limited", {}),
        ("ban", "banned_until", {"until": "12:10:00"}),
        ("ban untold", "banned", {}),
        ("maintenance", "cannot_connect", {}),
        ("network", "cannot_connect", {}),
        ("surprise", "unknown", {}),
    ],
)
async def test_a_key_that_is_not_good_says_why_and_can_be_mended(
    hass: HomeAssistant,
    server: UpbitServer,
    clock: Clock,
    unloaded: None,
    freezer: Any,
    flaw: str,
    error: str,
    named: dict[str, str],
) -> None:
    """Each flaw has its own sentence, nothing is stored, and the same form takes the good key."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-11-24 12:00:00+00:00")
    good = server.issue_key()
    data = filled(good, server.origin)
    match flaw:
        case "wrong secret":
            data["secret_key"] = "x" * 40
        case "unknown key":
            data["access_key"] = "x" * 40
        case "blank":
            data["access_key"] = data["secret_key"] = "  "
        case "expired":
            data = filled(server.issue_key(expires_at=past()), server.origin)
        case "address":
            data = filled(server.issue_key(allow_list=["203.0.113.9"]), server.origin)
        case "address untold":
            body = '{"error": {"name": "no_authorization_i_p", "message": ""}}'
            server.fault(rest_status=401, rest_body=body)
        case "scope":
            data = filled(server.issue_key(scopes=[]), server.origin)
        case "limit":
            server.fault(rest_status=429)
        case "ban":
            server.fault(ban=600)
        case "ban untold":
            server.fault(rest_status=418)
        case "maintenance":
            server.fault(maintenance=True)
        case "network":
            data["advanced"] = {"api_host": "http://127.0.0.1:9"}
    flow_id = await opened(hass)
    if flaw == "surprise":
        with patch(
            "custom_components.upbit.config_flow.UpbitRest.accounts",
            side_effect=RuntimeError,
        ):
            result = await submitted(hass, flow_id, data)
    else:
        result = await submitted(hass, flow_id, data)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"] == named
    assert not hass.config_entries.async_entries(DOMAIN)

    server.fault(rest_status=None, rest_body=None, maintenance=False)
    await clock.advance(601)
    result = await submitted(hass, flow_id, filled(good, server.origin))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    "host", ["relay.example", "http://relay.example", "https://relay.example/v1"]
)
async def test_a_host_that_is_no_relay_is_reported_on_its_section(
    hass: HomeAssistant, server: UpbitServer, host: str
) -> None:
    """Plain http to somewhere else as well; the key goes nowhere."""
    result = await submitted(hass, await opened(hass), filled(server.issue_key(), host))
    assert result["errors"] == {"advanced": "invalid_host"}
    assert not server.requests


async def test_the_same_key_cannot_be_added_twice(
    hass: HomeAssistant, server: UpbitServer, entry: MockConfigEntry
) -> None:
    """Not with blanks around it either."""
    data = filled(server.issue_key(), server.origin)
    data["access_key"] = f" {entry.data['access_key']} "
    result = await submitted(hass, await opened(hass), data)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def test_a_second_account_is_asked_for_its_title(
    hass: HomeAssistant, server: UpbitServer, entry: MockConfigEntry, unloaded: None
) -> None:
    """Two of one title would be told apart by a number in their entity ids."""
    data = filled(server.issue_key(), server.origin)
    result = await submitted(hass, await opened(hass), data)
    assert result["step_id"] == "title"
    assert result["data_schema"]
    (marker,) = result["data_schema"].schema
    assert marker.description == {"suggested_value": "Upbit 2"}
    result = await submitted(hass, result["flow_id"], {"name": " upbit "})
    assert result["errors"] == {"name": "title_taken"}
    result = await submitted(hass, result["flow_id"], {"name": " "})
    assert result["errors"] == {"name": "title_missing"}
    result = await submitted(hass, result["flow_id"], {"name": "Savings"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Savings"
    await hass.async_block_till_done()
    assert hass.states.get("sensor.savings_btc")
