"""What the recorder stores of a day, of which a part is played at once: prices at the interval, and a trade an hour."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, recorder as recorder_helper
from homeassistant.setup import async_setup_component

from custom_components.upbit.const import DEFAULT_PRICE_INTERVAL

from .house import Household, Written, code_of, home, household
from .market import markets_of, ticker_of
from .playing import play
from .twins import Twin, twins_of

DAY: Final = 86_400

PLAYED: Final = 8
"""A part of a day is played, one so manieth, and counted as many times."""

TRADES: Final = 3
"""In that part: one an hour."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes in the database: of a day of the account, and of a poll once a minute of the same."""

    ours: int
    poll: int


async def a_day(currencies: int) -> Stored:
    """Return what is stored of a day in which every price moves between two writes.

    Long-term statistics, which both have alike, are left out.
    """
    with TemporaryDirectory(prefix="upbit-bench-") as directory:
        database = Path(directory, "home-assistant.db")
        async with home() as hass:
            recorder_helper.async_initialize_recorder(hass)
            assert await async_setup_component(
                hass, "recorder", {"recorder": {"db_url": f"sqlite:///{database}"}}
            )
            async with household(hass, currencies, price_interval=0) as house:
                empty = await _size(hass, database)
                minutes = await _live(house)
                lived = await _size(hass, database)
                twins = await twins_of(
                    house,
                    {
                        entity_id: [
                            Written(one[entity_id].state, one[entity_id].attributes)
                            for one in minutes
                        ]
                        for entity_id in minutes[0]
                    },
                )
                before = await _size(hass, database)
                await _poll(twins, len(minutes))
                after = await _size(hass, database)
    return Stored((lived - empty) * PLAYED, (after - before) * PLAYED)


async def _live(house: Household) -> list[dict[str, State]]:
    """Let a day of prices and trades pass, and return the states after each of its minutes."""
    account, hass = house.account, house.hass
    markets = markets_of(house)
    shown = [
        entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), house.entry.entry_id
        )
        if entity.disabled_by is None and entity.domain in ("sensor", "binary_sensor")
    ]
    writes = DAY // PLAYED // DEFAULT_PRICE_INTERVAL
    minutes = []
    for write in range(writes):
        if write % (writes // TRADES) == 0:
            house.exchange.trade(f"KRW-{code_of(1)}", "bid", "0.5")
            await asyncio.sleep(0.02)
        tickers = [
            ticker_of(code, f"{1000 + 37 * number + write % 97}.5")
            for number, code in enumerate(markets)
        ]
        await play(tickers, account.prices)
        # At an interval of nothing they are written in the next turn of the event loop.
        await asyncio.sleep(0.001)
        minutes.append({entity_id: state_of(hass, entity_id) for entity_id in shown})
    return minutes


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return a state that is there."""
    state = hass.states.get(entity_id)
    assert state
    return state


async def _poll(twins: list[Twin], minutes: int) -> None:
    for minute in range(minutes):
        for twin in twins:
            twin.put(minute)
        if minute % 20 == 0:
            await asyncio.sleep(0)


async def _size(hass: HomeAssistant, database: Path) -> int:
    """Return the bytes that the database takes once all is written."""
    await asyncio.sleep(1)
    await hass.async_block_till_done()
    recorder = get_instance(hass)
    await recorder.async_block_till_done()
    return sum(
        path.stat().st_size for path in database.parent.iterdir() if path.is_file()
    )
