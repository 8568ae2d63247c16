"""Markets and their prices, which walk when they are told to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from .readers import Impossible
from .wire import ROUNDED, Value

CAUTIONS: Final = (
    "PRICE_FLUCTUATIONS",
    "TRADING_VOLUME_SOARING",
    "DEPOSIT_AMOUNT_SOARING",
    "GLOBAL_PRICE_DIFFERENCES",
    "CONCENTRATION_OF_SMALL_ACCOUNTS",
)


@dataclass(slots=True)
class Market:
    """A market such as KRW-BTC: `price`, `close`, `high`, `low` and `funds` in the quote currency."""

    code: str
    english_name: str
    price: Decimal
    close: Decimal
    decimals: int
    korean_name: str | None = None
    """Told in Korea only."""
    warning: bool = False
    cautions: frozenset[str] = frozenset()
    state: str = "ACTIVE"
    high: Decimal = Decimal(0)
    low: Decimal = Decimal(0)
    volume: Decimal = Decimal(0)
    """What the account has traded here, in the base currency."""
    funds: Decimal = Decimal(0)
    last_volume: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Begin a day that has seen one price."""
        self.high = self.low = self.price

    @property
    def quote(self) -> str:
        """The currency that pays."""
        return self.code.partition("-")[0]

    @property
    def base(self) -> str:
        """The currency that is paid for."""
        return self.code.partition("-")[2]

    def listing(self, *, details: bool) -> dict[str, Value]:
        """Return the market's row of /v1/market/all, as it is in Korea or as it is elsewhere.

        Sources: https://docs.upbit.com/kr/reference/list-trading-pairs and
        https://global-docs.upbit.com/reference/listing-market-list.
        """
        row: dict[str, Value] = {"market": self.code}
        if self.korean_name is not None:
            row["korean_name"] = self.korean_name
        row["english_name"] = self.english_name
        if details and self.korean_name is None:
            row["market_warning"] = "CAUTION" if self.warning else "NONE"
        elif details:
            row["market_event"] = {
                "warning": self.warning,
                "caution": {name: name in self.cautions for name in CAUTIONS},
            }
        return row

    def move_to(self, price: Decimal) -> None:
        """Trade at a price from now on."""
        self.price = price
        self.high, self.low = max(self.high, price), min(self.low, price)

    def flag(self, warning: bool, cautions: Iterable[str]) -> None:
        """Warn of the market; raises `Impossible` for a caution that there is not."""
        names = frozenset(cautions)
        if unknown := names.difference(CAUTIONS):
            raise Impossible(f"no such caution: {min(unknown)}")
        self.warning, self.cautions = warning, names

    def traded(self, volume: Decimal, funds: Decimal) -> None:
        """Count a fill of the account."""
        self.last_volume = volume
        self.volume = ROUNDED.add(self.volume, volume)
        self.funds = ROUNDED.add(self.funds, funds)


_LISTED: Final = (
    ("KRW-BTC", "비트코인", "Bitcoin", "142350000", 0),
    ("KRW-ETH", "이더리움", "Ethereum", "4893000", 0),
    ("KRW-XRP", "엑스알피(리플)", "XRP", "3361", 0),
    ("KRW-SOL", "솔라나", "Solana", "218500", 0),
    ("KRW-DOGE", "도지코인", "Dogecoin", "241.3", 1),
    ("KRW-FLR", "플레어", "Flare", "23.41", 2),
    ("KRW-BTT", "비트토렌트", "BitTorrent", "0.000871", 6),
    ("KRW-USDT", "테더", "Tether", "1452", 0),
    ("BTC-ETH", "이더리움", "Ethereum", "0.03437", 8),
    ("USDT-BTC", "비트코인", "Bitcoin", "98037.19", 2),
)
"""What a Korean user knows."""

_ABROAD: Final = (
    ("BTC", "Bitcoin", "130000", 0),
    ("ETH", "Ethereum", "4468.5", 1),
    ("XRP", "XRP", "3.07", 2),
    ("USDT", "Tether", "1.326", 3),
)
"""What is traded for the cash of another country, here at prices in Singapore dollars."""


class Markets:
    """Every market of the exchange, whose main markets quote in `cash`."""

    def __init__(self, random: Random, cash: str) -> None:
        """List what is known in Korea, or a little elsewhere."""
        self._random = random
        self._is_korean = cash == "KRW"
        self._markets: dict[str, Market] = {}
        if self._is_korean:
            for code, korean, english, price, decimals in _LISTED:
                exact = Decimal(price)
                self._list(Market(code, english, exact, exact, decimals, korean))
            return
        for base, english, price, decimals in _ABROAD:
            exact = Decimal(price)
            self._list(Market(f"{cash}-{base}", english, exact, exact, decimals))

    def _list(self, market: Market) -> None:
        self._markets[market.code] = market

    def __getitem__(self, code: str) -> Market:
        """Return a market; raises `Impossible`."""
        if market := self._markets.get(code):
            return market
        raise Impossible(f"no such market: {code}")

    def get(self, code: str) -> Market | None:
        """Return a market, or nothing."""
        return self._markets.get(code)

    def all(self) -> Iterable[Market]:
        """Return every market."""
        return self._markets.values()

    def enlist(self, code: str, price: str) -> None:
        """Put a market that is made up on the list."""
        exact = Decimal(price)
        decimals = len(price.partition(".")[2])
        base = code.partition("-")[2]
        korean = base if self._is_korean else None
        self._list(Market(code, base, exact, exact, decimals, korean))

    def delist(self, code: str) -> None:
        """Take a market from the list."""
        del self._markets[code]

    def rate(self, currency: str, unit: str) -> Decimal:
        """Return what one of a currency that pays costs in another; raises `Impossible`."""
        if currency == unit:
            return Decimal(1)
        if market := self._markets.get(f"{unit}-{currency}"):
            return market.price
        if market := self._markets.get(f"{currency}-{unit}"):
            return ROUNDED.divide(Decimal(1), market.price)
        raise Impossible(f"no market between {currency} and {unit}")

    def prices(self) -> Mapping[str, Decimal]:
        """Return the last price of each market."""
        return {market.code: market.price for market in self._markets.values()}

    def walk(self) -> list[Market]:
        """Move some prices by up to 0.3 %, and return their markets."""
        moved = self._random.sample(list(self._markets.values()), 3)
        for market in moved:
            factor = Decimal(self._random.randint(-30, 30)).scaleb(-4)
            change = ROUNDED.multiply(market.price, factor)
            price = ROUNDED.add(market.price, change).quantize(
                Decimal(1).scaleb(-market.decimals)
            )
            market.move_to(max(price, Decimal(1).scaleb(-market.decimals)))
        return moved
