"""What prices cost: a ticker that is taken in, and the writing of all of them at the interval."""

import asyncio
from itertools import count
from time import time
from typing import Final

import orjson

from .house import Household, Writes
from .measuring import Cost, in_turns
from .playing import play
from .twins import twins_of

TICKERS: Final = 200


def ticker_of(code: str, price: str) -> bytes:
    """Return a ticker as the exchange sends it, with every field that it has."""
    now = int(time() * 1000)
    return (
        f'{{"type":"ticker","code":"{code}","opening_price":484500,"high_price":493100,'
        f'"low_price":472500,"trade_price":{price},"prev_closing_price":484500,'
        '"acc_trade_price":163186463436.37312,"change":"RISE","change_price":4100,'
        '"signed_change_price":4100,"change_rate":0.0084623323,'
        '"signed_change_rate":0.0084623323,"ask_bid":"BID","trade_volume":0.00031324,'
        '"acc_trade_volume":338182.19418654,"trade_date":"20261124",'
        '"trade_time":"084621","trade_timestamp":'
        f'{now},"acc_ask_volume":166327.73158808,"acc_bid_volume":171854.46259846,'
        '"highest_52_week_price":984000,"highest_52_week_date":"2026-01-17",'
        '"lowest_52_week_price":298000,"lowest_52_week_date":"2026-08-02",'
        '"market_state":"ACTIVE","is_trading_suspended":false,"delisting_date":null,'
        '"market_warning":"NONE","timestamp":'
        f'{now + 31},"acc_trade_price_24h":251462313459.65762,'
        '"acc_trade_volume_24h":521340.92178312,"stream_type":"REALTIME"}'
    ).encode()


def markets_of(house: Household) -> list[str]:
    """Return the markets of what is held."""
    account = house.account
    return sorted(account.prices.quotes.needed(account.coordinator.holdings.of))


async def a_ticker(house: Household, turns: int) -> Cost:
    """Measure a ticker that is taken in, and written with others later, against `orjson.loads` of it."""
    markets = markets_of(house)
    prices = house.account.prices
    batches = iter(
        [
            [
                ticker_of(markets[number % len(markets)], f"{2000 + number}.5")
                for number in range(TICKERS)
            ]
            for _ in range(2 * turns + 2)
        ]
    )

    async def floor() -> None:
        for frame in next(batches):
            orjson.loads(frame)
        await asyncio.sleep(0)

    async def ours() -> None:
        await play(next(batches), prices)
        await asyncio.sleep(0)

    return await in_turns(floor, ours, units=TICKERS, turns=turns)


INTERVAL: Final = 0.3
"""Seconds between two writes in a household whose writing is measured."""


async def write_due() -> None:
    """Wait until prices that came just after the last write are written."""
    await asyncio.sleep(INTERVAL + 0.05)


async def new_prices(house: Household, turns: int) -> tuple[Cost, int]:
    """Measure the writing of a new price of each market, tickers taken in, against bare writes.

    The household writes prices every `INTERVAL`. Return the cost of all of it, and how many states are written.
    """
    markets = markets_of(house)
    prices = house.account.prices
    turn, shown = count(), count()

    async def arrive() -> None:
        rise = next(turn) % 2
        # The interval is over, so this one is written at once; the others wait for the next write.
        await play([ticker_of(markets[0], f"{500 + rise}.5")], prices)
        await asyncio.sleep(INTERVAL / 10)
        tickers = [
            ticker_of(code, f"{1000 + 37 * number + 11 * rise}.5")
            for number, code in enumerate(markets)
        ]
        await play(tickers, prices)

    writes = Writes(house.hass)
    for _ in range(4):
        await arrive()
        await write_due()
    writes.end()
    written = {
        entity_id: states[-2:]
        for entity_id, states in writes.of.items()
        if len(states) >= 3
    }
    twins = await twins_of(house, written)

    async def floor() -> None:
        # The same rest before, from which a processor wakes slowly.
        await write_due()
        number = next(shown)
        for twin in twins:
            twin.put(number)

    async def ours() -> None:
        await write_due()

    cost = await in_turns(floor, ours, before=arrive, units=1, turns=turns)
    return cost, len(twins)
