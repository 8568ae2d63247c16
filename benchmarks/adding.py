"""What it costs to set an account up, in time and in memory."""

import gc
import tracemalloc

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .bare import Plan, add_bare
from .house import Household, entry_of, exchange_of, home, household, settled
from .measuring import Cost, Spread, in_turns


def plans_of(house: Household) -> list[Plan]:
    """Return a bare entity for each of an account's, on as many devices, those that are disabled too."""
    hass = house.hass
    devices = dr.async_get(hass)
    children = {
        device.id: device.name
        for device in dr.async_child_entries_for_config_entry(
            devices, house.entry.entry_id
        )
    }
    return [
        Plan(
            children.get(entity.device_id or ""),
            f"{entity.domain} {entity.unique_id.removeprefix(house.entry.entry_id)}",
            entity.disabled_by is None,
            unit=entity.unit_of_measurement,
            state_class=(entity.capabilities or {}).get("state_class"),
            decimals=entity.options["sensor"].get("suggested_display_precision")
            if "sensor" in entity.options
            else None,
        )
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), house.entry.entry_id
        )
    ]


async def set_up(house: Household, turns: int) -> Cost:
    """Measure the set-up of an account against that of as many bare entities on as many devices."""
    hass = house.hass
    plans = plans_of(house)
    added: list[str] = []

    async def forget() -> None:
        while added:
            await hass.config_entries.async_remove(added.pop())
        await hass.async_block_till_done()
        gc.collect()

    async def floor() -> None:
        entry, _ = await add_bare(hass, plans, "Bare set-up")
        added.append(entry.entry_id)

    async def ours() -> None:
        entry = entry_of(house.exchange, "Upbit set-up")
        await hass.config_entries.async_add(entry)
        assert entry.state is ConfigEntryState.LOADED
        await hass.async_block_till_done()
        added.append(entry.entry_id)

    cost = await in_turns(floor, ours, before=forget, units=1, turns=turns)
    await forget()
    return cost


async def memory(currencies: int, turns: int) -> Cost:
    """Measure the memory that an account takes a currency, in bytes, against that of bare entities."""
    async with home() as hass, household(hass, currencies) as house:
        plans = plans_of(house)
        async with exchange_of(currencies) as exchange:
            return await _memory(
                hass, plans, Household(hass, exchange, house.entry), turns
            )


async def _memory(
    hass: HomeAssistant, plans: list[Plan], house: Household, turns: int
) -> Cost:
    currencies = len(house.exchange.ledger())
    floors, owns = [], []
    tracemalloc.start()
    for turn in range(turns + 1):
        before = _held()
        await add_bare(hass, plans, f"Bare {turn}")
        between = _held()
        entry = entry_of(house.exchange, f"Upbit {turn}")
        await hass.config_entries.async_add(entry)
        await settled(entry.runtime_data)
        await hass.async_block_till_done()
        floors.append((between - before) / currencies)
        owns.append((_held() - between) / currencies)
    tracemalloc.stop()
    # What is loaded with the first account is counted by the row of the import.
    del floors[0], owns[0]
    return Cost(
        Spread.of([ours / floor for ours, floor in zip(owns, floors, strict=True)]),
        Spread.of(owns),
        Spread.of(floors),
    )


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
