"""The exchange's own word: notices as events, warnings as sensors."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.upbit.portfolio.mentions import mentioned

from .clock import Clock
from .test_account import state
from .upbit_server import UpbitServer
from .upbit_server.notices import notice

NAMES = {"ETH": "이더리움", "ETC": "이더리움클래식", "BTC": "비트코인", "A": "볼타"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("비트코인(BTC) 입출금 일시 중단 안내", ("BTC",)),
        ("이더리움클래식 하드포크에 따른 입출금 중단", ("ETC",)),
        ("이더리움클래식, 이더리움 지갑 점검", ("ETC", "ETH")),
        ("BTCB 거래지원 안내", ()),
        ("A new service", ()),
        ("볼타(A) 거래지원 종료", ("A",)),
        ("ETH/USDT market", ("ETH",)),
        ("원화 마켓 신규 거래지원", ()),
    ],
)
def test_a_title_names_currencies_by_code_or_name(
    text: str, expected: tuple[str, ...]
) -> None:
    """As the exchange writes its titles."""
    assert mentioned(text, NAMES, NAMES) == expected


async def test_a_notice_is_an_event_that_names_what_is_held(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """By its category; one of a category that is not known is another; none is told twice."""
    frame = notice(
        "비트코인(BTC), 리플(XRP) 입출금 일시 중단 안내",
        "wallet",
        "https://upbit.com/service_center/notice?id=1",
    )
    told = async_capture_events(hass, "state_changed")
    server.private.announce(frame)
    await clock.settle()
    shown = state(hass, "event.upbit_notice").attributes
    assert shown["event_type"] == "wallet"
    assert shown["currencies"] == ["BTC"]
    assert shown["title"] == frame["title"]
    assert shown["link"] == frame["url"]
    assert shown["updated"] is False
    server.private.announce(frame)
    await clock.advance(1)
    assert len([one for one in told if "notice" in one.data["entity_id"]]) == 1
    server.private.announce(
        {**frame, "category": "riddle", "event_type": "UPDATED", "title": "?"}
    )
    await clock.settle()
    shown = state(hass, "event.upbit_notice").attributes
    assert (shown["event_type"], shown["updated"]) == ("other", True)
    assert shown["currencies"] == []


async def test_a_region_without_notices_costs_nothing_else(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The subscription is refused for that type only."""
    server.fault(refuse_types=["announcement"])
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(10)
    assert hass.states.is_state("binary_sensor.upbit_connection", "on")
    assert hass.states.is_state("event.upbit_notice", "unknown")
    server.deposit("BTC", "1")
    await clock.settle()
    assert hass.states.is_state("sensor.upbit_btc", "1.5")
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()


async def test_a_warning_of_the_exchange_is_a_sensor_within_the_hour(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It says which, and leaves with it; a market that ends is one as well."""
    warning = "binary_sensor.upbit_btc_warning"
    assert state(hass, warning).state == "off"
    assert hass.states.get("binary_sensor.upbit_krw_warning") is None
    written = async_capture_events(hass, "state_changed")
    server.warn("KRW-BTC", True, ["TRADING_VOLUME_SOARING"])
    await clock.advance(3610)
    assert state(hass, warning).state == "on"
    assert state(hass, warning).attributes["warnings"] == [
        "trading_volume_soaring",
        "warning",
    ]
    server.warn("KRW-BTC", False)
    await clock.advance(3 * 3600)
    assert state(hass, warning).state == "off"
    assert len([one for one in written if one.data["entity_id"] == warning]) == 2
    for code in ("KRW-BTC", "USDT-BTC"):
        server.markets.delist(code)
    await clock.advance(3610)
    assert state(hass, warning).attributes["warnings"] == ["no_market"]


async def test_a_currency_that_is_bought_is_warned_of_at_once(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its sensor comes with the others."""
    server.trade("KRW-XRP", "bid", "10")
    await clock.settle()
    assert state(hass, "binary_sensor.upbit_xrp_warning").state == "off"
