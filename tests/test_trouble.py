"""Frames that cannot be read, a stream that fails, an exchange that turns us away."""

from collections import Counter
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer


def asset_frame(row: str) -> str:
    """Return a frame with a row given as JSON."""
    return (
        f'{{"type": "myAsset", "asset_uuid": "u", "assets": [{row}], "asset_timestamp": 4102444800000,'
        ' "timestamp": 4102444800000, "stream_type": "REALTIME"}'
    )


BAD_FRAMES = {
    "not JSON": "secret-content{",
    "no balance": asset_frame('{"currency": "BTC", "locked": 0}'),
    "a word": asset_frame('{"currency": "BTC", "balance": "much", "locked": 0}'),
    "negative": asset_frame('{"currency": "BTC", "balance": -1, "locked": 0}'),
    "not finite": asset_frame('{"currency": "BTC", "balance": NaN, "locked": 0}'),
    "a long code": asset_frame(
        f'{{"currency": "{"B" * 500}", "balance": 1, "locked": 0}}'
    ),
    "10 MB": asset_frame(
        f'{{"currency": "BTC", "balance": 1, "locked": 0, "x": "{"y" * 10_000_000}"}}'
    ),
    "one good row": asset_frame(
        '{"currency": "BTC", "balance": 9, "locked": 0},'
        '{"currency": "ETH", "balance": true, "locked": 0}'
    ),
}


@pytest.mark.parametrize("frame", BAD_FRAMES.values(), ids=BAD_FRAMES)
async def test_a_frame_that_cannot_be_read_is_refused_whole_and_costs_nothing(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    frame: str,
) -> None:
    """Counted, logged once without its content, answered with a snapshot; the connection stays."""
    (connection,) = server.connections
    requests = len(server.requests)
    for _ in range(3):
        server.fault(send_raw=frame)
        await clock.settle()
        await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    assert state(hass, "sensor.upbit_eth").state == "2"
    assert caplog.text.count("cannot be read") == 1
    assert "secret-content" not in caplog.text
    assert sum(account.runtime_data.coordinator.refused_frames.values()) == 3
    await clock.advance(4)
    assert [one.path for one in server.requests[requests:]] == ["/v1/accounts"]
    assert [*server.connections] == [connection]
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.6"


