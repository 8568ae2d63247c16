"""What happens just after a start, before what changed while nobody looked is sure."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard, answer
from .clock import Clock
from .movements import Movements
from .test_account import state
from .test_memory import restart
from .trading import withdraw_everything
from .upbit_server import UpbitServer


async def test_a_trade_whose_rows_were_lost_is_told_by_its_fills_alone(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """A snapshot brought what it moved: that was told as of before the start, by the fills, and taken back."""
    heard = Heard(hass)
    server.fault(drop_types=["myAsset"])
    await restart(hass, account, clock)
    await clock.settle()
    server.trade("KRW-BTC", "bid", "0.002")
    await clock.advance(300)
    (bought,) = heard.events
    assert (bought["event_type"], bought["how"]) == ("buy", "order")
    assert bought["while_away"] is False
    assert state(hass, "sensor.upbit_btc").state == "0.502"


async def test_a_trade_beside_what_changed_while_away_is_told_beside_it(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Of the same currency, with its rows and without."""
    heard = Heard(hass)
    for lost in ([], ["myAsset"]):
        await restart(hass, account, clock, lambda: server.deposit("BTC", "1"))
        server.fault(drop_types=lost)
        await clock.settle()
        server.trade("KRW-BTC", "bid", "0.002")
        await clock.advance(300)
        told = {
            (one["event_type"], one["amount"], one["while_away"])
            for one in heard.take()
        }
        assert told == {("deposit", "1", True), ("buy", "0.002", False)}, lost


async def test_a_trade_that_more_went_out_after_is_not_taken_out_of_what_changed_while_away(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """All rows together had gone down, so the purchase among them seemed to have no row of its own."""
    heard = Heard(hass)
    await restart(hass, account, clock, lambda: server.deposit("BTC", "1"))
    await clock.settle()
    server.trade("KRW-BTC", "bid", "0.002")
    await clock.advance(2)
    server.withdraw("BTC", "0.3")
    await clock.advance(300)
    told = {
        (one["event_type"], one["amount"], one["while_away"]) for one in heard.events
    }
    assert told == {
        ("deposit", "1", True),
        ("buy", "0.002", False),
        ("withdrawal", "-0.3", False),
    }


async def test_an_exchange_that_lists_nothing_for_minutes_takes_nothing_out(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """After ten seconds everything was told as withdrawn while away, and later as put in again."""
    heard = Heard(hass)
    server.fault(empty_accounts=True)
    await restart(hass, account, clock)
    await clock.advance(1800)
    server.fault(empty_accounts=False)
    await clock.advance(90)
    assert not heard.events
    assert state(hass, "sensor.upbit_btc").state == "0.5"


async def test_what_left_an_account_that_lists_nothing_is_told_in_the_end(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """When everything was withdrawn while nobody looked, with the slow poll switched off."""
    heard = Heard(hass)
    hass.config_entries.async_update_entry(account, pref_disable_polling=True)
    await restart(hass, account, clock, lambda: withdraw_everything(server))
    await clock.advance(3500)
    assert not heard.events
    await clock.advance(200)
    assert {(one["event_type"], one["currency"]) for one in heard.events} == {
        ("withdrawal", currency) for currency in ("KRW", "BTC", "ETH")
    }
    assert all(one["while_away"] for one in heard.events)


async def test_an_exchange_that_lists_nothing_beside_no_stream_takes_nothing_out(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """The hour counted although nothing else could be reached."""
    heard = Heard(hass)
    server.fault(empty_accounts=True, refuse_handshake=503)
    await restart(hass, account, clock)
    await clock.advance(3900)
    server.fault(empty_accounts=False, refuse_handshake=None)
    await clock.advance(300)
    assert not heard.events


@pytest.mark.parametrize("side", ["bid", "ask"])
async def test_the_second_of_two_trades_is_told_once_though_its_rows_are_lost(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    side: str,
) -> None:
    """The row of the first, larger one was taken for its own, and the first for one of before the start."""
    heard = Heard(hass)
    await restart(hass, account, clock)
    await clock.settle()
    server.trade("KRW-BTC", side, "0.002")
    await clock.advance(1)
    server.fault(drop_types=["myAsset"])
    server.trade("KRW-BTC", side, "0.001")
    await clock.advance(1)
    server.fault(drop_types=[])
    await clock.advance(300)
    assert len(heard.events) == 2


@pytest.mark.parametrize("side", ["bid", "ask"])
@pytest.mark.parametrize("away", [{}, {"BTC": "1", "KRW": "-30000"}, {"KRW": "-30000"}])
@pytest.mark.parametrize(
    "lost",
    [
        {"drop_types": ["myAsset"]},
        {"split_rows": True, "drop_every": 2},
        {"split_rows": True, "drop_every": 3},
        {"split_rows": True, "drop_every": 4},
    ],
)
async def test_trades_of_which_rows_were_lost_are_not_told_as_of_before_the_start(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    lost: Mapping[str, object],
    away: Mapping[str, str],
    side: str,
) -> None:
    """What they cost was told as gone while away, and put in again: both rows had to be lost, beside nothing else."""

    def move() -> None:
        for currency, amount in away.items():
            if amount[0] == "-":
                server.withdraw(currency, amount[1:])
            else:
                server.deposit(currency, amount)

    moved = Movements(server.ledger_book)
    await restart(hass, account, clock, move)
    await clock.settle()
    server.fault(**lost)
    server.trade("KRW-ETH", side, "0.001")
    await clock.advance(0.1)
    server.trade("KRW-BTC", side, "0.002")
    await clock.advance(1)
    server.fault(drop_types=[], split_rows=False, drop_every=0)
    await clock.advance(300)
    history = (await answer(hass, "get_history"))["activities"]
    assert not moved.exceeded_by(history)


@pytest.mark.parametrize("late", [0.5, 2.5])
async def test_a_trade_whose_rows_are_under_way_is_not_taken_out_of_what_changed_while_away(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    late: float,
) -> None:
    """Its fills had come, and it was taken for one that a snapshot had shown."""
    heard = Heard(hass)
    await restart(hass, account, clock, lambda: server.deposit("BTC", "1"))
    await clock.until(
        lambda: hass.states.is_state("binary_sensor.upbit_connection", "on"), within=5
    )
    await clock.advance(9.8)
    server.fault(delay_types={"myAsset": late}, accounts_lag=4)
    server.trade("KRW-BTC", "bid", "0.002")
    await clock.advance(30)
    server.fault(delay_types={}, accounts_lag=0)
    await clock.advance(300)
    assert sorted(heard.kinds) == ["buy", "deposit"]


@pytest.mark.parametrize("lag", [4, 8])
async def test_what_a_first_snapshot_that_was_behind_did_not_show_has_not_gone(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    lag: float,
) -> None:
    """A trade after the start showed it again; what it brought was told as withdrawn, and put in."""
    heard = Heard(hass)
    server.fault(accounts_lag=lag)
    server.trade("KRW-ETH", "ask", "0.02")
    await clock.advance(3.5)
    await hass.config_entries.async_reload(account.entry_id)
    await clock.advance(2.1)
    server.trade("KRW-BTC", "bid", "0.001")
    await clock.advance(60)
    server.fault(accounts_lag=0)
    await clock.advance(300)
    assert heard.kinds == ["sell", "buy"]
