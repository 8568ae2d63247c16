"""The prices of what is held: which markets are followed, when a price is written, what it looks like."""

from collections.abc import Sequence
from decimal import Decimal

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from .clock import Clock
from .test_account import state
from .test_worth import BTC, ETH, number
from .upbit_server import UpbitServer, tickers
from .upbit_server.wire import dump


def written(events: Sequence[Event[EventStateChangedData]], key: str) -> list[str]:
    """Return what was written of an Upbit sensor."""
    return [
        new.state
        for event in events
        if event.data["entity_id"] == f"sensor.upbit_{key}"
        and (new := event.data["new_state"])
    ]


def followed(server: UpbitServer) -> object:
    """Return the markets of the one public subscription."""
    (session,) = server.public.sessions
    return session.subscriptions["ticker"].parameters["codes"]


@pytest.fixture
async def slow(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock
) -> MockConfigEntry:
    """Return the account with five minutes between two writes of a price."""
    hass.config_entries.async_update_entry(account, options={"price_interval": 300})
    await clock.advance(30)
    return account


async def test_a_market_that_has_ended_and_is_listed_still_stays_unpriced(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It flapped, every hour: what its tickers had said was forgotten with them."""
    server.deposit("XRP", "1000")
    await clock.advance(100)
    server.markets["KRW-XRP"].state = "DELISTED"
    server.set_price("KRW-XRP", "3362")
    await clock.advance(100)
    worth = number(hass, "total_value")
    assert worth == 1_000_000 + BTC // 2 + 2 * ETH
    assert state(hass, "binary_sensor.upbit_xrp_warning").attributes["warnings"] == [
        "no_market"
    ]
    events = async_capture_events(hass, "state_changed")
    await clock.advance(4 * 3600)
    assert not written(events, "total_value")
    assert number(hass, "total_value") == worth


async def test_a_market_that_has_ended_gives_way_to_one_through_bitcoin(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """At once, not with the next list of markets, and for good."""
    server.markets["KRW-ETH"].state = "DELISTED"
    server.set_price("KRW-ETH", str(ETH + 1))
    await clock.advance(65)
    expected = Decimal("0.03437") * BTC
    assert number(hass, "eth_value") == 2 * expected
    events = async_capture_events(hass, "state_changed")
    await clock.advance(4 * 3600)
    for key in ("eth_value", "total_value", "profit_since_baseline"):
        assert not written(events, key), key


async def test_a_market_that_begins_again_has_its_price_again(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its tickers are listened to as long as it is listed."""
    server.deposit("XRP", "1000")
    await clock.advance(100)
    for market_state, total in (("DELISTED", 0), ("ACTIVE", 3_363_000)):
        server.markets["KRW-XRP"].state = market_state
        server.set_price("KRW-XRP", "3363")
        await clock.advance(3700)
        assert number(hass, "total_value") == 1_000_000 + BTC // 2 + 2 * ETH + total


@pytest.mark.parametrize("reconnects", [True, False])
async def test_a_ticker_of_the_future_does_not_freeze_its_price(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    reconnects: bool,
) -> None:
    """Later ones were dropped for ever, whether they came by stream or by request."""
    (session,) = server.public.sessions
    row = tickers.frame(server.markets["KRW-BTC"], "REALTIME")
    session.send_raw(dump(row | {"timestamp": 4_102_444_800_000}).encode())
    await clock.advance(100)
    if reconnects:
        server.fault(close_public=1006)
        await clock.advance(60)
    server.set_price("KRW-BTC", "100000000")
    await clock.advance(70)
    assert number(hass, "btc_value") == 50_000_000


async def test_a_market_that_left_the_list_costs_no_other_price(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The whole subscription was refused for it, until the list was looked at an hour later."""
    server.markets.delist("KRW-ETH")
    server.fault(close_public=1006)
    lists = len([one for one in server.requests if one.path == "/v1/market/all"])
    for _ in range(60):
        await clock.advance(60)
        assert state(hass, "sensor.upbit_btc_value").state != STATE_UNAVAILABLE
    assert followed(server) == ["BTC-ETH", "KRW-BTC"]
    asked = [one for one in server.requests if one.path == "/v1/market/all"]
    assert len(asked) - lists <= 2


async def test_the_list_is_asked_for_once_a_minute_at_most_while_a_subscription_is_refused(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It may be refused for another reason."""
    server.fault(refuse_types=["ticker"], close_public=1006)
    lists = len([one for one in server.requests if one.path == "/v1/market/all"])
    await clock.advance(600)
    asked = [one for one in server.requests if one.path == "/v1/market/all"]
    assert 2 <= len(asked) - lists <= 11


async def test_the_first_ticker_of_a_coin_does_not_wait_for_the_interval(
    hass: HomeAssistant, slow: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It waited for the write that was planned, and the total was unknown until then."""
    server.set_price("KRW-BTC", str(BTC + 1))
    await clock.advance(1)
    server.fault(answer="500", answer_paths=["/v1/ticker"])
    server.deposit("XRP", "1000")
    await clock.advance(5)
    assert followed(server) == ["KRW-BTC", "KRW-ETH", "KRW-XRP"]
    assert state(hass, "sensor.upbit_total_value").state != STATE_UNKNOWN


@pytest.mark.parametrize("by_request", [True, False])
async def test_a_price_is_written_once_an_interval_whatever_is_bought(
    hass: HomeAssistant,
    slow: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    by_request: bool,
) -> None:
    """Each new coin wrote the price of every other one."""
    await clock.advance(400)
    if not by_request:
        server.fault(answer="500", answer_paths=["/v1/ticker"])
    events = async_capture_events(hass, "state_changed")
    for number_of, code in enumerate(("XRP", "SOL", "DOGE", "FLR", "BTT")):
        server.set_price("KRW-BTC", str(BTC + 2 + 2 * number_of))
        server.deposit(code, "1")
        await clock.advance(10)
        assert state(hass, "sensor.upbit_total_value").state != STATE_UNKNOWN
    assert len(written(events, "btc_value")) <= 1


async def test_buying_many_coins_keeps_within_the_limit_of_messages(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A hundred a minute on a connection, which was dropped: each new coin cost two."""
    coins = [f"C{number_of}" for number_of in range(70)]
    for coin in coins:
        server.markets.enlist(f"KRW-{coin}", "100")
    await clock.advance(3700)
    sessions = server.public.sessions[:]
    for coin in coins:
        server.deposit(coin, "1")
        await clock.advance(1.1)
    await clock.advance(3)
    assert server.public.sessions == sessions
    assert followed(server) == sorted(f"KRW-{code}" for code in ("BTC", "ETH", *coins))


async def test_coins_that_are_bought_one_after_another_have_prices_meanwhile(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Each put the subscription off for all, as long as they came within a second."""
    coins = [f"C{number_of}" for number_of in range(20)]
    for coin in coins:
        server.markets.enlist(f"KRW-{coin}", "100")
    await clock.advance(3700)
    for coin in coins:
        server.deposit(coin, "1")
        await clock.advance(0.9)
    assert number(hass, "c0_value") == 100
    assert number(hass, "c10_value") == 100


async def test_an_empty_list_of_markets_is_asked_for_again_soon(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It was believed, and left everything without a price for an hour."""
    codes = [market.code for market in server.markets.all()]
    prices = {code: str(price) for code, price in server.markets.prices().items()}
    for code in codes:
        server.markets.delist(code)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(5)
    assert state(hass, "sensor.upbit_total_value").state == STATE_UNKNOWN
    for code in codes:
        server.markets.enlist(code, prices[code])
    await clock.advance(70)
    assert number(hass, "total_value") == 1_000_000 + BTC // 2 + 2 * ETH
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


@pytest.mark.parametrize(
    ("listed", "price"),
    [
        # 1756.61422756
        ("0.00001234", "1757"),
        # 175.65942276
        ("0.000001234", "175.7"),
        # 1.42351234
        ("0.00000001", "1.424"),
    ],
)
async def test_a_price_through_bitcoin_has_decimals_by_its_size(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    listed: str,
    price: str,
) -> None:
    """It had every digit of a product, 1756.61422756; what it is worth is of the exact one."""
    server.markets.enlist("BTC-AAA", listed)
    server.set_price("KRW-BTC", "142351234")
    server.deposit("AAA", "1000000")
    await clock.advance(3700)
    assert state(hass, "sensor.upbit_aaa_price").state == price
    exact = Decimal(listed) * 142_351_234 * 1_000_000
    assert number(hass, "aaa_value") == round(exact)


async def test_a_price_of_its_own_market_keeps_the_digits_of_the_exchange(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Down to 0.00000001 won."""
    server.markets.enlist("KRW-AAA", "0.00012345")
    server.set_price("KRW-ETH", "4893000.123")
    server.deposit("AAA", "10")
    await clock.advance(3700)
    assert state(hass, "sensor.upbit_aaa_price").state == "0.00012345"
    assert state(hass, "sensor.upbit_eth_price").state == "4893000.123"


@pytest.mark.parametrize("answers", [True, False])
async def test_after_an_outage_no_old_price_is_claimed(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    answers: bool,
) -> None:
    """They were claimed as soon as the stream stood: the first of them for a moment, the others for an interval."""
    server.fault(refuse_public=503, close_public=1006)
    await clock.advance(600)
    assert state(hass, "sensor.upbit_total_value").state == STATE_UNAVAILABLE
    shown = async_capture_events(hass, "state_changed")
    server.set_price("KRW-BTC", "100000000")
    server.set_price("KRW-ETH", "3000000")
    if not answers:
        server.fault(answer="500", answer_paths=["/v1/ticker"])
    server.fault(refuse_public=None)
    await clock.advance(200)
    assert written(shown, "total_value") == ["57000000"]
