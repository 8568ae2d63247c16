"""An account in Singapore, Indonesia or Thailand: other markets, other fields, other pages."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal

from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.exchange.rest import OpenOrder
from custom_components.upbit.transports import region_of

from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer
from .upbit_server.notices import notice


@pytest.fixture(params=["sg", "id", "th"])
def region(request: pytest.FixtureRequest) -> str:
    """Return a region abroad."""
    code: str = request.param
    return code


@pytest.fixture
async def server(
    socket_enabled: None, clock: Clock, region: str
) -> AsyncGenerator[UpbitServer]:
    """Run an exchange abroad."""
    cash = region_of({CONF_REGION: region}).quote_currency
    async with UpbitServer(cash=cash) as exchange:
        exchange.deposit(cash, "1234")
        exchange.deposit("BTC", "0.5", price="120000")
        yield exchange


@pytest.fixture
def entry(entry: MockConfigEntry, hass: HomeAssistant, region: str) -> MockConfigEntry:
    """Return an entry of the region."""
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REGION: region}
    )
    return entry


async def test_an_account_is_worth_what_its_markets_say(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Markets have no Korean name there; without them nothing had a price."""
    assert Decimal(state(hass, "sensor.upbit_total_value").state) == 66_234
    worth = state(hass, "sensor.upbit_btc_profit")
    assert Decimal(worth.state) == 5_000
    assert worth.attributes["unit_of_measurement"] == server.cash
    assert state(hass, f"sensor.upbit_{server.cash.lower()}").state == "1234"
    server.trade(f"{server.cash}-XRP", "bid", "10")
    await clock.advance(10)
    assert state(hass, "event.upbit_activity").attributes["event_type"] == "buy"
    assert state(hass, "sensor.upbit_xrp_value").attributes["unit_of_measurement"]


async def test_a_flagged_market_is_warned_of(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """CAUTION is an investment warning there, not one of the Korean cautions."""
    warning = "binary_sensor.upbit_btc_warning"
    assert state(hass, warning).state == "off"
    server.warn(f"{server.cash}-BTC", True)
    await clock.advance(3700)
    assert state(hass, warning).state == "on"
    assert state(hass, warning).attributes["warnings"] == ["warning"]


async def test_orders_are_dated_in_utc(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer
) -> None:
    """Which they do not say, while this home is somewhere else."""
    await hass.config.async_set_time_zone("Asia/Singapore")
    server.order(f"{server.cash}-BTC", "bid", volume="0.001", price="100000")
    orders: tuple[OpenOrder, ...]
    orders = await account.runtime_data.coordinator.rest.open_orders()
    (order,) = orders
    now = datetime.now(UTC).replace(microsecond=0)
    assert order.created_at == now


async def test_a_notice_names_what_its_title_names_by_code(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """English names of coins are words, such as Flow."""
    title = "Bitcoin (BTC) withdrawals are suspended"
    server.private.announce(notice(title, "wallet"))
    await clock.settle()
    assert state(hass, "event.upbit_notice").attributes["currencies"] == ["BTC"]


async def test_the_links_to_the_keys_are_those_of_the_region(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    region: str,
) -> None:
    """Of the device, and of a repair."""
    page = f"https://{region}.upbit.com/mypage/open_api_management"
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    assert device.configuration_url == page
    server.fault(answer="403 scope", close=1006)
    await clock.advance(400)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.learn_more_url == page
