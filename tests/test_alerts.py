"""Alerts: rules as subentries, edges, hysteresis, forms, notifications."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import (
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer

BTC = 142_350_000

LOW_CASH: dict[str, Any] = {
    "name": "Low cash",
    "currency": "KRW",
    "measure": "balance",
    "condition": "below",
    "threshold": "900000",
    "unit": "absolute",
    "message": "Little left",
    "notify": False,
}


async def add(
    hass: HomeAssistant, account: MockConfigEntry, **changed: Any
) -> dict[str, Any]:
    """Go through the form, and return what it answers."""
    begun = await hass.config_entries.subentries.async_init(
        (account.entry_id, "alert"), context={"source": SOURCE_USER}
    )
    assert begun["type"] is FlowResultType.FORM
    result = await hass.config_entries.subentries.async_configure(
        begun["flow_id"], {**LOW_CASH, **changed}
    )
    await hass.async_block_till_done()
    return dict(result)


def only(account: MockConfigEntry) -> ConfigSubentry:
    """Return the one alert."""
    subentry: ConfigSubentry
    (subentry,) = account.subentries.values()
    return subentry


async def test_a_level_fires_once_when_it_is_crossed_and_again_after_it_was_left(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """By one percent of the threshold."""
    assert (await add(hass, account))["type"] is FlowResultType.CREATE_ENTRY
    await clock.settle()
    assert state(hass, "binary_sensor.low_cash").state == "off"
    assert state(hass, "event.low_cash").state == "unknown"
    fired = async_capture_events(hass, "state_changed")

    def firings() -> int:
        return len([one for one in fired if one.data["entity_id"] == "event.low_cash"])

    server.withdraw("KRW", "100000")
    await clock.advance(5)
    assert firings() == 1
    told = state(hass, "event.low_cash").attributes
    assert told["event_type"] == "below"
    assert told["rule"] == "Low cash"
    assert told["currency"] == "KRW"
    assert told["value"] == "900000"
    assert told["message"] == "Little left"
    assert state(hass, "binary_sensor.low_cash").state == "on"
    server.deposit("KRW", "8999")
    await clock.advance(5)
    server.withdraw("KRW", "8999")
    await clock.advance(5)
    assert firings() == 1
    server.deposit("KRW", "9000")
    await clock.advance(5)
    assert state(hass, "binary_sensor.low_cash").state == "off"
    server.withdraw("KRW", "9000")
    await clock.advance(5)
    assert firings() == 2


async def test_a_new_alert_does_not_fire_for_what_holds_already(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock
) -> None:
    """Nor does an edited one."""
    await add(hass, account, threshold="2000000")
    await clock.advance(60)
    assert state(hass, "binary_sensor.low_cash").state == "on"
    assert state(hass, "event.low_cash").state == "unknown"


async def test_a_restart_fires_nothing_again_and_misses_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The edge is remembered, and compared once."""
    await add(hass, account)
    await clock.settle()
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    first = state(hass, "event.low_cash").state
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(60)
    assert state(hass, "event.low_cash").state == first
    await hass.config_entries.async_unload(account.entry_id)
    server.deposit("KRW", "200000")
    await clock.advance(60)
    await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert state(hass, "binary_sensor.low_cash").state == "off"
    await hass.config_entries.async_unload(account.entry_id)
    server.withdraw("KRW", "200000")
    await clock.advance(60)
    await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert state(hass, "event.low_cash").state > first


