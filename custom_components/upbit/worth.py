"""What the account is worth: holdings meet prices, and whoever shows a worth that changed is told."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from homeassistant.core import callback

from .coordinator import UpbitCoordinator
from .listeners import Topic, WorthOf
from .portfolio.holdings import NOTHING
from .portfolio.quotes import Quotes
from .portfolio.valuation import NO_WORTH, AccountWorth, Worth, WorthSums, worth_of
from .prices import UpbitPrices

SUMS: Final[Mapping[Topic, Callable[[AccountWorth], object]]] = MappingProxyType(
    {
        Topic.TOTAL_VALUE: attrgetter("total_value"),
        Topic.COINS_VALUE: attrgetter("coins_value"),
        Topic.TOTAL_COST: attrgetter("total_cost", "free"),
        Topic.PROFIT: attrgetter("profit"),
        Topic.PROFIT_RATE: attrgetter("profit_rate"),
        Topic.LOCKED_RATIO: attrgetter("locked_ratio"),
    }
)
"""What of an account's worth somebody may wait for."""


class WorthTracker:
    """Keeps the worth of each currency and of all together."""

    def __init__(self, coordinator: UpbitCoordinator, prices: UpbitPrices) -> None:
        """Begin without a worth."""
        self._coordinator = coordinator
        self._prices = prices
        self.of: dict[str, Worth] = {}
        self.account = AccountWorth()
        self._sums = WorthSums(coordinator.cash)
        self._was_known = False

    @property
    def known(self) -> bool:
        """Whether worths may be claimed: the prices are those of now, and so is what is held."""
        return self._prices.fresh and self._coordinator.last_update_success

    @property
    def claimed(self) -> AccountWorth:
        """What the account may be claimed to be worth now: nothing that is not known, but what has no price."""
        account = self.account
        if self.known:
            return account
        return AccountWorth(unpriced=account.unpriced, missing=account.missing)

    @property
    def claimed_quotes(self) -> Quotes:
        """The quotes that may be claimed: without a price while none may be."""
        quotes = self._prices.quotes
        return quotes if self.known else replace(quotes, prices=MappingProxyType({}))

    def claimed_of(self, currency: str) -> Worth:
        """Return what may be claimed of the worth of a currency."""
        worth = self.of.get(currency, NO_WORTH)
        return worth if self.known else Worth(unpriced=worth.unpriced)

    @callback
    def revalue(self, currencies: Collection[str]) -> None:
        """Value these currencies anew, and tell whoever shows what changed."""
        holdings = self._coordinator.holdings.of
        quotes = self._prices.quotes
        for currency in currencies:
            holding = holdings.get(currency, NOTHING)
            worth = self.of[currency] = worth_of(currency, holding, quotes)
            self._sums.take(currency, worth if holding.total else None)
        before, self.account = self.account, self._sums.account
        self._coordinator.notify(map(WorthOf, currencies))
        self._coordinator.notify(self._changed(before))

    def _changed(self, before: AccountWorth) -> Iterator[Topic]:
        """Yield what of the account's worth is another than before."""
        now = self.account
        known, self._was_known = self._was_known, self.known
        # Every sum says which currencies it is without.
        whole = known != self._was_known or before.unpriced != now.unpriced
        for topic, what in SUMS.items():
            if whole or what(before) != what(now):
                yield topic
