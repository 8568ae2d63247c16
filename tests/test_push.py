"""From a frame to a state, over real sockets."""

from decimal import Decimal

from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer

SAMPLE_FRAME = """{"type": "myAsset", "asset_uuid": "e635f223-1609-4969-8fb6-4376937baad6",
"assets": [{"currency": "KRW", "balance": 1386929.37231066771348207123, "locked": 10329.670127489597585685},
{"currency": "BTC", "balance": 0.12345678, "locked": 0.01000000}],
"asset_timestamp": 4102444800000, "timestamp": 4102444800008, "stream_type": "REALTIME"}"""

DEFAULT_FRAME = """{"type": "myAsset", "asset_uuid": "u", "assets": [{"currency": "BTC", "balance": 0.7,
"locked": 0.1}], "asset_timestamp": 4102444800000, "timestamp": 4102444800000, "stream_type": "REALTIME"}"""

SIMPLE_FRAME = """{"ty": "myAsset", "astuid": "u", "ast": [{"cu": "BTC", "b": "0.7", "l": "0.1"}],
"asttms": 4102444800000, "tms": 4102444800000, "st": "REALTIME"}"""


@pytest.mark.smoke
async def test_a_deposit_moves_its_sensor_by_exactly_that(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A single satoshi, in plain notation, and without a second of waiting."""
    server.deposit("BTC", "0.00000001")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.50000001"
    server.withdraw("BTC", "0.5")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.00000001"


async def test_a_sample_frame_shows_every_digit(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A float would lose ten of them."""
    server.fault(send_raw=SAMPLE_FRAME)
    await clock.settle()
    won = state(hass, "sensor.upbit_krw")
    assert won.state == "1397259.04243815731106775623"
    assert won.attributes["balance"] == "1386929.37231066771348207123"
    assert won.attributes["locked"] == "10329.670127489597585685"
    assert state(hass, "sensor.upbit_btc").state == "0.13345678"


async def test_an_order_moves_balance_to_locked_and_back(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The total stands still."""
    order = server.order("KRW-BTC", "ask", volume="0.2", price="999000000")
    await clock.settle()
    bitcoin = state(hass, "sensor.upbit_btc")
    assert bitcoin.state == "0.5"
    assert bitcoin.attributes["balance"] == "0.3"
    assert bitcoin.attributes["locked"] == "0.2"
    server.cancel(order)
    await clock.settle()
    assert Decimal(state(hass, "sensor.upbit_btc").attributes["locked"]) == 0


async def test_a_coin_bought_for_the_first_time_appears_without_a_reload(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """With its average buy price a few seconds later, by the snapshot that follows."""
    server.deposit("XRP", "100")
    await clock.settle()
    assert state(hass, "sensor.upbit_xrp").state == "100"
    assert state(hass, "sensor.upbit_xrp").attributes["average_buy_price"] is None
    await clock.advance(4)
    average = state(hass, "sensor.upbit_xrp").attributes["average_buy_price"]
    assert Decimal(average) == 0


async def test_a_coin_sold_out_shows_zero(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its row of zeros says so."""
    server.withdraw("ETH", "2")
    await clock.settle()
    assert state(hass, "sensor.upbit_eth").state == "0"


@pytest.mark.parametrize("text_frames", [False, True])
@pytest.mark.parametrize("complete_frames", [False, True])
async def test_frames_of_every_kind_tell_the_same(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    text_frames: bool,
    complete_frames: bool,
) -> None:
    """Binary or text, with what changed or with everything."""
    server.fault(text_frames=text_frames, complete_frames=complete_frames)
    server.deposit("BTC", "0.25")
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.75"
    assert state(hass, "sensor.upbit_krw").state == "1000000"
    assert state(hass, "sensor.upbit_eth").state == "2"


@pytest.mark.parametrize(
    "frame",
    [DEFAULT_FRAME, SIMPLE_FRAME],
    ids=["DEFAULT", "SIMPLE"],
)
@pytest.mark.parametrize("listed", [False, True], ids=["object", "list"])
async def test_the_four_formats_tell_the_same(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    frame: str,
    listed: bool,
) -> None:
    """Numbers or strings."""
    server.fault(send_raw=f"[{frame}]" if listed else frame)
    await clock.settle()
    assert state(hass, "sensor.upbit_btc").state == "0.8"


async def test_a_frame_writes_the_states_of_its_own_currencies_only(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """And a frame that changes nothing writes none."""
    written: list[Event[EventStateChangedData]] = async_capture_events(
        hass, "state_changed"
    )
    server.deposit("BTC", "0.1")
    await clock.settle()
    assert {event.data["entity_id"] for event in written} == {
        "sensor.upbit_btc",
        "sensor.upbit_btc_value",
        "sensor.upbit_coins_value",
        "sensor.upbit_last_change",
        # Names the coins that cost nothing, and their worth.
        "sensor.upbit_total_cost",
        "sensor.upbit_total_value",
    }
    written.clear()
    server.fault(duplicate_frames=True)
    server.deposit("BTC", "0.1")
    await clock.settle()
    writes = [event.data["entity_id"] for event in written]
    assert writes.count("sensor.upbit_btc") == 1


async def test_the_last_change_never_goes_backwards(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A frame of another currency that came late took the moment back."""
    server.fault(frame_delay=[3, 0])
    server.deposit("BTC", "0.1")
    await clock.advance(2)
    server.deposit("ETH", "1")
    await clock.settle()
    before = state(hass, "sensor.upbit_last_change").state
    await clock.advance(2)
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    assert state(hass, "sensor.upbit_last_change").state == before


async def test_the_last_change_is_not_to_come(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """With an exchange whose clock is ahead: the next change would not be later."""
    server.fault(clock_offset=600.0)
    server.deposit("BTC", "0.1")
    await clock.settle()
    now = dt_util.utcnow().isoformat(timespec="seconds")
    assert state(hass, "sensor.upbit_last_change").state == now
