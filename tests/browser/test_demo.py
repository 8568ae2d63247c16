"""The demo on the newest Home Assistant, as a person sees it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser, expect
import pytest

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
            for text in ("총 보유자산", "평가손익", "자산 비중", "활동", "마지막 변동"):
                expect(page.get_by_text(text).first).to_be_visible()
            first = demo.state("sensor.upbit_krw")["state"]
            eventually(lambda: demo.state("sensor.upbit_krw")["state"] != first, 15)
            keep(page, "dashboard-ko")
        with page_of(browser, demo, "ko-KR", width=390) as page:
            page.goto("/")
            expect(page.locator("hui-tile-card", has_text="BTC").first).to_be_visible()
            keep(page, "dashboard-phone-ko")
