"""Repairs: each says what to do, and leaves by itself when it is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.const import DOMAIN

from .clock import Clock
from .test_account import state
from .test_contract import TEXTS
from .upbit_server import UpbitServer


def repairs(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return our repairs by translation key; each has its words in both languages."""
    found = {
        issue.translation_key or "": issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }
    for key, issue in found.items():
        for language in TEXTS.values():
            for part in ("title", "description"):
                language[f"issues.{key}.{part}"].format(
                    **(issue.translation_placeholders or {})
                )
    return found


@pytest.mark.parametrize(
    ("fault", "key", "named"),
    [
        (
            '{"error": {"name": "no_authorization_ip", "message": "(203.0.113.9)"}}',
            "ip_not_allowed_address",
            {"address": "203.0.113.9"},
        ),
        ('{"error": {"name": "no_authorization_i_p"}}', "ip_not_allowed", {}),
        ('{"error": {"name": "out_of_scope"}}', "missing_permission", {}),
        ('{"error": {"name": "expired_access_key"}}', "key_expired", {}),
    ],
)
async def test_what_the_exchange_refuses_is_a_repair_until_it_answers(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: str,
    key: str,
    named: dict[str, str],
) -> None:
    """With the address as the exchange sees it, where its answer tells."""
    assert repairs(hass) == {}
    server.fault(rest_status=401, rest_body=fault)
    await clock.advance(16 * 60)
    (issue,) = repairs(hass).values()
    assert issue.translation_key == key
    assert issue.translation_placeholders == {"account": "Upbit", **named}
    server.fault(rest_status=None, rest_body=None)
    await clock.advance(16 * 60)
    assert repairs(hass) == {}


async def test_an_address_that_is_not_allowed_at_set_up_is_a_repair(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It leaves with the retried set-up, or with the entry."""
    stranger = server.issue_key(allow_list=["203.0.113.9"])
    hass.config_entries.async_update_entry(
        entry,
        data={
            **entry.data,
            "access_key": stranger.access_key,
            "secret_key": stranger.secret_key,
        },
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert list(repairs(hass)) == ["ip_not_allowed_address"]
    stranger.allow_list = frozenset({"127.0.0.1"})
    await clock.advance(30)
    assert repairs(hass) == {}
    await hass.config_entries.async_remove(entry.entry_id)
    await clock.settle()


async def test_a_key_that_is_good_after_all_is_not_asked_for_any_more(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """One answer without a key's name began it, and it stayed for ever."""
    server.fault(rest_status=401, rest_body="")
    flows, issues = hass.config_entries.flow, ir.async_get(hass)
    asks = ("homeassistant", f"config_entry_reauth_{DOMAIN}_{account.entry_id}")
    await clock.until(lambda: bool(flows.async_progress()), within=1000)
    assert issues.async_get_issue(*asks)
    server.fault(rest_status=None, rest_body=None)
    await clock.advance(16 * 60)
    assert not flows.async_progress()
    assert not issues.async_get_issue(*asks)


async def test_a_repair_leaves_with_its_entry(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Whoever removes the account has nothing to mend."""
    server.fault(rest_status=401, rest_body='{"error": {"name": "out_of_scope"}}')
    await clock.advance(16 * 60)
    assert repairs(hass)
    await hass.config_entries.async_remove(account.entry_id)
    await clock.settle()
    assert repairs(hass) == {}


async def test_a_repair_leaves_with_an_entry_that_is_disabled(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """One whose set-up had failed was never unloaded, and its repair stayed."""
    server.fault(rest_status=401, rest_body='{"error": {"name": "out_of_scope"}}')
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert list(repairs(hass)) == ["missing_permission"]
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    await clock.settle()
    assert repairs(hass) == {}


async def test_a_ban_is_told_until_when(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nothing is asked meanwhile."""
    server.fault(ban=1800)
    await clock.advance(15 * 60 + 10)
    assert list(repairs(hass)) == ["banned_until"]
    await clock.advance(45 * 60)
    assert repairs(hass) == {}


async def test_a_key_that_expires_soon_is_told_two_weeks_before(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its end is a sensor all the time; another key ends the notice."""
    expires = datetime.now(UTC) + timedelta(days=14, hours=12)
    key = server.issue_key(expires_at=expires)
    new: dict[str, Any] = {
        **entry.data,
        "access_key": key.access_key,
        "secret_key": key.secret_key,
    }
    hass.config_entries.async_update_entry(entry, data=new)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(5)
    told = datetime.fromisoformat(state(hass, "sensor.upbit_key_expiry").state)
    assert told == expires.replace(microsecond=0)
    assert repairs(hass) == {}
    await clock.leap(24 * 3600)
    await clock.advance(60)
    (issue,) = repairs(hass).values()
    assert issue.translation_key == "key_expires"
    assert issue.translation_placeholders == {
        "account": "Upbit",
        "date": f"{dt_util.as_local(expires):%Y-%m-%d %H:%M}",
    }
    other = server.issue_key()
    hass.config_entries.async_update_entry(
        entry,
        data={
            **new,
            "access_key": other.access_key,
            "secret_key": other.secret_key,
        },
    )
    await clock.advance(10)
    assert repairs(hass) == {}
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_the_end_of_a_key_is_asked_for_again_an_hour_after_no_answer(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its sensor is there once the exchange has told."""
    server.fault(rest_status=500, rest_paths=("/v1/api_keys",))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(60)
    assert hass.states.get("sensor.upbit_key_expiry") is None
    server.fault(rest_status=None)
    await clock.advance(3500)
    assert hass.states.get("sensor.upbit_key_expiry") is None
    await clock.advance(100)
    assert state(hass, "sensor.upbit_key_expiry").state
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_connection_that_keeps_breaking_is_told_until_it_has_stood(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """One that breaks now and then is not."""
    for _ in range(5):
        server.fault(close=1006)
        await clock.advance(130)
    assert repairs(hass) == {}
    server.fault(close=1006)
    await clock.advance(130)
    assert list(repairs(hass)) == ["connection_breaks"]
    await clock.advance(1500)
    assert repairs(hass)
    await clock.advance(400)
    assert repairs(hass) == {}


async def test_a_stream_that_does_not_come_is_told_while_the_exchange_answers(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A relay that does not know websockets, for one; a network that is down says so itself."""
    server.fault(refuse_handshake=503, rest_status=503, close=1006)
    await clock.advance(1000)
    assert repairs(hass) == {}
    server.fault(rest_status=None)
    await clock.advance(1000)
    assert list(repairs(hass)) == ["connection_breaks"]
