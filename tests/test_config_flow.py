"""Adding an account: its key is tried on the exchange, and nothing is stored before it is good."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
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
        asked.append(str(rest._transport.endpoint.origin))  # noqa: SLF001 - where it would have gone
        return ()

    with (
        patch("custom_components.upbit.trial.UpbitRest.accounts", accounts),
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
            server.fault(answer="503")
        case "network":
            data["advanced"] = {"api_host": "http://127.0.0.1:9"}
    flow_id = await opened(hass)
    if flaw == "surprise":
        with patch(
            "custom_components.upbit.trial.UpbitRest.accounts",
            side_effect=RuntimeError,
        ):
            result = await submitted(hass, flow_id, data)
    else:
        result = await submitted(hass, flow_id, data)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"] == named
    assert not hass.config_entries.async_entries(DOMAIN)

    server.fault(rest_status=None, rest_body=None, answer=None)
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
    assert result["data_schema"]
    assert result["data_schema"].schema["advanced"].options == {"collapsed": False}


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


async def test_the_same_key_entered_in_two_forms_becomes_one_account(
    hass: HomeAssistant, server: UpbitServer, entry: MockConfigEntry, unloaded: None
) -> None:
    """The form that is finished later says so."""
    data = filled(server.issue_key(), server.origin)
    first, second = [await submitted(hass, await opened(hass), data) for _ in range(2)]
    assert first["step_id"] == second["step_id"] == "title"
    result = await submitted(hass, first["flow_id"], {"name": "One"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    result = await submitted(hass, second["flow_id"], {"name": "Two"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


async def refused(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> str:
    """Revoke the key of an account, wait until another one is asked for, and return that flow's id."""
    server.keys.revoke(account.data["access_key"])
    await clock.advance(16 * 60)
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    return str(flow["flow_id"])


