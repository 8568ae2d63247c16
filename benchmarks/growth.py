"""How the cost grows with the currencies that are held, and with the frames that come."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import thread_time
from typing import Final

from .frames import Frames
from .house import Household, home, household
from .market import markets_of, ticker_of
from .playing import play

CURRENCIES: Final = (3, 30, 300, 600)
ACCOUNTS: Final = (1, 10, 100)

TICKERS: Final = 10
"""An account's worth of frames a second is one of its balances, and so many tickers."""


@dataclass(frozen=True, slots=True)
class Load:
    """The share of a processor's time, in percent, that so many accounts' worth of frames take."""

    currencies: int
    accounts: int
    percent: float


async def growth(turns: int) -> list[Load]:
    """Take in a second's worth of frames at once, for each size of account; return the medians."""
    loads = []
    async with home() as hass:
        for currencies in CURRENCIES:
            async with household(hass, currencies) as house:
                for accounts in ACCOUNTS:
                    seconds = [await _second(house, accounts) for _ in range(turns)]
                    loads.append(Load(currencies, accounts, 100 * median(seconds)))
    return loads


async def _second(house: Household, accounts: int) -> float:
    markets = markets_of(house)
    # An odd frame would leave a difference that has to be explained.
    frames = Frames(house).pairs(number=max(accounts // 2, 1))
    tickers = [
        ticker_of(markets[number % len(markets)], f"{1500 + number}.5")
        for number in range(TICKERS * len(frames))
    ]
    began = thread_time()
    await play(frames, house.account.coordinator)
    await play(tickers, house.account.prices)
    seconds = thread_time() - began
    await asyncio.sleep(0)
    return seconds * accounts / len(frames)
