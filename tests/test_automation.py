"""From the wire to an automation: triggers, condition, actions, blueprints, Assist."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components import automation
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import CONF_EXCLUDE
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    llm,
)
from homeassistant.helpers.selector import DeviceSelector
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
import voluptuous as vol

from custom_components.upbit.trigger import TRIGGERS

from .activities import ACTIVITY, answer
from .clock import Clock
from .test_alerts import add
from .upbit_server import UpbitServer
from .upbit_server.notices import notice

ROOT = Path(__file__).parents[1]
BLUEPRINTS = ROOT / "blueprints" / "automation" / "upbit"


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Give each test a configuration folder of its own: automations bring blueprints."""
    hass.config.config_dir = str(tmp_path)


async def automate(
    hass: HomeAssistant,
    trigger: dict[str, Any],
    what: str = "{{ trigger.to_state.attributes.event_type }}",
    **more: Any,
) -> list[ServiceCall]:
    """Set an automation up, and return what it calls."""
    calls: list[ServiceCall] = async_mock_service(hass, "test", "act")
    action = {"action": "test.act", "data": {"what": what}}
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {"automation": {"triggers": [trigger], "actions": [action], **more}},
    )
    await hass.async_block_till_done()
    return calls


@pytest.mark.parametrize(
    ("trigger", "options", "expected"),
    [
        ("asset_changed", {}, ["buy", "deposit", "withdrawal"]),
        ("asset_changed", {"currency": "XRP"}, ["buy"]),
        ("asset_changed", {"currency": "krw", "minimum": "30,000"}, ["buy"]),
        ("trade_filled", {}, ["buy"]),
        ("trade_filled", {"currency": "XRP", "minimum": "10.00000001"}, []),
        ("trade_filled", {"currency": "XRP", "minimum": 10}, ["buy"]),
        ("deposit_received", {}, ["deposit"]),
        ("deposit_received", {"currency": "ETH"}, []),
        ("withdrawal_made", {"currency": "KRW"}, ["withdrawal"]),
    ],
)
async def test_a_trigger_fires_for_what_it_waits_for(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    trigger: str,
    options: dict[str, Any],
    expected: list[str],
) -> None:
    """By kind, currency and size, compared exactly; and again after a reload of the account."""
    calls = await automate(
        hass,
        {
            "trigger": f"upbit.{trigger}",
            "target": {"entity_id": ACTIVITY},
            "options": options,
        },
    )
    for _ in range(2):
        server.trade("KRW-XRP", "bid", "10")
        await clock.advance(15)
        server.deposit("BTC", "0.1")
        await clock.advance(5)
        server.withdraw("KRW", "5000")
        await clock.advance(5)
        assert [call.data["what"] for call in calls] == expected
        calls.clear()
        await hass.config_entries.async_reload(account.entry_id)
        await clock.advance(20)


