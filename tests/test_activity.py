"""Why the account moved, over real sockets: one test for each sentence of the rules."""

from decimal import Decimal
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard, answer
from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer


@pytest.fixture
def heard(hass: HomeAssistant, account: MockConfigEntry) -> Heard:
    """Return what is told from now on."""
    return Heard(hass)


@pytest.fixture
async def without_scope(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> Heard:
    """Give the account a key that may not see orders."""
    key = server.issue_key(scopes=["자산조회"])
    hass.config_entries.async_update_entry(
        account,
        data={
            **account.data,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
        },
    )
    await clock.advance(20)
    return Heard(hass)


async def test_the_first_set_up_tells_nothing(
    hass: HomeAssistant, heard: Heard, clock: Clock
) -> None:
    """What is there was always there."""
    await clock.advance(100)
    assert state(hass, "event.upbit_activity").state == "unknown"
    assert not heard.events


async def test_a_trade_is_told_at_once_with_price_fee_and_order(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """Its fills explain the gaps exactly."""
    order = server.trade("KRW-XRP", "bid", "10")
    await clock.settle()
    (buy,) = heard.take()
    assert buy["event_type"] == "buy"
    assert buy["currency"] == "XRP"
    assert buy["amount"] == "10"
    assert buy["counter_currency"] == "KRW"
    assert Decimal(buy["counter_amount"]) == Decimal(-33610) - Decimal("16.805")
    assert Decimal(buy["price"]) == 3361
    assert Decimal(buy["fee"]) == Decimal("16.805")
    assert buy["order"] == order
    assert buy["how"] == "order"
    assert buy["while_away"] is False
    assert buy["replayed"] is False
    await clock.advance(30)
    assert not heard.events


async def test_several_fills_of_an_order_are_one_trade_at_their_average(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """In one frame or in several."""
    for merged in (True, False):
        server.fault(merge_fills=merged)
        server.trade("KRW-ETH", "ask", "0.3", fills=3)
        await clock.advance(15)
        sells = heard.take()
        assert {one["event_type"] for one in sells} == {"sell"}
        assert sum(Decimal(one["amount"]) for one in sells) == Decimal("-0.3")
        assert len({one["order"] for one in sells}) == 1


async def test_a_deposit_and_a_withdrawal_are_told_when_it_is_quiet(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """Nothing explains them, so they came from outside."""
    server.deposit("BTC", "0.1")
    await clock.advance(1.9)
    assert not heard.events
    await clock.advance(0.2)
    (deposit,) = heard.take()
    assert (deposit["event_type"], deposit["currency"], deposit["amount"]) == (
        "deposit",
        "BTC",
        "0.1",
    )
    server.withdraw("KRW", "5000")
    await clock.advance(3)
    (withdrawal,) = heard.take()
    assert (withdrawal["event_type"], withdrawal["amount"]) == ("withdrawal", "-5000")


async def test_an_order_that_waits_is_placed_and_then_cancelled(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """Two seconds after it was placed."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(1.9)
    assert not heard.events
    await clock.advance(0.3)
    (placed,) = heard.take()
    assert placed["event_type"] == "order_placed"
    assert placed["currency"] == "BTC"
    assert placed["counter_currency"] == "KRW"
    assert placed["order"] == order
    assert Decimal(placed["locked"]) == 100050
    assert Decimal(placed["amount"]) == 0
    await clock.advance(60)
    server.cancel(order)
    await clock.advance(3)
    (cancelled,) = heard.take()
    assert cancelled["event_type"] == "order_cancelled"
    assert cancelled["order"] == order


async def test_an_order_filled_after_it_waited_is_a_trade_and_not_cancelled(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """In parts, and the rest is cancelled."""
    order = server.order("KRW-BTC", "bid", volume="0.003", price="100000000")
    await clock.advance(10)
    server.fill(order, "0.001")
    await clock.advance(10)
    server.fill(order, "0.001")
    await clock.advance(10)
    server.cancel(order)
    await clock.advance(10)
    assert heard.kinds == ["order_placed", "buy", "buy", "order_cancelled"]


async def test_a_market_order_makes_no_noise(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """It ends in `cancel` with a refund of dust, and was never placed for anyone to see."""
    server.trade("KRW-DOGE", "bid", "3.7")
    await clock.advance(90)
    assert heard.kinds == ["buy"]


async def test_an_order_cancelled_within_two_seconds_was_never_there(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """Nobody could have seen it."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(1)
    server.cancel(order)
    await clock.advance(30)
    assert not heard.events


async def test_without_the_order_scope_a_trade_is_told_by_its_pattern(
    without_scope: Heard, server: UpbitServer, clock: Clock
) -> None:
    """What one frame moves in opposite directions."""
    server.trade("KRW-XRP", "bid", "10")
    server.trade("KRW-ETH", "ask", "0.5")
    await clock.advance(5)
    events = {one["event_type"]: one for one in without_scope.take()}
    assert events.keys() == {"buy", "sell"}
    assert events["buy"]["how"] == "pattern"
    assert events["buy"]["currency"] == "XRP"
    assert events["buy"]["order"] is None
    assert events["sell"]["currency"] == "ETH"
    await clock.advance(60)
    assert not without_scope.events


async def test_without_the_order_scope_a_lock_looks_like_an_order(
    without_scope: Heard, server: UpbitServer, clock: Clock
) -> None:
    """And may be a withdrawal that waits."""
    order = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(5)
    server.cancel(order)
    await clock.advance(5)
    assert without_scope.kinds == ["order_placed", "order_cancelled"]
    assert {one["how"] for one in without_scope.events} == {"pattern"}


async def test_a_lock_that_no_order_explains_is_another_change(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """A withdrawal that waits locks what it takes."""
    await clock.advance(70)
    server.lock("BTC", "0.2")
    await clock.advance(5)
    (other,) = heard.take()
    assert (other["event_type"], other["reason"], other["locked"]) == (
        "other",
        "locked",
        "0.2",
    )


@pytest.mark.parametrize(
    "faults",
    [
        {"duplicate_frames": True},
        {"split_rows": True},
        {"complete_frames": True},
        {"text_frames": True},
        {"frame_delay": [1.5, 0, 0, 0, 0, 0, 0, 0]},
        {"frame_delay": [0, 0, 1.5, 0, 0, 0, 0]},
        {"frame_delay": [0, 0, 0, 1.5, 0, 0, 0]},
        {"accounts_lag": 4},
        {"accounts_lag": 10},
    ],
    ids=str,
)
async def test_however_a_trade_arrives_it_is_told_once_and_right(
    hass: HomeAssistant,
    heard: Heard,
    server: UpbitServer,
    clock: Clock,
    faults: dict[str, Any],
) -> None:
    """Twice, in pieces, whole, late, or beside a replica that lags."""
    server.fault(**faults)
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(130)
    assert heard.kinds == ["buy"]
    assert heard.events[0]["how"] == "order"
    assert heard.sums()["XRP"] == 10
    assert state(hass, "sensor.upbit_xrp").state == "10"


async def test_a_fill_without_its_balance_change_is_told_and_the_gap_waits(
    hass: HomeAssistant, heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """The rows were lost: a snapshot brings them, and nothing is told a second time."""
    server.fault(drop_types=["myAsset"])
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(3)
    assert heard.kinds == ["buy"]
    server.fault(drop_types=[])
    await clock.advance(200)
    assert heard.kinds == ["buy"]
    assert state(hass, "sensor.upbit_xrp").state == "10"


async def test_a_fill_that_never_moves_anything_is_taken_back_when_that_is_sure(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """A snapshot long after it confirms that the amounts are what they were."""
    server.fault(send_raw=_fill_frame("9"))
    await clock.advance(120)
    assert heard.kinds[0] == "buy"
    assert heard.sums() == {"XRP": 0, "KRW": 0}


async def test_a_fill_that_comes_late_completes_the_trade_that_was_told(
    hass: HomeAssistant,
    heard: Heard,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """No second event; the history knows price, fee and order."""
    server.fault(delay_types={"myOrder": 20})
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(10)
    (pattern,) = heard.take()
    assert pattern["how"] == "pattern"
    await clock.advance(60)
    assert not heard.events
    (trade,) = (await answer(hass, "get_history"))["activities"]
    assert trade["how"] == "order"
    assert trade["fee"] == "16.805"
    assert trade["id"] == pattern["id"]


async def test_a_fill_that_completes_a_trade_before_it_is_published_is_not_lost(
    hass: HomeAssistant,
    heard: Heard,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """The trade waits for its turn to be saved, and is told with price, fee and order."""
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(0.1)
    server.fault(delay_types={"myOrder": 2.2})
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(30)
    placed, bought = heard.take()
    assert (placed["event_type"], bought["event_type"]) == ("order_placed", "buy")
    (_, trade) = (await answer(hass, "get_history"))["activities"]
    assert trade["how"] == bought["how"] == "order"
    assert trade["fee"] == bought["fee"] == "16.805"


async def test_an_order_that_is_told_settles_nothing_before_its_time(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """The other row of a trade may be on its way."""
    server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    await clock.advance(1.5)
    server.fault(drop_types=["myOrder"], split_rows=True, frame_delay=[0, 1.5])
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(0.7)
    assert heard.kinds == ["order_placed"]
    await clock.advance(10)
    assert heard.kinds == ["order_placed", "buy"]


async def test_a_fill_that_comes_twice_is_told_once(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """By its trade id, for good."""
    server.fault(send_raw=_fill_frame("9"))
    await clock.advance(1)
    server.fault(send_raw=_fill_frame("9"))
    await clock.advance(4)
    assert heard.kinds == ["buy"]


async def test_a_change_found_by_a_snapshot_says_so(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """The stream was down: nothing is exact then."""
    server.fault(refuse_handshake=503)
    server.fault(close=1006)
    await clock.advance(10)
    server.trade("KRW-ETH", "ask", "0.5")
    server.deposit("XRP", "7")
    await clock.advance(130)
    assert sorted(heard.kinds) == ["deposit", "sell"]
    assert {one["how"] for one in heard.events} == {"snapshot"}


async def test_what_is_told_adds_up_to_what_is_shown(
    hass: HomeAssistant, heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """After everything that a trader does."""
    before = {code: one.total for code, one in server.ledger().items()}
    server.trade("KRW-XRP", "bid", "10", fills=3)
    server.deposit("KRW", "123.456")
    await clock.advance(0.5)
    order = server.order("KRW-BTC", "ask", volume="0.1", price="200000000")
    await clock.advance(7)
    server.trade("KRW-ETH", "ask", "1.23456789", fills=4)
    server.fill(order, "0.05")
    server.withdraw("XRP", "3")
    await clock.advance(1)
    server.cancel(order)
    await clock.advance(60)
    after = {code: one.total for code, one in server.ledger().items()}
    sums = heard.sums()
    for currency in before.keys() | after.keys():
        moved = after.get(currency, Decimal(0)) - before.get(currency, Decimal(0))
        assert abs(sums.get(currency, Decimal(0)) - moved) <= Decimal("1E-8"), currency


def _fill_frame(volume: str) -> str:
    """Return a fill that the exchange never made."""
    return (
        '{"type":"myOrder","code":"KRW-XRP","uuid":"o-1","ask_bid":"BID","order_type":"limit",'
        f'"state":"trade","trade_uuid":"t-1","price":3361,"volume":{volume},"remaining_volume":0,'
        '"trade_fee":1.5,"locked":0,"trade_timestamp":4102444800000,"order_timestamp":4102444800000,'
        '"timestamp":4102444800000,"stream_type":"REALTIME"}'
    )


async def test_orders_that_waited_before_the_first_set_up_are_not_news(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """One that is placed while Home Assistant is away is told once; the old one when it is cancelled."""
    old = server.order("KRW-BTC", "bid", volume="0.001", price="100000000")
    heard = Heard(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(60)
    assert state(hass, "sensor.upbit_open_orders").state == "1"
    assert not heard.events
    await hass.config_entries.async_unload(entry.entry_id)
    new = server.order("KRW-ETH", "ask", volume="1", price="9000000")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(60)
    assert [(one["event_type"], one["order"]) for one in heard.take()] == [
        ("order_placed", new)
    ]
    server.cancel(old)
    await clock.advance(5)
    assert [(one["event_type"], one["order"]) for one in heard.take()] == [
        ("order_cancelled", old)
    ]
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_fill_without_a_price_tells_nothing(
    heard: Heard, server: UpbitServer, clock: Clock
) -> None:
    """What it did is in the rows."""
    frame = _fill_frame("9").replace('"price":3361', '"price":null')
    server.fault(send_raw=frame)
    await clock.advance(30)
    assert not heard.events
