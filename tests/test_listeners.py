"""Listeners by what they wait for."""

import logging

from homeassistant.core import HomeAssistant
import pytest

from custom_components.upbit.listeners import KeyedCoordinator, Topic


async def test_a_listener_that_fails_hides_a_change_from_nobody(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the others are called."""
    coordinator = KeyedCoordinator(
        hass, logging.getLogger(__name__), config_entry=None, name="Upbit"
    )
    heard: list[str] = []

    def fail() -> None:
        raise RuntimeError("a fault of an entity")

    removals = [
        coordinator.async_add_listener(fail, "BTC"),
        coordinator.async_add_listener(lambda: heard.append("BTC"), "BTC"),
        coordinator.async_add_listener(lambda: heard.append("ETH"), "ETH"),
        coordinator.async_add_listener(lambda: heard.append("all"), Topic.HELD),
    ]
    coordinator.notify(("BTC",))
    assert heard == ["BTC"]
    assert "A listener of BTC failed" in caplog.text
    coordinator.notify((Topic.HELD, "ETH"))
    assert heard == ["BTC", "all", "ETH"]
    for remove in removals:
        remove()
    coordinator.notify(("BTC", "ETH", Topic.HELD))
    assert heard == ["BTC", "all", "ETH"]
