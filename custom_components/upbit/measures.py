"""What the rules of alerts measure, and whether that is known for sure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from .coordinator import UpbitCoordinator
from .portfolio.alerts import AMOUNTS, Measure, Rule
from .portfolio.amounts import ZERO, tells
from .portfolio.holdings import NOTHING
from .portfolio.valuation import NO_WORTH
from .publisher import Publisher
from .teller import Teller
from .worth import WorthTracker


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule measures, `None` where nobody knows for sure.

    What is there may have to wait: for a price, for an average, for why it has moved.
    """

    value: Decimal | None
    is_there: bool

    def after(self, last: Self | None) -> Self:
        """Return the reading with the value that was known last, where it has none itself."""
        if self.value is not None or last is None:
            return self
        return replace(self, value=last.value)


class Measures:
    """Reads what the rules of an account measure."""

    def __init__(
        self,
        coordinator: UpbitCoordinator,
        worth: WorthTracker,
        publisher: Publisher,
        teller: Teller,
    ) -> None:
        """Read from where amounts, worths and what is not yet explained are."""
        self._coordinator = coordinator
        self._worth = worth
        self._publisher = publisher
        self._teller = teller

    def reading(self, rule: Rule) -> Reading:
        """Return what a rule measures now."""
        shown = self._shown(rule)
        is_behind = rule.measure is Measure.PROFIT_RATE and self._is_behind(
            rule.currency
        )
        if shown is None:
            waits = self._worth.known and (
                is_behind or self._is_unpriced(rule.currency)
            )
            return Reading(None, is_there=waits)
        is_unsure = (
            is_behind
            or rule.currency in self._coordinator.holdings.doubtful
            # One row of a trade is half of what the account is worth, or what has moved is a flow.
            or (
                (rule.currency is None or not rule.is_level)
                and self._is_unexplained(rule.currency)
            )
            or (not rule.is_level and self._is_unvalued(rule.currency))
        )
        return Reading(None if is_unsure else shown, is_there=True)

    def _shown(self, rule: Rule) -> Decimal | None:
        """Return what is shown of what a rule measures, `None` where that is nothing."""
        if rule.measure not in AMOUNTS and not self._worth.known:
            return None
        if rule.currency is None:
            account = self._worth.account
            value = rule.measure is Measure.VALUE
            return account.total_value if value else account.profit_rate
        holding = self._coordinator.holdings.of.get(rule.currency, NOTHING)
        match rule.measure:
            case Measure.TOTAL:
                return holding.total
            case Measure.BALANCE:
                return holding.balance
            case Measure.LOCKED:
                return holding.locked
        worth = self._worth.of.get(rule.currency, NO_WORTH)
        if rule.measure is Measure.VALUE:
            return worth.value if holding.total else ZERO
        return worth.profit_rate if holding.total else None

    def _is_unpriced(self, currency: str | None) -> bool:
        """Tell whether the price of a currency, or of any, has not come yet."""
        return _among(self._worth.account.missing, currency)

    def _is_unexplained(self, currency: str | None) -> bool:
        """Tell whether it is not known yet why a currency, or any, has moved."""
        gaps = self._teller.gaps
        return _among(
            {code for code, gap in gaps.items() if tells(gap.total)}, currency
        )

    def _is_unvalued(self, currency: str | None) -> bool:
        """Tell whether it is not known yet what came or went of a currency, or of any, was worth."""
        baseline = self._publisher.ledger.baseline
        return _among(baseline.unvalued if baseline else (), currency)

    def _is_behind(self, currency: str | None) -> bool:
        """Tell whether the average of a coin, or of any, is that of an older amount."""
        held = self._coordinator.holdings.of
        return any(
            holding.average is None or holding.average.total != holding.total
            for code in (held if currency is None else held.keys() & {currency})
            if code != self._coordinator.cash and (holding := held[code]).total
        )


def _among(codes: Collection[str], currency: str | None) -> bool:
    """Tell whether a currency is among others, or whether there is any."""
    return bool(codes) if currency is None else currency in codes
