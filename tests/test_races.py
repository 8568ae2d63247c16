"""Snapshots that lag, frames that come late, doubled or never: what is shown never goes backwards."""

from decimal import Decimal
import random

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer


async def test_a_lagging_snapshot_does_not_take_back_what_a_frame_brought(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The replica is 4 s behind, and the snapshot comes 3 s after the frame."""
    server.fault(accounts_lag=4)
    server.deposit("BTC", "0.1")
    for _ in range(40):
        await clock.advance(0.5)
        assert state(hass, "sensor.upbit_btc").state == "0.6"


async def test_a_late_frame_does_not_take_back_what_a_newer_one_brought(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The first frame travels 3 s, the second none."""
    server.fault(frame_delay=[3, 0])
    server.deposit("BTC", "0.1")
    await clock.advance(0.5)
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.7"
    await clock.advance(30)
    assert state(hass, "sensor.upbit_btc").state == "0.7"


async def test_a_lost_frame_is_made_good_by_the_next_reconciliation(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Within 15 minutes and a confirmation; the stream that lost it is renewed."""
    handshakes = len([one for one in server.requests if "websocket" in one.path])
    server.fault(drop_frames=True)
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    server.fault(drop_frames=False)
    await clock.advance(910)
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    assert caplog.text.count("did not bring a change") == 1
    await clock.advance(5)
    renewed = len([one for one in server.requests if "websocket" in one.path])
    assert renewed == handshakes + 1
    assert state(hass, "binary_sensor.upbit_connection").state == "on"


async def test_a_coin_sold_without_a_row_of_zeros_reaches_zero(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nobody promises that row; the snapshots that follow the won's row leave the coin out."""
    server.fault(omit_zero_rows=True)
    server.withdraw("ETH", "2")
    server.deposit("KRW", "1")
    await clock.settle()
    assert state(hass, "sensor.upbit_eth").state == "2"
    await clock.advance(130)
    assert state(hass, "sensor.upbit_eth").state == "0"


async def test_what_changed_during_a_reconnect_is_shown_within_fifteen_seconds(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """By snapshots: the stream does not repeat itself."""
    server.fault(refuse_handshake=503)
    server.fault(close=1006)
    await clock.advance(1)
    assert state(hass, "binary_sensor.upbit_connection").state == "off"
    server.deposit("BTC", "0.1")
    server.withdraw("ETH", "2")
    server.deposit("XRP", "5")
    server.fault(refuse_handshake=None)
    await clock.until(
        lambda: hass.states.is_state("binary_sensor.upbit_connection", "on"),
        within=130,
    )
    await clock.advance(15)
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    assert state(hass, "sensor.upbit_eth").state == "0"
    assert state(hass, "sensor.upbit_xrp").state == "5"


@pytest.mark.parametrize("seed", range(8))
async def test_sensors_never_go_backwards_with_a_lagging_replica_and_late_frames(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    seed: int,
) -> None:
    """Only deposits are made, so a total that falls is an older truth."""
    dice = random.Random(seed)
    falls: list[str] = []

    @callback
    def watch(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and "balance" in new.attributes:
            if Decimal(new.state) < Decimal(old.state):
                falls.append(f"{new.entity_id}: {old.state} -> {new.state}")

    hass.bus.async_listen("state_changed", watch)
    server.fault(
        accounts_lag=4,
        frame_delay=[round(dice.uniform(0, 3), 2) for _ in range(100)],
        duplicate_frames=bool(seed % 2),
    )
    for _ in range(40):
        server.deposit(dice.choice(["KRW", "BTC", "ETH"]), str(dice.randint(1, 9)))
        await clock.advance(dice.choice([0.01, 0.1, 0.5, 1, 4, 8]))
    await clock.advance(80)
    assert not falls
    truth = server.ledger()
    for currency in ("KRW", "BTC", "ETH"):
        shown = Decimal(state(hass, f"sensor.upbit_{currency.lower()}").state)
        assert shown == truth[currency].total


@pytest.mark.parametrize(("late", "then"), [(6.0, 2.5), (9.0, 2.5), (9.0, 1.0)])
async def test_a_fill_far_ahead_of_its_row_is_told_once(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    late: float,
    then: float,
) -> None:
    """Not told, taken back and told again, which would add up as well, while snapshots lag and more comes in."""
    heard = Heard(hass)
    server.fault(delay_types={"myAsset": late}, accounts_lag=9)
    server.trade("KRW-BTC", "bid", "0.0021")
    await clock.advance(then)
    server.fault(delay_types={})
    server.deposit("XRP", "5")
    await clock.advance(40)
    server.fault(accounts_lag=0)
    await clock.advance(200)
    assert sorted(heard.kinds) == ["buy", "deposit"]