async def test_while_the_stream_is_down_snapshots_keep_the_states_true(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Every minute, and the connection sensor is off."""
    server.fault(refuse_handshake=503)
    server.fault(close=1006)
    await clock.advance(5)
    server.deposit("BTC", "0.1")
    await clock.advance(70)
    assert state(hass, "binary_sensor.upbit_connection").state == "off"
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    await clock.advance(600)
    assert state(hass, "sensor.upbit_btc").state == "0.6"


async def test_states_are_unavailable_only_when_nothing_has_come_for_three_minutes(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Lost and found are a line of information each."""
    server.fault(refuse_handshake=503, rest_status=503)
    server.fault(close=1006)
    await clock.advance(175)
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    await clock.advance(10)
    assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE
    assert state(hass, "binary_sensor.upbit_connection").state == "off"
    await clock.advance(2000)
    server.fault(refuse_handshake=None, rest_status=None)
    await clock.advance(70)
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    ours = [
        record
        for record in caplog.records
        if record.name.startswith("custom_components.upbit") and record.levelno >= 20
    ]
    assert [(one.levelname, one.getMessage()) for one in ours] == [
        ("INFO", "Upbit cannot be reached: no stream, no snapshot"),
        ("INFO", "Upbit can be reached again"),
    ]


async def test_everything_of_an_account_out_of_reach_is_unavailable_and_comes_back(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The warnings of its coins as well; all but the sensor that tells of it, and what has happened."""
    before = {one.entity_id: one.state for one in hass.states.async_all()}
    server.fault(refuse_handshake=503, rest_status=503)
    server.fault(close=1006)
    await clock.advance(185)
    claimed = {
        one.entity_id
        for one in hass.states.async_all()
        if one.state != STATE_UNAVAILABLE and not one.entity_id.startswith("event.")
    }
    assert claimed == {"binary_sensor.upbit_connection"}
    server.fault(refuse_handshake=None, rest_status=None)
    await clock.advance(150)
    assert {one.entity_id: one.state for one in hass.states.async_all()} == before


async def test_a_silent_stream_is_healthy(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nothing is sent when nothing changes; a day passes on one connection, with four snapshots an hour.

    Besides them the list of markets is looked at once an hour, prices when a day begins, and the
    expiry of the key once a day.
    """
    (connection,) = server.connections
    before = Counter(one.path for one in server.requests)
    await clock.advance(24 * 3600)
    assert state(hass, "binary_sensor.upbit_connection").state == "on"
    assert [*server.connections] == [connection]
    asked = Counter(one.path for one in server.requests) - before
    assert asked == {
        "/v1/accounts": 96,
        "/v1/api_keys": 1,
        "/v1/market/all": 24,
        "/v1/ticker": 1,
    }


async def test_the_first_minutes_of_an_account_are_watched_by_snapshots(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The first subscription of an account may stay silent for minutes."""
    server.fault(first_use_silence=300)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(20)
    server.deposit("BTC", "0.1")
    await clock.advance(130)
    assert state(hass, "sensor.upbit_btc").state == "0.6"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            {"expires_at": dt_util.utcnow() - timedelta(days=1)},
            ConfigEntryState.SETUP_ERROR,
        ),
        ({"allow_list": {"203.0.113.9"}}, ConfigEntryState.SETUP_RETRY),
        ({"scopes": set()}, ConfigEntryState.SETUP_RETRY),
    ],
    ids=["expired", "address", "scope"],
)
async def test_a_set_up_that_the_exchange_refuses_says_why(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    key: dict[str, Any],
    expected: ConfigEntryState,
) -> None:
    """What its owner can mend at Upbit is tried again, an expired key is not."""
    issued = server.issue_key(**key)
    hass.config_entries.async_update_entry(
        entry,
        data={
            **entry.data,
            "access_key": issued.access_key,
            "secret_key": issued.secret_key,
        },
    )
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is expected
    assert entry.error_reason_translation_key
    assert issued.access_key not in str(entry.reason)


async def test_a_ban_is_obeyed_by_the_set_up_that_is_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Home Assistant tries again after seconds; the exchange is asked only when the ban is over."""
    server.fault(ban=600)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    asked = len(server.requests)
    assert asked == 1
    await clock.advance(590)
    assert len(server.requests) == asked
    await clock.until(
        lambda: hass.states.is_state("binary_sensor.upbit_connection", "on"),
        within=200,
    )
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_key_refused_while_running_ends_in_unavailable_states(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """And is never retried in a hurry."""
    server.revoke_key(account.data["access_key"])
    server.fault(close=1006)
    requests = len(server.requests)
    await clock.advance(1200)
    assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE
    assert len(server.requests) - requests < 60


async def test_a_frame_of_an_unknown_type_is_counted_and_asks_for_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The exchange may come to send what we do not read."""
    requests = len(server.requests)
    server.fault(send_raw='{"type": "novelty", "of": 2027}')
    await clock.advance(10)
    assert account.runtime_data.coordinator.refused_frames == {"unknown_type": 1}
    assert len(server.requests) == requests


async def test_a_ban_is_obeyed_while_running(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """No snapshot until it is over; the stream goes on."""
    server.fault(ban=600)
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    requests = len(server.requests)
    await clock.advance(590)
    assert len(server.requests) == requests
    await clock.advance(20)
    assert len(server.requests) == requests + 1


async def test_the_slow_poll_of_an_account_out_of_reach_fails_without_noise(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was said once, when it was lost, is not said again."""
    server.fault(refuse_handshake=503, rest_status=503)
    server.fault(close=1006)
    await clock.advance(3600)
    assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


@pytest.mark.parametrize(
    "fault",
    [{"answer": "418 for ages"}, {"empty_accounts": True, "refuse_handshake": 503}],
    ids=["banned", "empty"],
)
async def test_the_slow_poll_claims_nothing_that_is_not_known(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: dict[str, object],
) -> None:
    """One that asked for nothing, or heard nothing, made every old amount available again."""
    server.fault(**fault)
    server.fault(close=1006)
    await clock.advance(200)
    assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE
    server.withdraw("BTC", "0.2")
    for _ in range(90):
        await clock.advance(20)
        assert state(hass, "sensor.upbit_btc").state == STATE_UNAVAILABLE


async def test_an_account_that_was_added_by_a_clock_ahead_is_new_no_longer_than_another(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A snapshot a minute was asked for as long as the clock had been ahead."""
    entry.created_at = dt_util.utcnow() + timedelta(days=1)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(700)
    before = len(server.requests)
    await clock.advance(3600)
    asked = [one for one in server.requests[before:] if one.path == "/v1/accounts"]
    assert len(asked) <= 5
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
