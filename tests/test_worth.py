"""What the account is worth and what was gained, over both streams."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from .activities import answer
from .clock import Clock, until_nine
from .test_account import state
from .upbit_server import UpbitServer

BTC, ETH = 142_350_000, 4_893_000


def number(hass: HomeAssistant, key: str) -> Decimal:
    """Return the state of an Upbit sensor."""
    return Decimal(state(hass, f"sensor.upbit_{key}").state)


async def test_holdings_meet_prices(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """Locked amounts included, cash at its own."""
    assert number(hass, "btc_value") == BTC // 2
    assert number(hass, "eth_value") == 2 * ETH
    assert number(hass, "coins_value") == BTC // 2 + 2 * ETH
    assert number(hass, "total_value") == 1_000_000 + BTC // 2 + 2 * ETH
    value = state(hass, "sensor.upbit_total_value")
    assert value.attributes["device_class"] == "monetary"
    assert value.attributes["unit_of_measurement"] == "KRW"
    assert value.attributes["unpriced"] == []
    assert hass.states.get("sensor.upbit_krw_value") is None


async def test_prices_are_written_once_per_interval(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """However often they move; and what did not move is not written."""
    written: list[Event[EventStateChangedData]] = async_capture_events(
        hass, "state_changed"
    )
    for step in range(300):
        server.set_price("KRW-BTC", str(BTC + step * 1000))
        await clock.advance(1)
    writes = [event.data["entity_id"] for event in written]
    assert 4 <= writes.count("sensor.upbit_btc_value") <= 6
    assert writes.count("sensor.upbit_eth_value") == 0
    assert writes.count("sensor.upbit_btc") == 0
    await clock.advance(60)
    assert number(hass, "btc_value") == (BTC + 299_000) // 2


async def test_a_day_writes_a_price_once_a_minute_at_most(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Each entity, in a market that never sleeps; and nothing of a balance that did not move."""
    written: list[Event[EventStateChangedData]] = async_capture_events(
        hass, "state_changed"
    )
    for half_minute in range(2 * 24 * 60):
        server.set_price("KRW-BTC", str(BTC + half_minute * 1000))
        await clock.advance(30)
    writes = Counter(event.data["entity_id"] for event in written)
    assert 1380 <= writes["sensor.upbit_btc_value"] <= 1440
    # The day's turn is one more, and no price.
    writes["sensor.upbit_profit_today"] -= 1
    assert all(count <= 1440 for count in writes.values()), writes
    for balance in ("krw", "btc", "eth"):
        assert writes[f"sensor.upbit_{balance}"] == 0


