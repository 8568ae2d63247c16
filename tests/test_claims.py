"""What is not known to be so now is not claimed: by no baseline, by no day, by no answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.llm import HoldingTool

from .activities import answer
from .clock import Clock, until_nine
from .test_account import state
from .test_worth import BTC, number
from .upbit_server import UpbitServer

NO_STREAM: dict[str, Any] = {"refuse_public": 503, "close_public": 1006}
NO_PRICES: dict[str, Any] = {
    **NO_STREAM,
    "rest_status": 503,
    "rest_paths": ["/v1/ticker"],
}
NO_ACCOUNT: dict[str, Any] = {
    "refuse_handshake": 503,
    "close": 1006,
    "rest_status": 503,
    "rest_paths": ["/v1/accounts"],
}


async def set_baseline(hass: HomeAssistant) -> None:
    """Let gains count from now."""
    await hass.services.async_call("upbit", "set_baseline", {}, blocking=True)


@pytest.mark.parametrize("fault", [NO_STREAM, NO_ACCOUNT], ids=["prices", "amounts"])
async def test_a_baseline_is_not_set_with_what_was_known_last(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    fault: dict[str, Any],
) -> None:
    """The action took old prices, and what moved since they came was gained in no time."""
    server.fault(**fault)
    await clock.advance(600)
    assert state(hass, "sensor.upbit_total_value").state == "unavailable"
    before = (await answer(hass, "get_portfolio"))["summary"]["baseline"]
    with pytest.raises(ServiceValidationError) as refused:
        await set_baseline(hass)
    assert refused.value.translation_key == "prices_missing"
    after = (await answer(hass, "get_portfolio"))["summary"]["baseline"]
    assert after == before
    server.set_price("KRW-BTC", str(BTC + 10_000_000))
    server.fault(refuse_public=None, refuse_handshake=None, rest_status=None)
    await clock.advance(200)
    await set_baseline(hass)
    await clock.settle()
    assert number(hass, "profit_since_baseline") == 0


async def test_a_day_at_midnight_does_not_open_with_old_prices(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Not even when the stream stands again, just before it tells those of now; it says since when."""
    await hass.config.async_set_time_zone("UTC")
    hass.config_entries.async_update_entry(account, options={"day_start": "midnight"})
    await clock.leap(until_nine() - 600)
    await clock.advance(60)
    server.fault(**NO_PRICES)
    await clock.advance(until_nine() + 60)
    server.set_price("KRW-BTC", str(BTC + 10_000_000))
    assert state(hass, "sensor.upbit_profit_today").state == "unavailable"
    server.fault(refuse_public=None)
    await clock.advance(200)
    assert number(hass, "profit_today") == 0
    since = state(hass, "sensor.upbit_profit_today").attributes["last_reset"]
    assert datetime.now(UTC) - datetime.fromisoformat(since) < timedelta(seconds=200)


async def test_the_first_baseline_waits_for_prices_that_are_those_of_now(
    hass: HomeAssistant, entry: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Those that the turn of a day asks for are there before the stream stands."""
    await clock.leap(until_nine() - 600)
    server.fault(**NO_PRICES)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await clock.advance(until_nine() - 30)
    server.fault(rest_status=None)
    await clock.advance(60)
    waiting = await answer(hass, "get_portfolio")
    server.fault(refuse_public=None)
    await clock.advance(200)
    summary = (await answer(hass, "get_portfolio"))["summary"]
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
    assert waiting["assets"]["BTC"]["price"] is None
    assert waiting["summary"]["baseline"] is None
    assert waiting["summary"]["day"] is None
    assert summary["baseline"] > summary["day"]


async def test_the_portfolio_says_of_when_its_amounts_are(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Those of an hour ago looked like those of now."""
    summary = (await answer(hass, "get_portfolio"))["summary"]
    assert summary["available"] is True
    confirmed = datetime.fromisoformat(summary["last_confirmed"])
    assert datetime.now(UTC) - confirmed < timedelta(minutes=15)
    server.fault(**NO_ACCOUNT)
    await clock.advance(3600)
    assert state(hass, "sensor.upbit_btc").state == "unavailable"
    report = await answer(hass, "get_portfolio")
    assert report["summary"]["available"] is False
    later = datetime.fromisoformat(report["summary"]["last_confirmed"])
    assert datetime.now(UTC) - later > timedelta(minutes=50)
    assert report["assets"]["BTC"]["total"] == "0.5"
    assert report["assets"]["BTC"]["value"] is None
    assert report["summary"]["profit_today"] is None
    assert report["summary"]["gain_over_holding"] is None
    server.fault(refuse_handshake=None, rest_status=None)
    await clock.advance(200)
    report = await answer(hass, "get_portfolio")
    assert report["summary"]["available"] is True
    assert report["summary"]["profit_today"] == "0"


async def test_assist_tells_no_old_amounts_as_those_of_now(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It says that they are not known, and when they were last."""
    assert await async_setup_component(hass, "homeassistant", {})
    async_expose_entity(hass, "conversation", "sensor.upbit_btc", True)
    context = llm.LLMContext(
        platform="test",
        context=Context(),
        language="ko",
        assistant="conversation",
        device_id=None,
    )
    asked = llm.ToolInput(tool_name="upbit__get_holding", tool_args={"currency": "BTC"})
    server.fault(**NO_ACCOUNT)
    await clock.advance(600)
    assert state(hass, "sensor.upbit_btc").state == "unavailable"
    told: Any = await HoldingTool().async_call(hass, asked, context)
    (one,) = told["accounts"]
    assert one.keys() == {"account", "error", "last_confirmed"}
    server.fault(refuse_handshake=None, rest_status=None)
    await clock.advance(200)
    told = await HoldingTool().async_call(hass, asked, context)
    assert told["accounts"] == [
        {"account": "Upbit", "total": "0.5", "balance": "0.5", "locked": "0"}
    ]
