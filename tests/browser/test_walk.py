"""Someone's first hour: account, sensors, dashboard, automation, options, another key, removal."""

import json
from pathlib import Path
import re
from urllib.error import HTTPError

from playwright.sync_api import Browser, Page, expect
import pytest

from tests.instance.run import get
from tests.upbit_server.__main__ import DEMO_ACCESS_KEY, DEMO_SECRET_KEY

from .conftest import Demo, eventually, keep, page_of, running_demo

pytestmark = pytest.mark.browser

OTHER_ACCESS_KEY = "OtherAccess" + "c" * 29
OTHER_SECRET_KEY = "OtherSecret" + "d" * 29


def test_a_person_lives_with_the_integration(browser: Browser, tmp_path: Path) -> None:
    """By hand, from the wrong key to the removal."""
    with (
        running_demo(
            tmp_path, "--without-account", "--trade-every=0", "--language=en"
        ) as demo,
        page_of(browser, demo) as page,
    ):
        demo.call_alone("logger.set_level", **{"custom_components.upbit": "debug"})
        add_by_hand(page, demo)
        see_sensors(page, demo)
        add_dashboard(page)
        automate(page, demo)
        hide_small(page, demo)
        suffer(demo)
        enter_another_key(page, demo)
        assert find_secrets(tmp_path, demo) == []
        remove(page, demo)
        assert not list((tmp_path / ".storage").glob("upbit*"))


def add_by_hand(page: Page, demo: Demo) -> None:
    """Enter a wrong secret, then the right one."""
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


def see_sensors(page: Page, demo: Demo) -> None:
    """Find the currencies on the page of the integration."""
    eventually(
        lambda: demo.state("binary_sensor.upbit_connection")["state"] == "on", 10
    )
    assert demo.state("sensor.upbit_btt")["state"] == "0.00000214"
    page.goto("/config/integrations/integration/upbit")
    expect(page.get_by_text("BTT").first).to_be_visible()
    keep(page, "integration")


def add_dashboard(page: Page) -> None:
    """Take the strategy from the dialog that offers dashboards."""
    page.goto("/config/lovelace/dashboards")
    page.get_by_role("button", name="Add dashboard").click()
    page.locator("dashboard-card", has_text="Upbit").click()
    keep(page, "add-dashboard")
    page.get_by_role("button", name="Create").click()
    expect(page.locator("ha-sidebar").get_by_text("Upbit")).to_have_count(2)
    page.locator("ha-sidebar").get_by_text("Upbit").last.click()
    page.wait_for_selector("hui-sections-view")
    expect(page.locator("hui-tile-card", has_text="BTC").first).to_be_visible()


def automate(page: Page, demo: Demo) -> None:
    """Make an automation from a trigger in the editor, and see it run."""
    page.goto("/config/automation/edit/new")
    page.get_by_role("button", name="Add trigger").first.click()
    dialog = page.locator("add-automation-element-dialog")
    dialog.locator("input").first.fill("Upbit")  # as the documentation says
    described = page.get_by_text("Triggers when more or less of a currency is held")
    described.wait_for()
    keep(page, "automation-trigger")
    described.click()
    page.get_by_role("button", name="Add target").click()
    page.locator("ha-combo-box-item").get_by_text("Activity", exact=True).click()
    keep(page, "automation-editor")
    page.get_by_role("button", name="Save").click()
    dialog = page.locator("ha-dialog-automation-save")
    dialog.locator("input").first.fill("Coins moved")
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/config/automation/edit/\d+$"))
    demo.act("deposit", currency="BTC", amount="0.001")
    eventually(
        lambda: (
            demo.state("automation.coins_moved")["attributes"]["last_triggered"]
            is not None
        ),
        within=10,
    )


def hide_small(page: Page, demo: Demo) -> None:
    """Leave out what is worth little, by the options."""
    page.goto("/config/integrations/integration/upbit")
    page.get_by_role("button", name="Configure").click()
    flow = page.locator("dialog-data-entry-flow")
    flow.locator("input[name=smallest_worth]").fill("1,000")
    keep(page, "options")
    page.get_by_role("button", name="Submit").click()
    eventually(lambda: "sensor.upbit_btt" not in demo.states(), within=10)
    assert {"sensor.upbit_flr", "sensor.upbit_luna"} <= demo.states().keys()


def suffer(demo: Demo) -> None:
    """Let go wrong what has something to say; another key ends it."""
    demo.act("fault", send_raw="{not json")
    demo.act("fault", refuse_handshake=401, send_error="INVALID_AUTH")
    eventually(
        lambda: demo.state("binary_sensor.upbit_connection")["state"] == "off", 5
    )
    demo.act("fault", refuse_handshake=None)


def enter_another_key(page: Page, demo: Demo) -> None:
    """Be asked for it, since the exchange refuses the old one."""
    demo.act("revoke", access_key=DEMO_ACCESS_KEY)
    demo.act("issue", access_key=OTHER_ACCESS_KEY, secret_key=OTHER_SECRET_KEY)

    def refused() -> bool:
        try:
            demo.call_alone("upbit.refresh")
        except HTTPError:
            return True
        return False

    eventually(refused, within=10)
    page.goto("/config/integrations/dashboard")
    page.get_by_role("button", name="Reconfigure").click()
    flow = page.locator("dialog-data-entry-flow")
    flow.locator("input[name=access_key]").fill(OTHER_ACCESS_KEY)
    flow.locator("input[name=secret_key]").fill(OTHER_SECRET_KEY)
    keep(page, "another-key")
    page.get_by_role("button", name="Submit").click()
    expect(flow).to_contain_text("successful")
    demo.act("deposit", currency="BTC", amount="0.001")
    eventually(
        lambda: demo.state("sensor.upbit_btc")["state"] == "0.18600127", within=15
    )


def remove(page: Page, demo: Demo) -> None:
    """Take the account out; nothing of it stays."""
    page.goto("/config/integrations/integration/upbit")
    row = page.locator("ha-config-entry-row").first
    row.locator("ha-dropdown").first.locator("ha-icon-button").click()
    page.get_by_role("menuitem", name="Delete").first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No entries")).to_be_visible()
    keep(page, "removed")
    eventually(lambda: not [one for one in demo.states() if ".upbit_" in one], 10)


def find_secrets(config: Path, demo: Demo) -> list[str]:
    """Return where a key or a token was written: the files, the states, the diagnostics."""
    written = {
        path.relative_to(config).as_posix(): path.read_bytes()
        for path in config.rglob("*")
        if path.is_file() and path.name != "core.config_entries"
    }
    assert b"DEBUG" in written["home-assistant.log"]
    (entry,) = get(
        demo.base, "/api/config/config_entries/entry?domain=upbit", demo.access
    )
    path = f"/api/diagnostics/config_entry/{entry['entry_id']}"
    written["diagnostics"] = json.dumps(get(demo.base, path, demo.access)).encode()
    written["states"] = json.dumps(demo.states()).encode()
    secrets = (
        DEMO_ACCESS_KEY,
        DEMO_SECRET_KEY,
        OTHER_ACCESS_KEY,
        OTHER_SECRET_KEY,
        "eyJhbGciOi",  # the beginning of every token
    )
    return [
        name
        for name, content in written.items()
        if any(secret.encode() in content for secret in secrets)
    ]