async def test_a_coin_that_is_bought_gets_its_price(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Within seconds, and only the markets that are needed are subscribed."""
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(5)
    assert number(hass, "xrp_value") == 33610
    (session,) = server.public.sessions
    assert session.subscriptions["ticker"].parameters["codes"] == [
        "KRW-BTC",
        "KRW-ETH",
        "KRW-XRP",
    ]


async def test_a_coin_without_a_market_of_its_own_is_priced_through_bitcoin(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """The list of markets is looked at once an hour."""
    server.markets.delist("KRW-ETH")
    await clock.advance(3700)
    expected = Decimal("0.03437") * BTC
    # Shown without decimals from 1,000 won up, and valued by each of its digits.
    assert number(hass, "eth_price") == round(expected)
    assert number(hass, "eth_value") == 2 * expected


async def test_a_coin_without_any_market_is_left_out_and_named(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is never taken for 0."""
    before = number(hass, "total_value")
    server.deposit("LUNA", "14")
    await clock.advance(5)
    assert state(hass, "sensor.upbit_luna_value").state == STATE_UNKNOWN
    assert number(hass, "total_value") == before
    assert state(hass, "sensor.upbit_total_value").attributes["unpriced"] == ["LUNA"]
    assert number(hass, "profit_today") == 0


async def test_a_coin_that_loses_its_market_while_nobody_looks_is_no_loss(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is a flow at the last price that was known before."""
    worth = number(hass, "total_value")
    await hass.config_entries.async_unload(account.entry_id)
    for code in ("KRW-ETH", "BTC-ETH"):
        server.markets.delist(code)
    await clock.advance(60)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    assert number(hass, "total_value") < worth
    assert number(hass, "profit_since_baseline") == 0
    assert number(hass, "profit_today") == 0


async def test_a_price_that_has_not_come_makes_what_it_enters_unknown(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Baseline and day wait with it."""
    server.fault(
        refuse_public=503, rest_status=503, rest_paths=["/v1/ticker"], close_public=1006
    )
    await clock.advance(1)
    server.deposit("XRP", "10")
    await clock.advance(60)
    assert state(hass, "sensor.upbit_xrp").state == "10"
    for key in ("xrp_value", "total_value", "profit_today", "profit_since_baseline"):
        assert state(hass, f"sensor.upbit_{key}").state == STATE_UNKNOWN, key
    server.fault(refuse_public=None, rest_status=None)
    await clock.advance(130)
    assert number(hass, "xrp_value") == 33610
    assert number(hass, "profit_today") == 0


async def test_old_prices_are_not_shown_as_those_of_now(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """After three minutes without a connection; amounts are untouched by that."""
    server.fault(refuse_public=503, close_public=1006)
    await clock.advance(170)
    assert number(hass, "btc_value") == BTC // 2
    await clock.advance(20)
    assert state(hass, "sensor.upbit_btc_value").state == STATE_UNAVAILABLE
    assert state(hass, "sensor.upbit_total_value").state == STATE_UNAVAILABLE
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    report = await answer(hass, "get_portfolio")
    assert report["summary"]["total_value"] is None
    assert report["pnl"]["total_current_value"] is None
    assert report["pnl"]["currency_pnl"]["BTC"]["current_amount"] == "0.5"
    assert report["pnl"]["currency_pnl"]["BTC"]["current_value"] is None
    server.fault(refuse_public=None)
    await clock.advance(130)
    assert number(hass, "btc_value") == BTC // 2


async def test_profit_is_worth_less_what_was_paid(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """By the exchange's average buy price; coins that cost nothing are named."""
    server.deposit("KRW", "100000000")
    server.trade("KRW-XRP", "bid", "1000")
    await clock.advance(10)
    server.set_price("KRW-XRP", "4000")
    await clock.advance(70)
    assert number(hass, "xrp_profit") == 639_000
    assert number(hass, "xrp_profit_rate") == Decimal("19.01")
    assert number(hass, "xrp_average_buy_price") == 3361
    assert number(hass, "xrp_price_change") == Decimal("19.01")
    cost = number(hass, "total_cost")
    assert cost == 3_361_000
    assert number(hass, "profit") == number(hass, "coins_value") - cost
    free = state(hass, "sensor.upbit_total_cost").attributes["without_cost"]
    assert free.keys() == {"BTC", "ETH"}


async def test_profit_stands_still_between_a_fill_and_its_new_average(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Total and average belong to the same snapshot."""
    server.deposit("KRW", "100000000")
    server.trade("KRW-XRP", "bid", "1000")
    await clock.advance(10)
    server.set_price("KRW-XRP", "4000")
    await clock.advance(70)
    profit = number(hass, "xrp_profit")
    server.trade("KRW-XRP", "ask", "400")
    await clock.settle()
    assert number(hass, "xrp_value") == 2_400_000
    assert number(hass, "xrp_profit") == profit
    await clock.advance(4)
    assert number(hass, "xrp_profit") == profit * 6 // 10


async def test_a_deposit_is_no_gain(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nor is a withdrawal a loss; a price is."""
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    server.withdraw("ETH", "1")
    await clock.advance(5)
    for key in ("profit_today", "profit_since_baseline", "gain_over_holding"):
        assert number(hass, key) == 0, key
    server.set_price("KRW-BTC", str(BTC + 1_000_000))
    await clock.advance(70)
    assert number(hass, "profit_today") == 600_000
    assert number(hass, "profit_since_baseline") == 600_000
    assert number(hass, "gain_over_holding") == 0


async def test_a_coin_that_is_new_is_no_gain(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Deposited or bought: its price comes before it is known why it is there, or after."""
    server.deposit("XRP", "10")
    await clock.advance(5)
    assert number(hass, "profit_since_baseline") == 0
    assert number(hass, "profit_today") == 0
    server.fault(refuse_public=503, close_public=1006)
    server.trade("KRW-DOGE", "bid", "1000")
    await clock.advance(5)
    fee = Decimal("241.3") * 1000 * Decimal("0.0005")
    assert number(hass, "profit_since_baseline") == -round(fee)
    server.fault(refuse_public=None)
    await clock.advance(60)
    server.deposit("SOL", "1")
    await clock.advance(70)
    assert number(hass, "profit_since_baseline") == -round(fee)
    assert number(hass, "profit_today") == -round(fee)


async def test_an_owners_day_begins_at_midnight(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """With what is worth then, and says since when."""
    await hass.config.async_set_time_zone("Asia/Seoul")
    hass.config_entries.async_update_entry(account, options={"day_start": "midnight"})
    await clock.advance(30)
    assert number(hass, "profit_today") == 0
    server.set_price("KRW-BTC", str(BTC + 2_000_000))
    await clock.advance(70)
    assert number(hass, "profit_today") == 1_000_000
    korean = datetime.now(UTC) + timedelta(hours=9)
    midnight = korean.replace(hour=0, minute=0, second=0, microsecond=0)
    await clock.advance((midnight + timedelta(days=1) - korean).total_seconds() + 60)
    assert number(hass, "profit_today") == 0
    since = state(hass, "sensor.upbit_profit_today").attributes["last_reset"]
    assert "T15:00:00" in since


async def test_a_day_that_began_while_nobody_was_awake_counts_from_its_opening(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """With what was held then, and what came in meanwhile as a flow."""
    await hass.config_entries.async_unload(account.entry_id)
    server.deposit("ETH", "1")
    server.set_price("KRW-BTC", str(BTC + 3_000_000))
    await clock.advance(24 * 3600)
    server.markets["KRW-BTC"].close = Decimal(BTC + 1_000_000)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert number(hass, "profit_today") == 1_000_000
    assert number(hass, "profit_since_baseline") == 1_500_000


async def test_no_baseline_without_every_price(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The action says so."""
    server.fault(
        refuse_public=503, rest_status=503, rest_paths=["/v1/ticker"], close_public=1006
    )
    await clock.advance(1)
    server.deposit("XRP", "10")
    await clock.advance(5)
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("upbit", "set_baseline", {}, blocking=True)
    assert refused.value.translation_key == "prices_missing"


async def test_trading_is_measured_against_having_kept(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Sold before the fall: a gain over holding, less the fee."""
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(5)
    server.set_price("KRW-ETH", str(ETH - 1_000_000))
    await clock.advance(70)
    fee = Decimal(ETH) * Decimal("0.0005")
    assert abs(number(hass, "gain_over_holding") - (1_000_000 - fee)) <= 1
    assert abs(number(hass, "profit_since_baseline") - (-1_000_000 - fee)) <= 1


async def test_a_new_baseline_begins_at_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """And the table of profits with it."""
    server.set_price("KRW-BTC", str(BTC + 1_000_000))
    await clock.advance(70)
    assert number(hass, "profit_since_baseline") == 500_000
    await hass.services.async_call("upbit", "set_baseline", {}, blocking=True)
    await clock.settle()
    assert number(hass, "profit_since_baseline") == 0
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(5)
    table = (await answer(hass, "get_portfolio"))["pnl"]
    ether = table["currency_pnl"]["ETH"]
    assert (ether["initial_amount"], ether["current_amount"]) == ("2", "1")
    assert Decimal(ether["pnl"]) == -ETH
    assert Decimal(ether["pnl_ratio"]) == -50


async def test_a_day_begins_at_nine_in_korea_with_the_closing_prices(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Midnight in UTC."""
    server.set_price("KRW-BTC", str(BTC + 2_000_000))
    await clock.advance(70)
    assert number(hass, "profit_today") == 1_000_000
    await clock.leap(until_nine() - 600)
    await clock.advance(until_nine() - 5)
    server.markets["KRW-BTC"].close = server.markets["KRW-BTC"].price
    await clock.advance(30)
    assert number(hass, "profit_today") == 0
    today = state(hass, "sensor.upbit_profit_today")
    assert today.attributes["last_reset"].endswith("T00:00:00+00:00")
    server.set_price("KRW-BTC", str(BTC + 3_000_000))
    await clock.advance(70)
    assert number(hass, "profit_today") == 500_000


async def test_the_portfolio_in_one_answer(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The short summary, and every quantity."""
    server.order("KRW-XRP", "bid", volume="100", price="2000")
    await clock.advance(5)
    report = await answer(hass, "get_portfolio")
    summary = report["summary"]
    assert summary["total_currencies"] == 3
    assert Decimal(summary["krw_balance"]) == 1_000_000
    assert summary["crypto_holdings"] == {"BTC": "0.5", "ETH": "2"}
    assert Decimal(summary["locked_ratio"]) == Decimal("20.01")
    assert Decimal(summary["total_value"]) == 1_000_000 + BTC // 2 + 2 * ETH
    bitcoin = report["assets"]["BTC"]
    assert bitcoin["total"] == "0.5"
    assert Decimal(bitcoin["value"]) == BTC // 2
    assert bitcoin["unit_currency"] == "KRW"
    server.deposit("KRW", "500000")
    await clock.advance(5)
    table = (await answer(hass, "get_portfolio"))["pnl"]
    initial = 1_000_000 + BTC // 2 + 2 * ETH
    assert Decimal(table["total_initial_value"]) == initial
    assert Decimal(table["total_current_value"]) == initial + 500_000
    assert table["total_pnl"] == "500000"
    assert round(Decimal(table["total_pnl_ratio"]), 8) == round(
        Decimal(50_000_000) / initial, 8
    )
    assert table["currency_pnl"]["KRW"] == {
        "initial_amount": "1000000",
        "current_amount": "1500000",
        "initial_value": "1000000",
        "current_value": "1500000",
        "pnl": "500000",
        "pnl_ratio": "50",
    }


async def test_the_number_of_orders_that_wait_is_a_sensor(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Where the key may see them."""
    assert number(hass, "open_orders") == 0
    order = server.order("KRW-XRP", "bid", volume="100", price="2000")
    await clock.settle()
    assert number(hass, "open_orders") == 1
    server.cancel(order)
    await clock.settle()
    assert number(hass, "open_orders") == 0


@pytest.mark.parametrize("interval", [1, 3600])
async def test_the_interval_is_the_owners(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    interval: int,
) -> None:
    """From a second to an hour."""
    # The turn of a day asks for all prices.
    await clock.leap(until_nine() + 60)
    hass.config_entries.async_update_entry(entry, options={"price_interval": interval})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(700)
    server.set_price("KRW-BTC", str(BTC + 2))
    await clock.advance(5)
    server.set_price("KRW-BTC", str(BTC + 4))
    await clock.advance(interval * 0.7)
    shown = number(hass, "btc_value")
    assert shown == (BTC // 2 + 2 if interval == 1 else BTC // 2)
    await clock.advance(interval)
    assert number(hass, "btc_value") == BTC // 2 + 2
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
