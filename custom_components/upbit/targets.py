"""What of the entities that an automation names is this integration's."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN


def ours(
    hass: HomeAssistant, entity_ids: Iterable[str], translation_key: str
) -> set[str]:
    """Return those of the entities that are this integration's, of one kind."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (entry := registry.async_get(entity_id))
        and entry.platform == DOMAIN
        and entry.translation_key == translation_key
    }


def alerts_of_accounts(hass: HomeAssistant, entity_ids: Iterable[str]) -> set[str]:
    """Return the events of all alerts of the accounts whose activity is among the entities."""
    registry = er.async_get(hass)
    accounts = {
        registry.entities[entity_id].config_entry_id
        for entity_id in ours(hass, entity_ids, "activity")
    }
    return {
        entry.entity_id
        for account in accounts
        if account
        for entry in er.async_entries_for_config_entry(registry, account)
        if entry.domain == "event"
        and entry.translation_key == "alert"
        and not entry.hidden_by
    }


def named_by(hass: HomeAssistant, target: ConfigType) -> set[str]:
    """Return all entities that a target names, by themselves or by where they are."""
    selected = async_extract_referenced_entity_ids(
        hass, TargetSelection(target), primary_entities_only=False
    )
    return selected.referenced | selected.indirectly_referenced
