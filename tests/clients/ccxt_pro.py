"""The client of many exchanges that most trading bots are built on."""

import asyncio
from typing import Any

import ccxt
import ccxt.pro

from .lines import Account, serve, tell

STATES = {"open": "wait", "closed": "done", "canceled": "cancel"}


def client_of(account: Account) -> Any:
    """Return a client whose numbers keep the digits that were sent as text."""
    exchange = ccxt.pro.upbit(
        {
            "apiKey": account.access_key,
            "secret": account.secret_key,
            "urls": {
                "api": {
                    "public": account.origin,
                    "private": account.origin,
                    "ws": account.origin.replace("http", "ws", 1) + "/websocket/v1",
                }
            },
        }
    )
    exchange.number = str
    return exchange


def _id(symbol: str) -> str:
    base, _, quote = symbol.partition("/")
    return f"{quote}-{base}"


def _rows(balance: Any) -> dict[str, list[Any]]:
    return {
        code: [row["free"], row["used"]]
        for code, row in balance.items()
        if isinstance(row, dict) and "free" in row and "used" in row
    }


async def read(account: Account) -> None:
    """Read everything once."""
    exchange = client_of(account)
    try:
        balance = await exchange.fetch_balance()
        orders = await exchange.fetch_open_orders()
        tickers = await exchange.fetch_tickers()
    except ccxt.BaseError as error:
        tell(error=str(error), kind=type(error).__name__)
        return
    finally:
        await exchange.close()
    tell(
        balances=_rows(balance),
        orders={
            order["id"]: [
                _id(order["symbol"]),
                {"buy": "bid", "sell": "ask"}[order["side"]],
                order["price"],
                order["amount"],
                order["remaining"],
            ]
            for order in orders
        },
        markets={_id(symbol): row["last"] for symbol, row in tickers.items()},
    )


async def listen(account: Account) -> None:
    """Tell what the account's stream and the market's bring."""
    exchange = client_of(account)
    try:
        async with asyncio.TaskGroup() as group:
            for part in (_balances, _orders, _fills, _tickers):
                group.create_task(part(exchange))
    finally:
        await exchange.close()


async def _balances(exchange: Any) -> None:
    while True:
        tell(balances=_rows(await exchange.watch_balance()))


async def _orders(exchange: Any) -> None:
    while True:
        for order in await exchange.watch_orders():
            tell(order=order["id"], state=STATES[order["status"]])


async def _fills(exchange: Any) -> None:
    while True:
        for fill in await exchange.watch_my_trades():
            tell(
                fill=fill["id"],
                order=fill["order"],
                price=fill["price"],
                volume=fill["amount"],
                fee=fill["fee"]["cost"],
            )


async def _tickers(exchange: Any) -> None:
    while True:
        # It returns the newest one alone, of several that came at once.
        await exchange.watch_tickers(["BTC/KRW", "ETH/KRW"])
        for symbol, row in exchange.tickers.items():
            tell(ticker=_id(symbol), price=row["last"])


if __name__ == "__main__":
    asyncio.run(serve(read, listen))
