"""A sample account that a Korean user would recognise, and the hand that trades on it."""

import asyncio
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Final

from .readers import Impossible
from .server import UpbitServer

HOLDINGS: Final = (
    ("KRW", "12846310.48157203", "0"),
    ("BTC", "0.18400127", "118420000"),
    ("ETH", "2.41930082", "4410500"),
    ("XRP", "4150.27618", "2874"),
    ("SOL", "31.6627", "241300"),
    ("DOGE", "18250.5", "268.4"),
    # Dust of an order long ago, an airdrop, and a coin whose market is gone.
    ("BTT", "0.00000214", "0.00113"),
    ("FLR", "627.04417", "0"),
    ("LUNA", "14.227361", "98450"),
)
"""Currency, amount, average buy price in won."""

COINS: Final = {
    "BTC": "0.0001",
    "ETH": "0.004",
    "XRP": "5",
    "SOL": "0.08",
    "DOGE": "60",
}
"""What is traded at once, at least."""


def furnish(exchange: UpbitServer) -> None:
    """Fill the account, and let two orders wait."""
    for currency, amount, price in HOLDINGS:
        exchange.deposit(currency, amount, price)
    exchange.order("KRW-BTC", "bid", volume="0.01", price="128000000")
    exchange.order("KRW-XRP", "ask", volume="500", price="4200")


def furnish_much(exchange: UpbitServer, coins: int) -> None:
    """Let the account hold so many coins more, of which every second one has a market of its own."""
    for number in range(coins):
        code = f"C{number:04d}"
        if number % 2 == 0:
            exchange.markets.enlist(f"KRW-{code}", str(100 + number))
        exchange.deposit(code, f"{number + 1}.00000001", "90")


class Trader:
    """Does something every few seconds, at random but repeatably."""

    def __init__(self, exchange: UpbitServer, seed: int) -> None:
        """Trade on an exchange."""
        self._exchange = exchange
        self._random = Random(seed)
        self._orders: list[str] = []

    async def run(self, every: float) -> None:
        """Act every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(every * self._random.uniform(0.5, 1.5))
            self._exchange.walk()
            # An account that cannot afford the move, or an order that was filled, changes nothing.
            with suppress(Impossible):
                self._act()

    def _act(self) -> None:
        exchange, dice = self._exchange, self._random
        coin = dice.choice(list(COINS))
        volume = format(Decimal(COINS[coin]) * dice.randint(1, 9), "f")
        market = f"KRW-{coin}"
        match dice.choices(
            ("trade", "order", "cancel", "deposit", "withdraw"), (55, 20, 15, 6, 4)
        ):
            case ["trade"]:
                side = dice.choice(("bid", "ask"))
                exchange.trade(market, side, volume, fills=dice.randint(1, 3))
            case ["order"]:
                price = int(exchange.markets[market].price * Decimal("0.97"))
                self._orders.append(
                    exchange.order(market, "bid", volume, str(max(price, 1)))
                )
            case ["cancel"] if self._orders:
                exchange.cancel(self._orders.pop(0))
            case ["deposit"]:
                exchange.deposit("KRW", str(dice.randint(1, 30) * 10000))
            case ["withdraw"]:
                exchange.withdraw("KRW", str(dice.randint(1, 10) * 10000))
            case _:
                exchange.trade(market, "ask", volume)
