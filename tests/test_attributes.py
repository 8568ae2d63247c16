"""Attributes that people read: each has a name in both languages."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .test_alerts import add
from .test_contract import TEXTS
from .upbit_server import UpbitServer
from .upbit_server.notices import notice

HOME_ASSISTANTS = {
    "attribution",
    "device_class",
    "event_types",
    "friendly_name",
    "icon",
    "last_reset",
    "state_class",
    "unit_of_measurement",
}
"""Attributes that Home Assistant names itself."""


@pytest.mark.usefixtures("every_entity_enabled")
async def test_every_attribute_that_is_written_has_a_name(
    hass: HomeAssistant, account: MockConfigEntry, server: UpbitServer, clock: Clock
) -> None:
    """Those that say that something is told again, or has no price, had none."""
    await add(hass, account, measure="balance", condition="below", threshold="900000")
    await clock.settle()
    server.trade("KRW-XRP", "bid", "100")
    server.private.announce(notice("XRP"))
    await clock.advance(70)
    nameless = set()
    kinds = set()
    for entity in er.async_entries_for_config_entry(
        er.async_get(hass), account.entry_id
    ):
        state = hass.states.get(entity.entity_id)
        assert state
        kinds.add((entity.domain, entity.translation_key))
        for name in state.attributes.keys() - HOME_ASSISTANTS:
            of = f"entity.{entity.domain}.{entity.translation_key}.state_attributes"
            for language, texts in TEXTS.items():
                if not any(key.startswith(f"{of}.{name}.") for key in texts):
                    nameless.add((language, of, name))
    assert not nameless
    assert {("event", "activity"), ("event", "alert"), ("event", "notice")} <= kinds
