"""The demo on the newest Home Assistant, as a person sees it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser, expect
import pytest

from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .conftest import Demo, eventually, keep, page_of, running_demo

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run a demo in which nobody trades."""
    config: Path = tmp_path_factory.mktemp("still")
    with running_demo(config, "--trade-every=0", "--language=en") as demo:
        yield demo


def test_a_deposit_of_a_satoshi_is_seen_within_a_second(
    browser: Browser, still: Demo
) -> None:
    """By exactly that, in plain notation, in the API and on the dashboard."""
    before = Decimal(still.state("sensor.upbit_btc")["state"])
    with page_of(browser, still) as page:
        page.goto("/")
        tile = page.locator("hui-tile-card", has_text="BTC").first
        expect(tile).to_contain_text(f"{before:f} BTC")
        keep(page, "dashboard")
        still.act("deposit", currency="BTC", amount="0.00000001")
        after = f"{before + Decimal('0.00000001'):f}"
        took = eventually(
            lambda: still.state("sensor.upbit_btc")["state"] == after, within=1
        )
        expect(tile).to_contain_text(f"{after} BTC")
        print(f"\na deposit was a state after {took * 1000:.0f} ms")
    assert Decimal(still.ledger()["BTC"]["total"]) == Decimal(after)


def test_the_dashboard_speaks_korean(browser: Browser, tmp_path: Path) -> None:
    """On a phone, too, and with trades that move the numbers."""
    with running_demo(tmp_path, "--trade-every=0.5", "--language=ko") as demo:
        with page_of(browser, demo, "ko-KR") as page:
            page.goto("/")
            expect(page.get_by_text("보유자산")).to_be_visible()
            expect(page.get_by_text("마지막 변동")).to_be_visible()
            first = demo.state("sensor.upbit_krw")["state"]
            eventually(lambda: demo.state("sensor.upbit_krw")["state"] != first, 15)
            keep(page, "dashboard-ko")
        with page_of(browser, demo, "ko-KR", width=390) as page:
            page.goto("/")
            expect(page.locator("hui-tile-card", has_text="BTC").first).to_be_visible()
            keep(page, "dashboard-phone-ko")


def test_a_person_adds_the_integration_by_hand(
    browser: Browser, tmp_path: Path
) -> None:
    """With a wrong key first, and then the right one."""
    with (
        running_demo(
            tmp_path, "--without-account", "--trade-every=0", "--language=en"
        ) as demo,
        page_of(browser, demo) as page,
    ):
        page.goto("/config/integrations/dashboard/add?domain=upbit")
        page.get_by_role("button", name="OK").click()
        flow = page.locator("dialog-data-entry-flow")
        flow.locator("input[name=access_key]").fill(DEMO_ACCESS_KEY)
        flow.locator("input[name=secret_key]").fill("wrong")
        flow.get_by_text("Advanced").click()
        flow.locator("input[name=api_host]").fill(demo.exchange)
        keep(page, "form")
        page.get_by_role("button", name="Submit").click()
        expect(flow.locator("ha-alert")).to_contain_text("does not belong to it")
        keep(page, "form-wrong-key")
        flow.locator("input[name=secret_key]").fill(DEMO_SECRET_KEY)
        page.get_by_role("button", name="Submit").click()
        page.locator("step-flow-create-entry").wait_for()
        keep(page, "form-done")
        page.get_by_role("button", name="Skip and finish").click()
        eventually(
            lambda: demo.state("binary_sensor.upbit_connection")["state"] == "on", 10
        )
        assert demo.state("sensor.upbit_btt")["state"] == "0.00000214"
        page.goto("/config/integrations/integration/upbit")
        expect(page.get_by_text("BTT").first).to_be_visible()
        keep(page, "integration")
