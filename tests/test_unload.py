"""What is under way when an account is unloaded: nothing of it comes back."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock, until_nine
from .upbit_server import UpbitServer


@pytest.mark.parametrize(
    ("path", "wait"), [("/v1/market/all", 3600.0), ("/v1/accounts", 900.0)]
)
async def test_nothing_is_asked_after_an_unload(
    hass: HomeAssistant,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    path: str,
    wait: float,
) -> None:
    """What waits for an answer then plans nothing for later."""
    server.fault(answer="slow", answer_paths=[path])
    before = sum(request.path == path for request in server.requests)
    await clock.until(
        lambda: sum(request.path == path for request in server.requests) > before,
        within=wait + 60,
    )
    assert await hass.config_entries.async_unload(account.entry_id)
    asked = len(server.requests)
    await clock.advance(30)
    server.fault(answer=None, answer_paths=[])
    await clock.advance(3 * 3600)
    assert len(server.requests) == asked


async def test_a_removed_account_stays_removed(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Its file came back when it was removed while the closing prices were on their way."""
    await clock.leap(until_nine() - 600)
    await clock.advance(until_nine() + 9)
    server.fault(answer="slow", answer_paths=["/v1/ticker"])
    await clock.advance(3)
    await hass.config_entries.async_remove(account.entry_id)
    server.fault(answer=None, answer_paths=[])
    await clock.advance(120)
    assert not [key for key in hass_storage if key.startswith("upbit.")]