async def test_an_automation_on_a_balance_reads_the_worth_of_just_that_balance(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It runs while the states are still being written: the balance comes last."""
    shown = ("btc", "btc_value", "coins_value", "total_value")
    calls = await automate(
        hass,
        {"trigger": "state", "entity_id": "sensor.upbit_btc"},
        what=" ".join(f"{{{{ states('sensor.upbit_{name}') }}}}" for name in shown),
    )
    await clock.advance(5)
    server.deposit("BTC", "0.1")
    await clock.settle()
    (call,) = calls
    now = [hass.states.get(f"sensor.upbit_{name}") for name in shown]
    assert call.data["what"].split() == [one.state for one in now if one]


async def test_a_lock_changes_no_asset(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its total stands still, whatever it is told as."""
    calls = await automate(
        hass, {"trigger": "upbit.asset_changed", "target": {"entity_id": ACTIVITY}}
    )
    server.lock("BTC", "0.1")
    await clock.advance(75)
    assert hass.states.get(ACTIVITY).attributes["reason"] == "locked"  # type: ignore[union-attr]
    assert not calls


async def test_a_target_on_the_accounts_device_is_enough(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its event entity is on it."""
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    calls = await automate(
        hass, {"trigger": "upbit.deposit_received", "target": {"device_id": device.id}}
    )
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    assert len(calls) == 1


async def _alerted(
    hass: HomeAssistant, target: dict[str, Any]
) -> Callable[[], list[str]]:
    """Wait for alerts of a target, and return what tells which of them came."""
    calls = await automate(
        hass,
        {"trigger": "upbit.alert_fired", "target": target},
        what="{{ trigger.to_state.attributes.rule }}",
    )
    return lambda: sorted(call.data["what"] for call in calls)


def _device(hass: HomeAssistant, account: MockConfigEntry) -> str:
    """Return the device of the account; those of its alerts are beside it."""
    device = dr.async_get(hass).async_get_device_by_identifier(
        ("upbit", account.entry_id), account.entry_id
    )
    assert device
    return device.id


async def test_an_account_as_target_stands_for_all_of_its_alerts(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The editor offers it, and it never fired; nor for an alert that came later than the automation."""
    await add(hass, account)
    await clock.settle()
    alerted = await _alerted(hass, {"device_id": _device(hass, account)})
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    assert alerted() == ["Low cash"]
    await add(hass, account, name="No cash", threshold="100000")
    await clock.settle()
    server.withdraw("KRW", "750000")
    await clock.advance(5)
    assert alerted() == ["Low cash", "No cash"]


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        (["event.no_cash", "sensor.upbit_btc", "event.upbit_notice"], ["No cash"]),
        (["event.no_cash", "event.upbit_activity"], ["Low cash", "No cash"]),
        (["event.hidden"], ["Hidden"]),
    ],
)
async def test_a_target_stands_for_just_the_alerts_that_it_names(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    entities: list[str],
    expected: list[str],
) -> None:
    """The account leaves out what is hidden, as any device does."""
    for name in ("Low cash", "No cash", "Hidden"):
        await add(hass, account, name=name)
    await clock.settle()
    er.async_get(hass).async_update_entity(
        "event.hidden", hidden_by=er.RegistryEntryHider.USER
    )
    alerted = await _alerted(hass, {"entity_id": entities})
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    assert alerted() == expected


