"""What activities move, one by one and in all, and what the exchange's own ledger has moved."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.trading import TINY
from tests.upbit_server.ledger import ZERO, Ledger, Wallet


def legs(activity: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """Yield each currency of an activity, as it is told, with the change of its total."""
    for currency, amount in (
        (activity["currency"], activity["amount"]),
        (activity["counter_currency"], activity["counter_amount"]),
    ):
        if currency and amount:
            yield currency, Decimal(amount)


def net(activities: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """Return by how much activities change the total of each currency."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for activity in activities:
        for currency, amount in legs(activity):
            sums[currency] += amount
    return dict(sums)


class Movements:
    """How far the total of each currency has gone up and down, both counted, since it began to look."""

    def __init__(self, ledger: Ledger) -> None:
        """Look from now on."""
        self._totals = {code: one.total for code, one in ledger.now().items()}
        self._moved: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        ledger.listeners.append(self._saw)

    def _saw(self, currency: str, wallet: Wallet) -> None:
        before = self._totals.get(currency, ZERO)
        self._moved[currency] += abs(wallet.total - before)
        self._totals[currency] = wallet.total

    def exceeded_by(
        self, activities: Iterable[Mapping[str, Any]]
    ) -> dict[str, Decimal]:
        """Return the currencies of which activities tell of more, up and down, than there ever was.

        What is told and taken back adds up to nothing, and still was told without cause.
        """
        told: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        parts: defaultdict[str, int] = defaultdict(int)
        for activity in activities:
            for currency, amount in legs(activity):
                told[currency] += abs(amount)
                parts[currency] += 1
        return {
            currency: over
            for currency, amount in told.items()
            if (over := amount - self._moved[currency]) > TINY * parts[currency]
        }
