"""What the matrix has found, each by what was wrong."""

from collections.abc import AsyncGenerator

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.activities import answer
from tests.clock import Clock
from tests.trading import withdraw_everything
from tests.upbit_server import UpbitServer

from .cell import CONNECTION
from .measure import differing, impatient

DAY = 86_400.0


@pytest.fixture
async def account(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> AsyncGenerator[MockConfigEntry]:
    """Set the entry up, and let it stand for a while."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(65)
    assert hass.states.is_state(CONNECTION, "on")
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


def requests(server: UpbitServer, path: str) -> list[float]:
    """Return when requests to a path came."""
    return [one.time for one in server.requests if one.path == path]


async def test_a_stamp_past_all_time_costs_its_frame_and_not_the_stream(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """No calendar has the year 33658: the stream was renewed for each such frame."""
    (connection,) = server.connections
    server.fault(mangle="a stamp past all time")
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert server.connections == (connection,)
    refused = account.runtime_data.coordinator.refused_frames
    assert refused == {"wrong_timestamp": 1}
    await clock.advance(10)
    assert hass.states.is_state("sensor.upbit_btc", "0.6")


async def test_a_text_frame_that_is_no_text_is_refused_alone(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It ended the connection."""
    (connection,) = server.connections
    server.fault(mangle="not UTF-8", text_frames=True)
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert account.runtime_data.coordinator.refused_frames == {"not_json": 1}
    assert server.connections == (connection,)
    await clock.advance(10)
    assert hass.states.is_state("sensor.upbit_btc", "0.6")


@pytest.mark.parametrize(
    "ban",
    [
        "418",
        "418 for 200 s",
        "418 with a header",
        "418 until a date",
        "418 truncated",
        "418 slow",
        "418 endless",
    ],
)
async def test_a_ban_that_one_request_has_met_is_obeyed_by_all(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ban: str,
) -> None:
    """The streams went on to connect while snapshots held back, and the other way round.

    One whose body failed was no ban to anybody.
    """
    server.fault(answer=ban, answer_paths=["/v1/accounts"])
    server.deposit("BTC", "0.1")
    await clock.advance(10)
    began = server.requests[-1].time
    server.fault(answer=None, answer_paths=[], close=1006, close_public=1006)
    await clock.advance(110)
    assert server.requests[-1].time == began
    await clock.advance(120)
    assert hass.states.is_state(CONNECTION, "on")
    assert not impatient(server, began)


async def test_a_ban_told_in_the_body_of_a_refused_handshake_is_obeyed(
    account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Only its headers were read, and a ban of 200 s was broken after 120."""
    server.fault(answer="418 for 200 s", answer_paths=["/websocket"])
    server.fault(close=1006)
    await clock.advance(3)
    (began,) = (one.time for one in server.requests if one.told_to_wait)
    server.fault(answer=None)
    await clock.advance(195)
    assert server.requests[-1].time == began


@pytest.mark.parametrize("ban", ["418", "418 with a header"])
async def test_a_ban_is_obeyed_by_every_set_up_that_is_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ban: str,
) -> None:
    """One that did not say how long it was did not hold Home Assistant's next try back."""
    server.fault(answer=ban)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await clock.advance(115)
    assert len(server.requests) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_ban_for_ages_is_looked_at_again_after_a_day(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A time of 400 digits broke the task that asks for snapshots, and would have lasted for ever."""
    server.fault(answer="418 for ages", answer_paths=["/v1/accounts"])
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    asked = len(requests(server, "/v1/accounts"))
    server.fault(answer=None)
    await clock.advance(DAY - 60)
    assert len(requests(server, "/v1/accounts")) == asked
    await clock.advance(120)
    assert len(requests(server, "/v1/accounts")) > asked


async def test_an_empty_snapshot_after_a_reconnect_is_asked_for_again_soon(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """What had changed meanwhile was found after 15 minutes."""
    server.fault(empty_accounts=True, close=1006)
    server.deposit("BTC", "0.1")
    await clock.advance(30)
    assert hass.states.is_state("sensor.upbit_btc", "0.5")
    server.fault(empty_accounts=False)
    await clock.advance(15)
    assert hass.states.is_state("sensor.upbit_btc", "0.6")


async def test_empty_snapshots_confirm_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """They kept states available that nobody knew to be true."""
    server.fault(empty_accounts=True, refuse_handshake=503)
    server.fault(close=1006)
    await clock.advance(185)
    assert hass.states.is_state("sensor.upbit_btc", STATE_UNAVAILABLE)
    server.fault(empty_accounts=False)
    await clock.advance(60)
    assert hass.states.is_state("sensor.upbit_btc", "0.5")


async def test_an_account_emptied_while_the_stream_was_down_is_empty_in_the_end(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """No empty snapshot was ever believed, so its last amounts stayed for good."""
    server.fault(refuse_handshake=503)
    server.fault(close=1006)
    withdraw_everything(server)
    await clock.advance(120)
    server.fault(refuse_handshake=None)
    await clock.advance(3600)
    assert hass.states.is_state("sensor.upbit_btc", "0.5")
    await clock.advance(240)
    assert not differing(hass, server)
    told = (await answer(hass, "get_history"))["activities"]
    assert {(one["kind"], one["currency"], one["amount"]) for one in told} == {
        ("withdrawal", "KRW", "-1000000"),
        ("withdrawal", "BTC", "-0.5"),
        ("withdrawal", "ETH", "-2"),
    }


async def test_a_snapshot_that_failed_is_asked_for_again_soon(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The one after a reconnect was followed by the next a minute later."""
    server.fault(answer="truncated", close=1006)
    server.deposit("BTC", "0.1")
    await clock.advance(4)
    server.fault(answer=None)
    await clock.advance(15)
    assert hass.states.is_state("sensor.upbit_btc", "0.6")


async def test_while_the_exchange_fails_snapshots_are_asked_for_less_and_less(
    account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Down to one a minute."""
    server.fault(refuse_connections=True)
    await clock.advance(1)
    server.fault(refuse_connections=False, answer="500")
    before = len(requests(server, "/v1/accounts"))
    await clock.advance(600)
    assert 9 <= len(requests(server, "/v1/accounts")) - before <= 15


async def test_snapshots_are_asked_for_after_an_outage_of_any_length(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """After 17 hours the time between two of them was a number that no clock has."""
    hass.config_entries.async_update_entry(account, pref_disable_polling=True)
    answer = {"answer": "500", "answer_paths": ["/v1/accounts"]}
    server.fault(refuse_handshake=503, refuse_public=503, **answer)
    server.fault(close=1006, close_public=1006)
    await clock.advance(18 * 3600)
    server.fault(answer=None, answer_paths=[])
    await clock.advance(300)
    assert hass.states.is_state("sensor.upbit_btc", "0.5")


async def test_the_list_of_orders_is_asked_for_again_where_it_did_not_come(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Without it no order was told of before the next reconnect, which may be weeks away."""
    server.order("KRW-BTC", "bid", "0.001", "100000000")
    server.fault(answer="500", answer_paths=["/v1/orders"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(60)
    server.fault(answer=None)
    await clock.advance(60)
    assert hass.states.is_state("sensor.upbit_open_orders", "1")
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.mark.parametrize(
    "lie",
    [{"empty_accounts": True}, {"omit_rows": ["BTC"]}, {"accounts_lag": 10.0}],
    ids=["empty", "without a row", "behind"],
)
async def test_a_restart_survives_a_first_snapshot_that_lies(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    lie: dict[str, object],
) -> None:
    """What changed while nobody looked is told once, what the snapshot made up is not."""
    await hass.config_entries.async_unload(account.entry_id)
    server.deposit("ETH", "1")
    await clock.advance(1)
    server.fault(**lie)
    await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(6)
    server.fault(empty_accounts=False, omit_rows=[], accounts_lag=0)
    await clock.advance(100)
    assert not differing(hass, server)
    (told,) = (await answer(hass, "get_history"))["activities"]
    assert (told["kind"], told["currency"], told["amount"]) == ("deposit", "ETH", "1")
    assert told["while_away"]
