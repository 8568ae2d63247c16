"""What happens just after a start, before what changed while nobody looked is sure."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .activities import Heard
from .clock import Clock
from .test_account import state
from .test_memory import restart
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

    def empty() -> None:
        for currency, wallet in server.ledger_book.now().items():
            server.withdraw(currency, str(wallet.total))

    hass.config_entries.async_update_entry(account, pref_disable_polling=True)
    await restart(hass, account, clock, empty)
    await clock.advance(3500)
    assert not heard.events
    await clock.advance(200)
    assert {(one["event_type"], one["currency"]) for one in heard.events} == {
        ("withdrawal", currency) for currency in ("KRW", "BTC", "ETH")
    }
    assert all(one["while_away"] for one in heard.events)
