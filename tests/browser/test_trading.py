"""A day in the demo: a purchase, its worth, an alert set up by hand, and a restart."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from http.client import HTTPException
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
import pytest

from tests.instance.run import post, token

from .conftest import Demo, complaints, eventually, keep, page_of, running_demo

pytestmark = pytest.mark.browser

INTERVAL = 60
"""Seconds in which prices and worth are written at the latest, by default."""

ALERT = "event.xrp_is_sold"


def test_a_purchase_its_worth_and_an_alert_outlive_a_restart(
    browser: Browser, tmp_path: Path
) -> None:
    """The purchase is told with price and fee, the alert fires once, and nothing fires again."""
    with (
        running_demo(tmp_path, "--trade-every=0", "--language=en") as demo,
        page_of(browser, demo) as page,
    ):
        _a_purchase_is_told(demo)
        _an_alert_is_added(page)
        demo.act("trade", market="KRW-XRP", side="ask", volume="500")
        eventually(lambda: demo.state(ALERT)["state"] != "unknown", within=5)
        fired = demo.state(ALERT)
        assert fired["attributes"]["event_type"] == "below"
        assert fired["attributes"]["currency"] == "XRP"
        assert fired["attributes"]["message"] == "Less than 4,000 XRP"
        told = demo.state("event.upbit_activity")
        assert told["attributes"]["event_type"] == "sell"
        page.goto("/config/integrations/integration/upbit")
        expect(page.get_by_text("XRP is sold").first).to_be_visible()
        keep(page, "alert")

        restarted = _restart(demo)
        demo.act("trade", market="KRW-XRP", side="ask", volume="100")
        eventually(
            lambda: restarted.state("sensor.upbit_xrp")["state"] == "3550.27618", 10
        )
        eventually(lambda: _told(restarted) == ["buy", "sell", "sell"], 10)
        assert restarted.state(ALERT)["attributes"] == fired["attributes"]
        assert restarted.state(ALERT)["state"] == fired["state"]
        assert complaints(tmp_path) == []


def _a_purchase_is_told(demo: Demo) -> None:
    value = demo.state("sensor.upbit_eth_value")["state"]
    demo.act("trade", market="KRW-ETH", side="bid", volume="0.5")
    eventually(lambda: demo.state("event.upbit_activity")["state"] != "unknown", 5)
    told = demo.state("event.upbit_activity")["attributes"]
    assert (told["event_type"], told["currency"]) == ("buy", "ETH")
    assert Decimal(told["amount"]) == Decimal("0.5")
    assert Decimal(told["fee"]) == Decimal(told["price"]) / 2 * Decimal("0.0005")
    took = eventually(
        lambda: demo.state("sensor.upbit_eth_value")["state"] != value, INTERVAL + 5
    )
    print(f"\nits worth followed after {took:.1f} s")


def _an_alert_is_added(page: Page) -> None:
    page.goto("/config/integrations/integration/upbit")
    page.get_by_role("button", name="Add alert").first.click()
    flow = page.locator("dialog-data-entry-flow")
    flow.locator("input[name=name]").fill("XRP is sold")
    for place, choice in enumerate(("XRP", "Total: available and locked")):
        flow.locator("ha-selector-select").nth(place).click()
        keep(page, f"alert-choice-{place}")
        page.get_by_text(choice, exact=True).last.click()
    flow.locator("input[name=threshold]").fill("4,000")
    flow.locator("input[name=message]").fill("Less than 4,000 XRP")
    keep(page, "alert-form")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Finish").click()


def _restart(demo: Demo) -> Demo:
    """Restart Home Assistant as its menu does; the exchange goes on."""
    with suppress(OSError, HTTPException):  # it may be gone before it has answered
        post(f"{demo.base}/api/services/homeassistant/restart", {}, demo.access)
    restarted = demo
    gone = False

    def running() -> bool:
        nonlocal gone, restarted
        try:
            restarted = replace(demo, access=token(demo.base))
            return gone and bool(
                restarted.state("binary_sensor.upbit_connection")["state"] == "on"
            )
        except OSError, HTTPException:
            gone = True
            return False

    eventually(running, 60)
    return restarted


def _told(demo: Demo) -> list[str]:
    """Return the trades of the history."""
    answered = demo.call("upbit.get_history", kinds=["buy", "sell"])
    return [one["kind"] for one in answered["service_response"]["activities"]]