@pytest.mark.smoke
@pytest.mark.skipif(
    CONF_EXCLUDE not in cv.TARGET_FIELDS, reason="came with Home Assistant 2026.11"
)
async def test_an_alert_that_a_target_leaves_out_stays_out(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Though the account stands for all of them."""
    for name in ("Low cash", "No cash"):
        await add(hass, account, name=name)
    await clock.settle()
    alerted = await _alerted(
        hass,
        {
            "device_id": _device(hass, account),
            CONF_EXCLUDE: {"entity_id": "event.no_cash"},
        },
    )
    server.withdraw("KRW", "200000")
    await clock.advance(5)
    assert alerted() == ["Low cash"]


async def test_each_of_two_events_of_a_moment_counts_and_a_new_name_does_not(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The state of an event entity is its moment: the attributes say which event it was."""
    calls = await automate(
        hass,
        {"trigger": "upbit.deposit_received", "target": {"entity_id": ACTIVITY}},
    )
    server.deposit("BTC", "0.1")
    server.deposit("ETH", "0.1")
    await clock.advance(15)
    assert len(calls) == 2
    er.async_get(hass).async_update_entity(ACTIVITY, name="What happened")
    await clock.advance(1)
    assert hass.states.get(ACTIVITY).name == "What happened"  # type: ignore[union-attr]  # it is there
    assert len(calls) == 2


@pytest.mark.parametrize(
    "options", [{"minimum": "much"}, {"minimum": "-1"}, {"currency": " "}]
)
async def test_a_trigger_refuses_what_makes_no_sense(
    hass: HomeAssistant, account: MockConfigEntry, options: dict[str, Any]
) -> None:
    """When it is set up, not when it should fire."""

    with pytest.raises(vol.Invalid):
        await TRIGGERS["asset_changed"].async_validate_config(
            hass, {"target": {"entity_id": ACTIVITY}, "options": options}
        )


@pytest.mark.parametrize(
    ("threshold", "passes"),
    [
        ({"type": "above", "value": {"number": 0.5}}, False),
        ({"type": "above", "value": {"number": 0.49999999}}, True),
        ({"type": "below", "value": {"number": 0.50000001}}, True),
        ({"type": "below", "value": {"number": 0.5}}, False),
        (
            {
                "type": "between",
                "value_min": {"number": 0.5},
                "value_max": {"number": 1},
            },
            True,
        ),
        (
            {
                "type": "outside",
                "value_min": {"number": 0.5},
                "value_max": {"number": 1},
            },
            False,
        ),
        ({"type": "above", "value": {"entity": "sensor.upbit_eth"}}, False),
        ({"type": "below", "value": {"entity": "sensor.upbit_eth"}}, True),
        ({"type": "below", "value": {"entity": "sensor.nothing"}}, False),
        ({"type": "above", "value": {"entity": "event.upbit_activity"}}, False),
        (
            {
                "type": "between",
                "value_min": {"entity": "sensor.nothing"},
                "value_max": {"number": 1},
            },
            False,
        ),
    ],
    ids=str,
)
async def test_the_condition_compares_what_is_held(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    threshold: dict[str, Any],
    passes: bool,
) -> None:
    """Exactly: a boundary belongs to neither side."""
    calls = await automate(
        hass,
        {"trigger": "upbit.deposit_received", "target": {"entity_id": ACTIVITY}},
        conditions=[
            {
                "condition": "upbit.holds",
                "target": {"entity_id": "sensor.upbit_btc"},
                "options": {"behavior": "any", "threshold": threshold},
            }
        ],
    )
    server.deposit("XRP", "1")
    await clock.advance(5)
    assert bool(calls) is passes


async def test_an_action_names_what_is_wrong_with_it(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock
) -> None:
    """In the user's language."""
    now = dt_util.utcnow()
    with pytest.raises(ServiceValidationError) as refused:
        await answer(hass, "get_history", start=now, end=now - timedelta(hours=1))
    assert refused.value.translation_key == "end_before_start"
    await hass.config_entries.async_unload(account.entry_id)
    with pytest.raises(ServiceValidationError) as refused:
        await answer(hass, "get_portfolio", config_entry_id=account.entry_id)
    assert refused.value.translation_key == "service_config_entry_not_loaded"
    await clock.settle()


async def test_a_refresh_asks_for_a_snapshot(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """By action and by button; not while one has just been."""
    for domain, name, data in (
        ("upbit", "refresh", {}),
        ("button", "press", {"entity_id": "button.upbit_refresh"}),
    ):
        await clock.advance(10)
        before = len([one for one in server.requests if one.path == "/v1/accounts"])
        for _ in range(3):
            await hass.services.async_call(domain, name, data, blocking=True)
        after = len([one for one in server.requests if one.path == "/v1/accounts"])
        assert after == before + 1


async def test_a_refresh_that_may_not_ask_yet_says_what_the_exchange_refused(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Else the second click looks like a success."""
    await clock.advance(10)
    server.fault(rest_status=401, rest_body='{"error": {"name": "out_of_scope"}}')
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as refused:
            await hass.services.async_call("upbit", "refresh", {}, blocking=True)
        assert refused.value.translation_key == "missing_permission"
    server.fault(rest_status=None, rest_body=None)
    await clock.advance(10)
    await hass.services.async_call("upbit", "refresh", {}, blocking=True)


async def test_the_history_is_asked_for_by_span_currency_and_kind(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """With counts by kind."""
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(20)
    middle = dt_util.utcnow()
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(20)
    whole = await answer(hass, "get_history")
    assert [one["kind"] for one in whole["activities"]] == ["buy", "deposit", "sell"]
    assert whole["pattern"] == {
        "deposits": 1,
        "withdrawals": 0,
        "trades": 2,
        "fees": 2,
    }
    later = await answer(hass, "get_history", start=middle)
    assert [one["kind"] for one in later["activities"]] == ["deposit", "sell"]
    earlier = await answer(hass, "get_history", end=middle)
    assert [one["kind"] for one in earlier["activities"]] == ["buy"]
    for typed in ("eth", " ETH "):
        of_ether = await answer(hass, "get_history", currency=typed)
        assert [one["kind"] for one in of_ether["activities"]] == ["sell"]
    sold = await answer(hass, "get_history", kinds=["sell", "deposit"])
    assert [one["kind"] for one in sold["activities"]] == ["deposit", "sell"]


def _blueprint(path: Path) -> Blueprint:
    return Blueprint(
        parse_yaml(path.read_text()),  # type: ignore[arg-type]  # a mapping
        expected_domain="automation",
        path=path.name,
        schema=BLUEPRINT_SCHEMA,
    )


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York"])
async def test_the_history_of_all_time_is_asked_for_by_any_year(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    zone: str,
) -> None:
    """In UTC the ends of the calendar are beyond it, which was an error without words."""
    await hass.config.async_set_time_zone(zone)
    server.deposit("BTC", "0.1")
    await clock.advance(5)
    first, last = "0001-01-01 00:00:00", "9999-12-31 23:59:59"
    told = await answer(hass, "get_history", start=first, end=last)
    assert len(told["activities"]) == 1
    assert not (await answer(hass, "get_history", start=last))["activities"]
    assert not (await answer(hass, "get_history", end=first))["activities"]


@pytest.mark.parametrize(
    "path", sorted(BLUEPRINTS.glob("*.yaml")), ids=lambda one: one.stem
)
def test_home_assistants_own_checker_accepts_the_blueprints(path: Path) -> None:
    """Each names its inputs and what it needs."""
    blueprint = _blueprint(path)
    assert blueprint.validate() is None
    assert path.name in str(blueprint.metadata["source_url"])


@pytest.mark.parametrize("name", ["any_withdrawal", "every_fill"])
async def test_a_blueprint_offers_accounts_and_neither_alerts_nor_currencies(
    hass: HomeAssistant, account: MockConfigEntry, clock: Clock, name: str
) -> None:
    """It took whatever device of this integration it was given, and said nothing for ever."""
    await add(hass, account)
    await clock.settle()
    selector = _blueprint(BLUEPRINTS / f"{name}.yaml").inputs["account"]["selector"]
    wanted = DeviceSelector(selector["device"]).config["entity"]
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    assert len({entity.device_id for entity in entities}) > 2
    offered = {
        entity.device_id
        for entity in entities
        for one in wanted
        if one
        == {
            "integration": entity.platform,
            "domain": [entity.domain],
            "device_class": [entity.original_device_class],
        }
    }
    assert offered == {_device(hass, account)}


@pytest.mark.parametrize("currency", ["xrp", "XRP ", " xrp", " "])
async def test_blanks_around_the_currency_of_a_blueprint_do_not_matter(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    currency: str,
) -> None:
    """It never fired, and nobody saw why."""
    inputs = {"account": _device(hass, account), "currency": currency}
    calls = await _run_blueprint(hass, account, "every_fill", inputs)
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(15)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("every_fill", {}, "Buy / 매수: 10 XRP @ 3361 KRW"),
        ("any_withdrawal", {}, "Withdrawal / 출금: -5000 KRW"),
        (
            "low_cash",
            {"cash": "sensor.upbit_krw", "threshold": 970000},
            "Low cash / 현금 부족: 966373.195 KRW",
        ),
    ],
)
async def test_a_blueprint_does_what_it_says(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    name: str,
    inputs: dict[str, Any],
    expected: str,
) -> None:
    """From the file as users import it."""
    calls = await _run_blueprint(hass, account, name, inputs)
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(15)
    server.withdraw("KRW", "5000")
    await clock.advance(5)
    assert [call.data["said"] for call in calls] == [expected]
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(30)
    assert [call.data["said"] for call in calls] == [expected]


async def test_what_left_while_nobody_looked_is_warned_of(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Though something else came in, and nobody knows what belongs together."""
    calls = await _run_blueprint(hass, account, "any_withdrawal", {})
    await hass.config_entries.async_unload(account.entry_id)
    server.withdraw("BTC", "0.4")
    server.deposit("XRP", "10")
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert [call.data["said"] for call in calls] == ["Withdrawal / 출금: -0.4 BTC"]


async def _run_blueprint(
    hass: HomeAssistant, account: MockConfigEntry, name: str, inputs: dict[str, Any]
) -> list[ServiceCall]:
    """Make an automation of a blueprint, and return what it calls."""
    folder = Path(hass.config.path("blueprints", "automation", "upbit"))
    _install(folder, name)
    calls: list[ServiceCall] = async_mock_service(hass, "test", "act")
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), account.entry_id)
    inputs = inputs or {"account": device.id}
    inputs["actions"] = [{"action": "test.act", "data": {"said": "{{ message }}"}}]
    assert await async_setup_component(
        hass,
        automation.DOMAIN,
        {
            "automation": {
                "use_blueprint": {"path": f"upbit/{name}.yaml", "input": inputs}
            }
        },
    )
    await hass.async_block_till_done()
    return calls


def _install(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.yaml"
    target.write_text((BLUEPRINTS / target.name).read_text())


async def test_assist_answers_only_for_what_is_exposed(
    hass: HomeAssistant, account: MockConfigEntry
) -> None:
    """What the portfolio is worth, and how much of a currency is held."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "llm", {})
    context = llm.LLMContext(
        platform="test",
        context=Context(),
        language="ko",
        assistant="conversation",
        device_id=None,
    )

    async def tools() -> dict[str, llm.Tool]:
        api = await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)
        return {
            tool.name: tool for tool in api.tools if tool.name.startswith("upbit__")
        }

    assert not await tools()
    for entity_id in ("sensor.upbit_total_value", "sensor.upbit_btc"):
        async_expose_entity(hass, "conversation", entity_id, True)
    found = await tools()
    assert found.keys() == {"upbit__get_portfolio", "upbit__get_holding"}

    async def ask(name: str, **arguments: Any) -> Any:
        return await found[name].async_call(
            hass, llm.ToolInput(tool_name=name, tool_args=arguments), context
        )

    worth = await ask("upbit__get_portfolio")
    assert worth["accounts"] == [
        {"account": "Upbit", "currency": "KRW", "total_value": "81961000"}
    ]
    held = await ask("upbit__get_holding", currency="btc")
    assert held["accounts"] == [
        {"account": "Upbit", "total": "0.5", "balance": "0.5", "locked": "0"}
    ]
    assert "error" in await ask("upbit__get_holding", currency="ETH")


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
async def test_the_examples_of_the_readme_run(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    readme: str,
) -> None:
    """As they stand there."""
    text = await hass.async_add_executor_job((ROOT / readme).read_text)
    examples = [
        parse_yaml(block.partition("```")[0])
        for block in text.split("```yaml\n")[1:]
        if block.startswith("triggers:")
    ]
    assert len(examples) == 2
    calls = async_mock_service(hass, "notify", "notify")
    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: examples}
    )
    await hass.async_block_till_done()
    server.withdraw("KRW", "800000")
    await clock.advance(5)
    server.trade("KRW-BTC", "bid", "0.001")
    await clock.advance(5)
    title = "비트코인(BTC) 입출금 일시 중단 안내"
    server.private.announce(notice("점검", "wallet"))
    server.private.announce(notice(title, "wallet", "https://upbit.com/1"))
    await clock.advance(1)
    # A reload shows again what was told last.
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(30)
    assert [call.data["message"] for call in calls] == [
        "0.001 BTC @ 142350000",
        f"{title} https://upbit.com/1",
    ]