async def test_another_key_is_asked_for_when_the_exchange_refuses_this_one(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """By itself; a wrong one is refused, a good one goes on with every entity and what was told."""
    flow_id = await refused(hass, account, server, clock)
    entities = {one.entity_id for one in hass.states.async_all()}
    wrong = {"access_key": "x" * 40, "secret_key": "y" * 40}
    result = await submitted(hass, flow_id, wrong)
    assert result["errors"] == {"base": "invalid_auth"}
    assert result["description_placeholders"] == {"name": "Upbit"}
    assert account.data["access_key"] != wrong["access_key"]

    server.deposit("BTC", "0.25")
    key = server.issue_key()
    good = {"access_key": key.access_key, "secret_key": key.secret_key}
    result = await submitted(hass, flow_id, good)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await clock.until(
        lambda: hass.states.is_state("binary_sensor.upbit_connection", "on"), within=30
    )
    await clock.advance(30)
    assert account.data == {**account.data, **good}
    assert {one.entity_id for one in hass.states.async_all()} == entities
    assert hass.states.is_state("sensor.upbit_btc", "0.75")
    told = hass.states.get("event.upbit_activity")
    assert told
    assert told.attributes["event_type"] == "deposit"


async def test_a_key_that_expired_at_set_up_is_asked_for_too(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, unloaded: None
) -> None:
    """The entry has failed, and is set up with the new key."""
    expired = server.issue_key(expires_at=past())
    hass.config_entries.async_update_entry(
        entry,
        data={
            **entry.data,
            "access_key": expired.access_key,
            "secret_key": expired.secret_key,
        },
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    key = server.issue_key()
    result = await submitted(
        hass,
        flow["flow_id"],
        {"access_key": key.access_key, "secret_key": key.secret_key},
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_the_same_key_is_taken_again_once_the_exchange_accepts_it(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, unloaded: None
) -> None:
    """Upbit was wrong, or its owner has put it right there."""
    server.fault(rest_status=401, rest_body='{"error": {"name": "invalid_access_key"}}')
    assert not await hass.config_entries.async_setup(entry.entry_id)
    server.fault(rest_status=None, rest_body=None)
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    same = {name: entry.data[name] for name in ("access_key", "secret_key")}
    await submitted(hass, flow["flow_id"], same)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_a_key_is_replaced_without_losing_anything(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The stored one is not sent back to the browser, and stays where its fields are left empty."""
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": account.entry_id}
    )
    assert flow["data_schema"]
    suggested = {
        str(marker): marker.description
        for marker in flow["data_schema"].schema
        if marker.description
    }
    assert suggested == {"region": {"suggested_value": "kr"}}
    before = dict(account.data)
    place = {"region": "kr", "advanced": {"api_host": server.origin}}
    result = await submitted(hass, flow["flow_id"], place)
    assert result["reason"] == "reconfigure_successful"
    assert dict(account.data) == before

    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": account.entry_id}
    )
    key = server.issue_key()
    entities = {one.entity_id for one in hass.states.async_all()}
    result = await submitted(hass, flow["flow_id"], filled(key, server.origin))
    assert result["reason"] == "reconfigure_successful"
    await clock.advance(5)
    assert account.data["access_key"] == key.access_key
    assert account.state is ConfigEntryState.LOADED
    assert {one.entity_id for one in hass.states.async_all()} == entities


async def test_a_key_of_another_region_replaces_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is tried where it is to be used, and the account goes on with the old one."""
    before = dict(account.data)
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": account.entry_id}
    )
    async with UpbitServer() as singapore:
        foreign = singapore.issue_key()
        result = await submitted(
            hass, flow["flow_id"], filled(foreign, server.origin) | {"region": "sg"}
        )
    assert result["errors"] == {"base": "invalid_auth"}
    assert dict(account.data) == before
    assert hass.states.is_state("binary_sensor.upbit_connection", "on")


async def test_a_key_of_another_entry_is_not_taken(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer
) -> None:
    """One account is one entry."""
    key = server.issue_key()
    MockConfigEntry(domain=DOMAIN, data=filled(key, server.origin)).add_to_hass(hass)
    flow = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": account.entry_id}
    )
    result = await submitted(hass, flow["flow_id"], filled(key, server.origin))
    assert result["reason"] == "already_configured"


OPTIONS: dict[str, Any] = {
    "price_interval": 10,
    "smallest_worth": "0",
    "day_start": "midnight",
    "history_size": 200,
}


async def test_options_apply_without_a_restart(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """What is worth too little leaves, what has no price stays, and totals count everything."""
    server.deposit("LUNA", "3")
    await clock.advance(5)
    total = hass.states.get("sensor.upbit_total_value")
    flow = await hass.config_entries.options.async_init(account.entry_id)
    assert flow["description_placeholders"] == {"currency": "KRW"}
    for typed, error in (
        ("much", "not_a_number"),
        ("0,5", "not_a_number"),
        ("-1", "worth_negative"),
    ):
        result = await hass.config_entries.options.async_configure(
            flow["flow_id"], {**OPTIONS, "smallest_worth": typed}
        )
        assert result["errors"] == {"smallest_worth": error}
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {**OPTIONS, "smallest_worth": "10,000,000"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert account.options == {**OPTIONS, "smallest_worth": "10000000"}
    await clock.advance(15)
    # 2 ETH are worth 9,786,000 won.
    assert hass.states.get("sensor.upbit_eth") is None
    assert hass.states.get("binary_sensor.upbit_eth_warning") is None
    for shown in ("krw", "btc", "luna"):
        assert hass.states.get(f"sensor.upbit_{shown}"), shown
    after = hass.states.get("sensor.upbit_total_value")
    assert total
    assert after
    assert after.state == total.state

    server.set_price("KRW-BTC", "142360000")
    await clock.advance(11)
    assert hass.states.is_state("sensor.upbit_btc_value", "71180000")


async def test_everything_is_shown_when_nobody_knows_what_it_is_worth(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """An entity must not leave because a request failed."""
    server.fault(rest_status=503, rest_paths=["/v1/ticker"])
    hass.config_entries.async_update_entry(
        account, options={**OPTIONS, "smallest_worth": "10000000"}
    )
    await clock.advance(5)
    assert hass.states.get("sensor.upbit_eth")


@pytest.mark.parametrize(
    ("field", "value"),
    [("price_interval", 0), ("price_interval", 3601), ("history_size", 99)],
)
async def test_options_out_of_bounds_are_refused(
    hass: HomeAssistant, account: MockConfigEntry, field: str, value: int
) -> None:
    """By the form's own boxes."""
    flow = await hass.config_entries.options.async_init(account.entry_id)
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            flow["flow_id"], {**OPTIONS, field: value}
        )
