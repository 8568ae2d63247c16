"""What is traded at random, in amounts that are far enough from another to tell them apart."""

from decimal import Decimal
from typing import Final

from .upbit_server import UpbitServer

TINY: Final = Decimal("1E-8")

MARKETS: Final = {
    "KRW-BTC": "0.001",
    "KRW-ETH": "0.02",
    "KRW-XRP": "20",
    "KRW-DOGE": "300",
    "BTC-ETH": "0.03",
    "USDT-BTC": "0.002",
}
"""The markets that are traded, and what of them is traded at least."""

RICHES: Final = {
    "KRW": "90000000000",
    "BTC": "100",
    "ETH": "2000",
    "XRP": "1000000",
    "DOGE": "9000000",
    "USDT": "9000000",
}
"""What makes an account rich enough for any trade of these."""


def volume_of(code: str, times: int) -> str:
    """Return a volume of a market, in its base currency."""
    return format(Decimal(MARKETS[code]) * times, "f")


def resting_price(server: UpbitServer, code: str, side: str) -> str:
    """Return a price that the market does not reach by itself."""
    factor = Decimal("0.95") if side == "bid" else Decimal("1.05")
    market = server.markets[code]
    price = (market.price * factor).quantize(Decimal(1).scaleb(-market.decimals))
    return format(price, "f")


def fill_part(server: UpbitServer, uuid: str, of: int) -> bool:
    """Fill one of so many parts of what is left of an open order; return whether it is done."""
    order = next(one for one in server.orders.open() if one.uuid == uuid)
    assert order.remaining is not None
    part = (order.remaining / of).quantize(TINY)
    server.fill(uuid, format(part, "f"))
    return order.state == "done"


def withdraw_everything(server: UpbitServer) -> None:
    """Leave nothing in an account of which nothing is locked."""
    for currency, wallet in server.ledger_book.now().items():
        server.withdraw(currency, format(wallet.total, "f"))