async def test_what_was_crossed_while_away_fires_once_automations_listen(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Not before Home Assistant has started."""
    await add(hass, account)
    await clock.settle()
    await hass.config_entries.async_unload(account.entry_id)
    server.withdraw("KRW", "200000")
    await clock.advance(60)
    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert state(hass, "event.low_cash").state == "unknown"
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await clock.advance(5)
    fired = state(hass, "event.low_cash")
    assert fired.attributes["replayed"] is False
    await clock.advance(60)
    assert state(hass, "event.low_cash").state == fired.state


async def test_a_crash_between_the_edge_and_the_event_loses_no_alert(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """It comes again, and says so."""
    await add(hass, account)
    await clock.settle()
    file = f"upbit.{account.entry_id}.ledger"
    crashed: dict[str, Any] = {}

    @callback
    def fired(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "event.low_cash":
            crashed.update(deepcopy(hass_storage[file]))

    stop = hass.bus.async_listen("state_changed", fired)
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    stop()
    first = state(hass, "event.low_cash")
    assert first.attributes["replayed"] is False
    await hass.config_entries.async_unload(account.entry_id)
    hass_storage[file] = crashed
    await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    again = state(hass, "event.low_cash")
    assert again.state > first.state
    assert again.attributes["replayed"] is True
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(30)
    assert state(hass, "event.low_cash").state == again.state


async def test_a_level_tells_what_changed_since_the_last_look(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The change that crossed it; after a restart nobody knows it."""
    await add(hass, account)
    await clock.settle()
    server.withdraw("KRW", "50000")
    await clock.advance(5)
    server.withdraw("KRW", "70000")
    await clock.advance(5)
    told = state(hass, "event.low_cash").attributes
    assert (told["value"], told["change"]) == ("880000", "-70000")


@pytest.mark.parametrize("change", ["1000000", "-1000000"])
async def test_a_flow_whose_price_comes_later_is_neither_gain_nor_loss(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    change: str,
) -> None:
    """An alert on a value waits for the price, and then counts the flow at it."""
    rises = not change.startswith("-")
    await add(
        hass,
        account,
        currency="",
        measure="value",
        condition="increase" if rises else "decrease",
        threshold="1000000",
    )
    await clock.advance(5)
    server.fault(
        refuse_public=503, rest_status=503, rest_paths=["/v1/ticker"], close_public=1006
    )
    await clock.advance(1)
    server.deposit("XRP", "1000")
    await clock.advance(30)
    server.fault(refuse_public=None, rest_status=None)
    await clock.advance(150)
    assert state(hass, "sensor.upbit_xrp_value").state == "3361000"
    assert state(hass, "event.low_cash").state == "unknown"
    server.set_price("KRW-BTC", str(BTC + 2 * int(change)))
    await clock.advance(65)
    assert state(hass, "event.low_cash").attributes["change"] == change


async def test_a_coin_that_loses_its_market_is_no_loss(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is a flow at its last price, and so is one that gets a market."""
    await add(
        hass,
        account,
        currency="",
        measure="value",
        condition="decrease",
        threshold="1000000",
    )
    await clock.advance(5)
    for code in ("KRW-ETH", "BTC-ETH"):
        server.markets.delist(code)
    await clock.advance(3700)
    assert state(hass, "sensor.upbit_total_value").attributes["unpriced"] == ["ETH"]
    assert state(hass, "event.low_cash").state == "unknown"


@pytest.mark.parametrize(
    ("rule", "amounts", "expected"),
    [
        (
            {"condition": "decrease", "measure": "total", "threshold": "100000"},
            ["-99999", "-100000"],
            1,
        ),
        (
            {
                "currency": "BTC",
                "condition": "increase",
                "measure": "total",
                "threshold": "0.001",
            },
            ["0.00099999", "0.001", "0.5"],
            2,
        ),
        (
            {
                "condition": "increase",
                "measure": "total",
                "threshold": "50",
                "unit": "percent",
            },
            ["499999", "750000"],
            1,
        ),
        (
            {
                "currency": "XRP",
                "condition": "increase",
                "measure": "balance",
                "threshold": "900",
                "unit": "percent",
            },
            ["0.1"],
            1,
        ),
    ],
)
async def test_a_move_fires_for_each_activity_that_is_large_enough(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    rule: dict[str, Any],
    amounts: list[str],
    expected: int,
) -> None:
    """Absolute or in percent; from nothing, any rise is one."""
    assert (await add(hass, account, **rule))["type"] is FlowResultType.CREATE_ENTRY
    await clock.settle()
    assert hass.states.get("binary_sensor.low_cash") is None
    fired = async_capture_events(hass, "state_changed")
    currency = rule.get("currency", "KRW")
    for amount in amounts:
        if amount.startswith("-"):
            server.withdraw(currency, amount[1:])
        else:
            server.deposit(currency, amount)
        await clock.advance(5)
    events = [one for one in fired if one.data["entity_id"] == "event.low_cash"]
    assert len(events) == expected
    change = Decimal(state(hass, "event.low_cash").attributes["change"])
    assert change == Decimal(amounts[-1])


async def test_an_order_in_parts_is_one_move_each_and_a_market_order_one(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Not one for each frame: what it locks and gets back is nothing."""
    await add(
        hass,
        account,
        currency="KRW",
        measure="balance",
        condition="decrease",
        threshold="30000",
    )
    await clock.settle()
    fired = async_capture_events(hass, "state_changed")
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(15)
    assert len([one for one in fired if one.data["entity_id"] == "event.low_cash"]) == 1


async def test_the_value_of_the_account_rises_by_its_prices_and_not_by_a_deposit(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """What moves compare with is moved by flows."""
    await add(
        hass,
        account,
        currency="",
        measure="value",
        condition="increase",
        threshold="1000000",
    )
    await clock.advance(5)
    server.deposit("KRW", "5000000")
    await clock.advance(130)
    assert state(hass, "event.low_cash").state == "unknown"
    server.set_price("KRW-BTC", str(BTC + 1_999_000))
    await clock.advance(65)
    assert state(hass, "event.low_cash").state == "unknown"
    server.set_price("KRW-BTC", str(BTC + 2_000_000))
    await clock.advance(65)
    told = state(hass, "event.low_cash").attributes
    assert told["currency"] is None
    assert told["change"] == "1000000"


async def test_a_profit_rate_can_fall_below_nothing(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It takes negative thresholds; it waits for the average that belongs to the amount."""
    server.deposit("XRP", "100", "3361")
    await clock.advance(10)
    await add(
        hass,
        account,
        currency="XRP",
        measure="profit_rate",
        condition="below",
        threshold="-10",
        unit="percent",
    )
    await clock.advance(5)
    server.set_price("KRW-XRP", "3025")
    await clock.advance(65)
    assert state(hass, "event.low_cash").state == "unknown"
    server.set_price("KRW-XRP", "3024")
    await clock.advance(65)
    assert state(hass, "event.low_cash").attributes["event_type"] == "below"


async def test_an_alert_on_a_profit_rate_waits_for_the_new_average(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A purchase is told at once; what it did to the rate is known with the next snapshot."""
    server.deposit("XRP", "100", "1000")
    server.deposit("KRW", "10000000")
    await clock.advance(20)
    await add(
        hass,
        account,
        currency="XRP",
        measure="profit_rate",
        condition="below",
        threshold="100",
        unit="percent",
    )
    await clock.advance(5)
    server.trade("KRW-XRP", "bid", "1000")
    await clock.settle()
    assert state(hass, "event.upbit_activity").attributes["event_type"] == "buy"
    assert state(hass, "event.low_cash").state == "unknown"
    await clock.advance(5)
    fired = state(hass, "event.low_cash").attributes
    assert fired["event_type"] == "below"
    assert 5 < Decimal(fired["value"]) < 10


async def test_what_flows_in_is_neither_gain_nor_loss_of_a_rate(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A deposit at another average makes the rate another one; what it had gained before still counts."""
    server.deposit("XRP", "100", "3361")
    await clock.advance(20)
    await add(
        hass,
        account,
        currency="XRP",
        measure="profit_rate",
        condition="decrease",
        threshold="5",
        unit="percent",
    )
    await clock.advance(5)
    # 3 points down.
    server.set_price("KRW-XRP", "3261")
    await clock.advance(65)
    server.deposit("XRP", "100", "6722")
    await clock.advance(130)
    assert state(hass, "event.low_cash").state == "unknown"
    # Of a cost of 5041.5 it is 2 points more.
    server.set_price("KRW-XRP", "3157")
    await clock.advance(65)
    fired = state(hass, "event.low_cash").attributes
    assert fired["event_type"] == "decrease"
    assert -6 < Decimal(fired["change"]) <= -5


async def test_a_notification_is_shown_if_that_is_wanted(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """With the message."""
    assert await async_setup_component(hass, "persistent_notification", {})
    await add(hass, account, notify=True)
    await clock.settle()
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    (notification,) = hass.data["persistent_notification"].values()
    assert notification["title"] == "Upbit: Low cash"
    assert notification["message"] == "Little left"


async def test_editing_an_alert_touches_nothing_else(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its sensor goes where there is no level, its device is renamed, the account is not reloaded."""
    await add(hass, account)
    await clock.settle()
    (connection,) = server.connections
    flow = await hass.config_entries.subentries.async_init(
        (account.entry_id, "alert"),
        context={
            "source": SOURCE_RECONFIGURE,
            "subentry_id": only(account).subentry_id,
        },
    )
    done = await hass.config_entries.subentries.async_configure(
        flow["flow_id"],
        {**LOW_CASH, "name": "Cash falls", "condition": "decrease"},
    )
    assert done["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    await clock.settle()
    assert [*server.connections] == [connection]
    entities = er.async_get(hass)
    assert entities.async_get("event.low_cash")
    assert not entities.async_get("binary_sensor.low_cash")
    names = {
        device.name
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), account.entry_id
        )
    }
    assert names == {"Upbit", "Cash falls"}
    server.withdraw("KRW", "950000")
    await clock.advance(5)
    assert state(hass, "event.low_cash").attributes["event_type"] == "decrease"


async def test_removing_an_alert_takes_its_device_and_leaves_the_account(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nothing of it is remembered."""
    await add(hass, account)
    await clock.settle()
    (connection,) = server.connections
    hass.config_entries.async_remove_subentry(account, only(account).subentry_id)
    await hass.async_block_till_done()
    await clock.advance(5)
    assert hass.states.get("event.low_cash") is None
    assert hass.states.get("binary_sensor.low_cash") is None
    assert state(hass, "sensor.upbit_btc").state == "0.5"
    assert [*server.connections] == [connection]
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    assert device.name == "Upbit"
    assert not account.runtime_data.publisher.ledger.edges


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"name": "  "}, {"name": "name_missing"}),
        ({"currency": "NOSUCH"}, {"currency": "unknown_currency"}),
        ({"threshold": "much"}, {"threshold": "not_a_number"}),
        ({"threshold": "NaN"}, {"threshold": "not_a_number"}),
        ({"threshold": "1e50"}, {"threshold": "not_a_number"}),
        ({"threshold": "0,5"}, {"threshold": "not_a_number"}),
        ({"threshold": "900000." + "3" * 31}, {"threshold": "not_a_number"}),
        ({"threshold": "-5"}, {"threshold": "threshold_negative"}),
        (
            {"condition": "above", "threshold": "0"},
            {"threshold": "threshold_always"},
        ),
        ({"unit": "percent"}, {"unit": "percent_of_level"}),
        ({"measure": "profit_rate"}, {"unit": "rate_is_percent"}),
        (
            {"condition": "increase", "threshold": "0"},
            {"threshold": "threshold_not_positive"},
        ),
        ({"currency": ""}, {"measure": "measure_needs_currency"}),
        (
            {"measure": "profit_rate", "unit": "percent", "threshold": "5"},
            {"measure": "rate_of_cash"},
        ),
        (
            {"condition": "decrease", "threshold": "150", "unit": "percent"},
            {"threshold": "threshold_unreachable"},
        ),
        (
            {"name": "", "currency": "NOSUCH", "threshold": "x"},
            {
                "name": "name_missing",
                "currency": "unknown_currency",
                "threshold": "not_a_number",
            },
        ),
    ],
    ids=str,
)
async def test_the_form_answers_each_mistake_at_its_field(
    hass: HomeAssistant,
    account: MockConfigEntry,
    changed: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """And nothing is stored."""
    result = await add(hass, account, **changed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert not account.subentries


async def test_the_form_takes_a_number_as_people_write_it(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """With separators, with every digit, a currency in any case."""
    await add(
        hass, account, threshold=" 1,234,567.000000000000000000001 ", currency="krw"
    )
    stored = only(account).data
    assert stored["threshold"] == "1234567.000000000000000000001"
    assert stored["currency"] == "KRW"


async def test_an_alert_of_an_account_that_is_not_loaded_has_to_wait(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock
) -> None:
    """The currencies are not known."""
    await hass.config_entries.async_unload(account.entry_id)
    await clock.settle()
    result = await hass.config_entries.subentries.async_init(
        (account.entry_id, "alert"), context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "not_loaded"
