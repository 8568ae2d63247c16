"""What is remembered: restarts, crashes, damaged files, another key, removal."""

import asyncio
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.upbit.memory import Memory
from custom_components.upbit.portfolio.ledger import Ledger

from .activities import Heard, answer
from .clock import Clock
from .test_account import state
from .test_alerts import add
from .upbit_server import UpbitServer

type Files = dict[str, Any]


@pytest.fixture
def ledger_file(account: MockConfigEntry) -> str:
    """Return the key of the small file."""
    return f"upbit.{account.entry_id}.ledger"


def existing_file(hass: HomeAssistant, key: str) -> Path:
    """Return a file that really is there: what the tests store is in memory only."""
    path = Path(hass.config.path(".storage", key))
    path.parent.mkdir(exist_ok=True)
    path.write_text("what it was")
    return path


async def restart(
    hass: HomeAssistant,
    account: MockConfigEntry,
    clock: Clock,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Unload, let something happen, and set up again."""
    await hass.config_entries.async_unload(account.entry_id)
    await clock.settle()
    meanwhile()
    await clock.advance(60)
    assert await hass.config_entries.async_setup(account.entry_id)


async def test_what_changed_while_home_assistant_was_away_is_told_once(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Marked as such, after the first snapshot that confirms it."""
    heard = Heard(hass)
    await restart(hass, account, clock, lambda: server.deposit("BTC", "0.1"))
    await clock.advance(30)
    (deposit,) = heard.take()
    assert deposit["event_type"] == "deposit"
    assert deposit["amount"] == "0.1"
    assert deposit["while_away"] is True
    assert deposit["how"] == "snapshot"
    await restart(hass, account, clock)
    await clock.advance(30)
    assert not heard.events


async def test_what_changed_while_away_is_told_however_busy_the_account_is(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Beside a replica that lags, what moves each second is in doubt for ever: nothing was ever told."""
    heard = Heard(hass)

    def meanwhile() -> None:
        server.deposit("ETH", "1")
        server.deposit("KRW", "5000")

    await restart(hass, account, clock, meanwhile)
    server.fault(accounts_lag=4)
    for _ in range(120):
        server.deposit("KRW", "1")
        await clock.advance(1)
    assert sorted(
        (one["currency"], one["amount"]) for one in heard.events if one["while_away"]
    ) == [("ETH", "1"), ("KRW", "5000")]
    assert account.runtime_data.teller.caught_up
    await clock.advance(100)
    assert heard.sums() == {"ETH": 1, "KRW": 5120}
    assert sum(one["while_away"] for one in heard.events) == 2


async def test_what_went_in_and_out_while_away_is_not_guessed(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Opposite gaps of the same worth are a trade; anything else is another change."""

    def trade() -> None:
        server.trade("KRW-ETH", "ask", "1")

    def mixed() -> None:
        server.deposit("XRP", "3")
        server.withdraw("KRW", "500000")

    heard = Heard(hass)
    await restart(hass, account, clock, trade)
    await clock.advance(30)
    assert [(one["event_type"], one["how"]) for one in heard.take()] == [
        ("sell", "snapshot")
    ]
    await restart(hass, account, clock, mixed)
    await clock.advance(30)
    assert {
        (one["event_type"], one["currency"], one["reason"]) for one in heard.take()
    } == {("other", "XRP", "while_away"), ("other", "KRW", "while_away")}


async def test_nothing_is_told_before_home_assistant_has_started(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Automations arm in a start-up job."""
    heard = Heard(hass)
    await hass.config_entries.async_unload(account.entry_id)
    server.deposit("BTC", "0.1")
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    server.deposit("ETH", "1")
    await clock.advance(60)
    assert not heard.events
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await clock.advance(30)
    assert [(one["currency"], one["while_away"]) for one in heard.events] == [
        ("BTC", True),
        ("ETH", False),
    ]


async def test_a_trade_while_home_assistant_starts_is_told_by_its_fill(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The stream stands long before automations listen."""
    heard = Heard(hass)
    await hass.config_entries.async_unload(account.entry_id)
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(30)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await clock.advance(30)
    (bought,) = heard.events
    assert (bought["event_type"], bought["how"]) == ("buy", "order")
    assert bought["fee"] == "16.805"


async def test_after_a_crash_what_may_not_have_been_heard_is_told_again(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """With the same id, marked as replayed, and once in the history."""
    heard = Heard(hass)
    server.deposit("BTC", "0.1")
    await clock.advance(2.5)
    (first,) = heard.take()
    # The small file as it was written before the event was published.
    crashed = hass_storage[ledger_file]
    assert [one["id"] for one in crashed["data"]["outbox"]] == [first["id"]]
    crashed = {**crashed, "data": dict(crashed["data"])}
    await hass.config_entries.async_unload(account.entry_id)
    hass_storage[ledger_file] = crashed
    del hass_storage[ledger_file.replace("ledger", "history")]
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    (again,) = heard.take()
    assert (again["id"], again["replayed"]) == (first["id"], True)
    history = await answer(hass, "get_history")
    assert [one["id"] for one in history["activities"]] == [first["id"]]
    await restart(hass, account, clock)
    await clock.advance(30)
    assert not heard.events


async def test_a_crash_before_the_history_is_written_loses_none_of_it(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """What was published stays in the small file until the long one, which is written less often, has it."""
    heard = Heard(hass)
    history_file = ledger_file.replace("ledger", "history")
    server.deposit("BTC", "0.1")
    await clock.advance(10)
    (deposit,) = heard.take()
    crashed = deepcopy(hass_storage[ledger_file])
    assert not crashed["data"]["outbox"]
    assert history_file not in hass_storage
    await hass.config_entries.async_unload(account.entry_id)
    hass_storage[ledger_file] = crashed
    del hass_storage[history_file]
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    assert not heard.events
    history = await answer(hass, "get_history")
    assert [one["id"] for one in history["activities"]] == [deposit["id"]]
    server.deposit("BTC", "0.2")
    await clock.advance(60)
    assert len(hass_storage[history_file]["data"]["activities"]) == 2
    assert not hass_storage[ledger_file]["data"]["unwritten"]


async def test_ids_go_on_from_the_history_when_the_small_file_was_lost(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """A new activity does not take the place of an old one."""
    for _ in range(2):
        server.deposit("BTC", "0.1")
        await clock.advance(30)
    await hass.config_entries.async_unload(account.entry_id)
    del hass_storage[ledger_file]
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    server.deposit("BTC", "0.2")
    await clock.advance(30)
    history = await answer(hass, "get_history")
    assert [(one["id"], one["amount"]) for one in history["activities"]] == [
        (1, "0.1"),
        (2, "0.1"),
        (3, "0.2"),
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        {"version": 1, "minor_version": 1, "data": {"told": []}},
        {"version": 1, "minor_version": 1, "data": {"told": {"BTC": ["x", "0"]}}},
        {"version": 1, "minor_version": 1, "data": []},
        {"version": 99, "minor_version": 1, "data": {}},
    ],
    ids=["missing", "no amount", "a list", "newer"],
)
async def test_a_file_of_another_shape_is_set_aside_and_the_owner_told(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
    issue_registry: ir.IssueRegistry,
    damaged: Files,
) -> None:
    """Never a failed start: it begins anew, and tells nothing."""
    await hass.config_entries.async_unload(account.entry_id)
    path = existing_file(hass, ledger_file)
    hass_storage[ledger_file] = {**damaged, "key": ledger_file}
    heard = Heard(hass)
    server.deposit("BTC", "0.1")
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(30)
    assert not heard.events
    assert state(hass, "sensor.upbit_btc").state == "0.6"
    issue = issue_registry.async_get_issue("upbit", f"store_damaged_{account.entry_id}")
    assert issue
    assert issue.translation_placeholders
    aside = path.with_name(issue.translation_placeholders["file"])
    assert aside.read_text() == "what it was"
    server.deposit("BTC", "0.1")
    await clock.advance(3)
    assert heard.kinds == ["deposit"]
    await hass.config_entries.async_reload(account.entry_id)
    assert issue_registry.async_get_issue("upbit", issue.issue_id)
    await clock.advance(5)
    aside.unlink()
    await hass.config_entries.async_reload(account.entry_id)
    assert not issue_registry.async_get_issue("upbit", issue.issue_id)
    await clock.advance(5)


async def test_two_files_of_another_shape_are_both_named(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    clock: Clock,
    ledger_file: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    """The notice of the second one took the place of the first one's."""
    await hass.config_entries.async_unload(account.entry_id)
    both = (ledger_file, ledger_file.replace(".ledger", ".history"))
    for key in both:
        existing_file(hass, key)
        hass_storage[key] = {"version": 99, "minor_version": 1, "data": {}, "key": key}
    assert await hass.config_entries.async_setup(account.entry_id)
    issue = issue_registry.async_get_issue("upbit", f"store_damaged_{account.entry_id}")
    assert issue
    assert issue.translation_placeholders
    assert all(key in issue.translation_placeholders["file"] for key in both)
    await clock.advance(5)


async def test_removing_the_entry_removes_its_files_for_good(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """No pending write brings one back."""
    server.deposit("BTC", "0.1")
    await clock.advance(2.5)
    assert [key for key in hass_storage if key.startswith("upbit.")]
    await hass.config_entries.async_remove(account.entry_id)
    await clock.advance(120)
    assert not [key for key in hass_storage if key.startswith("upbit.")]


async def test_a_key_of_another_account_begins_a_new_baseline(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Nothing of it was moved, so nothing is told."""
    heard = Heard(hass)
    await hass.config_entries.async_unload(account.entry_id)
    for currency, amount in (("KRW", "777"), ("BTC", "0.07"), ("ETH", "0.3")):
        server.withdraw(currency, amount)
    key = server.issue_key()
    hass.config_entries.async_update_entry(
        account,
        data={
            **account.data,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
        },
    )
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert not heard.events
    server.deposit("BTC", "1")
    await clock.advance(3)
    assert heard.kinds == ["deposit"]


async def test_a_new_key_of_the_same_account_goes_on_where_it_was(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """What changed meanwhile is told."""
    heard = Heard(hass)
    await hass.config_entries.async_unload(account.entry_id)
    server.deposit("BTC", "0.1")
    key = server.issue_key()
    hass.config_entries.async_update_entry(
        account,
        data={
            **account.data,
            "access_key": key.access_key,
            "secret_key": key.secret_key,
        },
    )
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    assert heard.kinds == ["deposit"]


async def test_the_history_is_bounded_by_the_owners_choice(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The oldest go first; ids go on growing."""
    for _ in range(105):
        server.deposit("KRW", "1000")
        await clock.advance(2.5)
    hass.config_entries.async_update_entry(account, options={"history_size": 100})
    await clock.advance(40)
    history = await answer(hass, "get_history")
    ids = [one["id"] for one in history["activities"]]
    assert ids == list(range(6, 106))
    assert history["pattern"] == {
        "deposits": 100,
        "withdrawals": 0,
        "trades": 0,
        "fees": 0,
    }


async def test_an_unload_tells_what_is_pending_first(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """It is in the history, and not told again as something that happened while away."""
    server.deposit("BTC", "0.1")
    await clock.advance(0.5)
    await restart(hass, account, clock)
    await clock.advance(60)
    history = await answer(hass, "get_history")
    (deposit,) = history["activities"]
    assert (deposit["kind"], deposit["while_away"]) == ("deposit", False)


async def stop(hass: HomeAssistant, clock: Clock) -> None:
    """Stop Home Assistant as it stops itself, and let it be for a while."""
    stopping = asyncio.create_task(hass.async_stop(force=True))
    await clock.settle()
    await clock.advance(1)
    await stopping


async def test_a_stop_of_home_assistant_tells_what_is_pending_first(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """It unloads nothing, and cancels every task before it says so; automations still listen."""
    heard = Heard(hass)
    server.deposit("BTC", "0.1")
    await clock.advance(0.5)
    assert not heard.events
    await stop(hass, clock)
    (deposit,) = heard.take()
    assert deposit["while_away"] is False
    assert hass_storage[ledger_file]["data"]["told"]["BTC"][0] == "0.6"
    server.deposit("ETH", "1")
    await clock.advance(5)
    assert not heard.events


async def test_a_stop_of_home_assistant_writes_what_is_gathered_for_the_history(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """The task that gathers it was cancelled, and whoever waited for it with it."""
    server.deposit("ETH", "1")
    await clock.advance(10)
    await stop(hass, clock)
    history = hass_storage[ledger_file.replace("ledger", "history")]["data"]
    assert [one["currency"] for one in history["activities"]] == ["ETH"]
    assert not hass_storage[ledger_file]["data"]["unwritten"]


async def test_a_stop_of_home_assistant_tells_what_waits_for_the_next_write(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """Two activities within a second: the write of the second one was waiting for its turn."""
    heard = Heard(hass)
    server.deposit("ETH", "1")
    await clock.until(lambda: bool(heard.events), within=10)
    server.trade("KRW-ETH", "ask", "1")
    await clock.advance(0.2)
    await stop(hass, clock)
    assert heard.kinds == ["deposit", "sell"]
    assert not hass_storage[ledger_file]["data"]["outbox"]


async def test_a_frame_after_the_last_write_brings_no_file_back(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An alert looked at it, and its edge was to be written a second later: after the removal."""
    await add(
        hass,
        account,
        currency="BTC",
        measure="total",
        condition="above",
        threshold="0.55",
    )
    await clock.advance(20)
    write = Memory.async_save
    came: list[Ledger] = []

    async def save(memory: Memory, ledger: Ledger) -> None:
        await write(memory, ledger)
        if not came:
            came.append(ledger)
            server.deposit("BTC", "0.1")
            await clock.settle()

    monkeypatch.setattr(Memory, "async_save", save)
    await hass.config_entries.async_remove(account.entry_id)
    await clock.advance(5)
    assert came
    assert not [key for key in hass_storage if key.startswith("upbit.")]


async def test_the_realised_profit_of_sales_is_summed_by_period(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Funds, less the fee, less what was paid on average."""
    server.deposit("XRP", "100", "3000")
    await clock.advance(10)
    server.trade("KRW-XRP", "ask", "40")
    await clock.advance(5)
    history = await answer(hass, "get_history", kinds=["sell"])
    (sale,) = history["activities"]
    expected = 40 * 3361 * (1 - Decimal("0.0005")) - 40 * 3000
    assert Decimal(sale["realised"]) == expected
    realised = history["realised"]
    assert Decimal(realised["total"]) == expected
    assert list(realised["years"].values()) == [realised["total"]]
    assert list(realised["months"].values()) == [realised["total"]]
    assert list(realised["days"].values()) == [realised["total"]]
    assert realised["unknown"] == 0


async def test_what_waited_for_the_history_is_in_it_with_the_key_of_another_account(
    hass: HomeAssistant,
    hass_storage: Files,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    ledger_file: str,
) -> None:
    """It was published just before a crash, and the new account's small file had no room for it."""
    heard = Heard(hass)
    server.deposit("BTC", "0.1")
    await clock.advance(2.5)
    published = deepcopy(hass_storage[ledger_file])
    assert published["data"]["outbox"]
    await clock.advance(5)
    written = deepcopy(hass_storage[ledger_file])
    assert written["data"]["unwritten"]
    for crashed in (published, written):
        await hass.config_entries.async_unload(account.entry_id)
        crashed["data"]["owner"] = "another key"
        for leg in crashed["data"]["told"].values():
            leg[0] = "7"
        hass_storage[ledger_file] = crashed
        del hass_storage[ledger_file.replace("ledger", "history")]
        assert await hass.config_entries.async_setup(account.entry_id)
        await clock.advance(60)
        history = await answer(hass, "get_history")
        assert [one["kind"] for one in history["activities"]] == ["deposit"]
    assert heard.kinds == ["deposit"]


async def test_a_trade_at_the_end_of_a_start_is_not_told_as_of_before_it(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Its rows are lost: a snapshot that is sure to show it is waited for."""
    heard = Heard(hass)
    await hass.config_entries.async_unload(account.entry_id)
    server.withdraw("KRW", "5000")
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(account.entry_id)
    await clock.advance(60)
    server.fault(drop_types=["myAsset"])
    server.trade("KRW-XRP", "bid", "10")
    await clock.advance(1)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await clock.advance(300)
    assert [(one["event_type"], one["how"]) for one in heard.events] == [
        ("withdrawal", "snapshot"),
        ("buy", "order"),
    ]
    assert heard.events[0]["amount"] == "-5000"
