"""What the account is worth: holdings meet prices, and whoever shows a worth that changed is told."""

from collections.abc import Collection

from homeassistant.core import callback

from .coordinator import UpbitCoordinator
from .listeners import Topic, WorthOf
from .portfolio.holdings import Holding
from .portfolio.valuation import AccountWorth, Worth, WorthSums, worth_of
from .prices import UpbitPrices


class WorthTracker:
    """Keeps the worth of each currency and of all together."""

    def __init__(self, coordinator: UpbitCoordinator, prices: UpbitPrices) -> None:
        """Begin without a worth."""
        self._coordinator = coordinator
        self._prices = prices
        self.of: dict[str, Worth] = {}
        self.account = AccountWorth()
        self._sums = WorthSums(coordinator.cash)

    @property
    def known(self) -> bool:
        """Whether worths may be claimed: the prices are those of now, and so is what is held."""
        return self._prices.fresh and self._coordinator.last_update_success

    @callback
    def revalue(self, currencies: Collection[str]) -> None:
        """Value these currencies anew, and tell whoever shows what changed."""
        holdings = self._coordinator.holdings.of
        quotes = self._prices.quotes
        for currency in currencies:
            holding = holdings.get(currency, Holding())
            worth = self.of[currency] = worth_of(currency, holding, quotes)
            self._sums.take(currency, worth if holding.total else None)
        self.account = self._sums.account
        self._coordinator.notify(
            (*(WorthOf(currency) for currency in currencies), Topic.WORTH)
        )
