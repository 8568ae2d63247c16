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


TWO_ACCOUNTS = """async () => {
  const hass = {
    locale: { language: "ko" }, entities: {}, devices: {}, states: {},
    callWS: async () => { throw new Error("no recorder"); },
  };
  const add = (entity_id, device_id, translation_key, state, unit = "KRW") => {
    hass.entities[entity_id] = { entity_id, device_id, translation_key, platform: "upbit" };
    hass.states[entity_id] = {
      state, attributes: { unit_of_measurement: unit, currency: device_id.slice(1) },
    };
  };
  for (const account of ["a", "b"]) {
    hass.devices[account] = { id: account, name: `Account ${account}` };
    add(`sensor.${account}_total_value`, account, "total_value", "1");
    add(`event.${account}_activity`, account, "activity", "unknown");
    for (let number = 0; number < 12; number += 1) {
      const id = `${account}C${number}`;
      hass.devices[id] = { id, name: `C${number}`, parent_device_id: account };
      const total = { 3: "0", 5: "unavailable" }[number] ?? "1";
      add(`sensor.${id}`, id, "currency", total, `C${number}`);
      add(`sensor.${id}_value`, id, "value", String(number));
    }
  }
  const strategy = customElements.get("ll-strategy-dashboard-upbit");
  const { views } = await strategy.generate({}, hass);
  return views.map(({ title, path, sections }) => ({
    title, path, headings: sections.flatMap(({ cards }) => cards).map(({ heading }) => heading).filter(Boolean),
  }));
}"""


def test_each_account_is_a_view_and_the_small_ones_share_a_section(
    browser: Browser, still: Demo
) -> None:
    """Ten currencies by worth have a section of their own; what is sold has none, what is not known has."""
    with page_of(browser, still) as page:
        page.goto("/")
        page.wait_for_selector("hui-sections-view")
        views = page.evaluate(TWO_ACCOUNTS)
    assert [view["title"] for view in views] == ["Account a", "Account b"]
    assert views[0]["path"] != views[1]["path"]
    for view in views:
        assert view["headings"] == [
            "보유자산",
            "자산 비중",
            "활동",
            *2 * ("자산 추이",),  # one for three columns, one for fewer
            *(f"C{number}" for number in (11, 10, 9, 8, 7, 6, 5, 4, 2, 1)),
            "기타",
            "연결",
        ]


def test_a_new_coin_appears_without_a_reload(browser: Browser, still: Demo) -> None:
    """On an open dashboard, and on a phone nothing sticks out."""
    with page_of(browser, still, width=390) as page:
        page.goto("/")
        page.wait_for_selector("hui-sections-view")
        expect(page.locator("hui-heading-card", has_text="USDT")).to_have_count(0)
        # At first, sold out, and once more.
        for side, count in (("bid", 1), ("ask", 0), ("bid", 1)):
            still.act("trade", market="KRW-USDT", side=side, volume="50")
            section = page.locator("hui-heading-card", has_text="USDT")
            expect(section).to_have_count(count)
        sticks_out = "document.documentElement.scrollWidth > window.innerWidth"
        assert page.evaluate(sticks_out) is False
        keep(page, "dashboard-phone")
