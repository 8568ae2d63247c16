"""What is shown less what was told, and which of it fills have told before it moved."""

from collections.abc import Callable, Iterable, Mapping

from .coordinator import UpbitCoordinator
from .portfolio.activity import Leg
from .portfolio.amounts import tells
from .portfolio.holdings import NOTHING, Holding
from .publisher import Publisher


class Gaps:
    """What is shown less what was told, by currency; only what moved is compared again."""

    def __init__(
        self, publisher: Publisher, shown: Callable[[], Mapping[str, Holding]]
    ) -> None:
        """Compare everything at first."""
        self._publisher = publisher
        self._shown = shown
        self._of: dict[str, Leg] = {}
        self._unsure = {*shown(), *publisher.ledger.told}

    def moved(self, currencies: Iterable[str]) -> None:
        """Compare these again: what is shown of them changed, or what was told."""
        self._unsure.update(currencies)

    @property
    def of(self) -> Mapping[str, Leg]:
        """The gap of each currency that has one."""
        if self._unsure:
            self._compare()
        return self._of

    def _compare(self) -> None:
        shown = self._shown()
        ledger = self._publisher.ledger
        while self._unsure:
            currency = self._unsure.pop()
            if gap := ledger.gap(currency, shown.get(currency, NOTHING)):
                self._of[currency] = gap
            else:
                self._of.pop(currency, None)


class Ahead:
    """Currencies whose fills were told before their amount moved: their gap waits for the row."""

    def __init__(self, coordinator: UpbitCoordinator) -> None:
        """Begin with none."""
        self._coordinator = coordinator
        self._since: dict[str, tuple[float, int]] = {}

    @property
    def currencies(self) -> frozenset[str]:
        """Those that still wait."""
        return frozenset(self._since)

    def opened(self, currencies: Iterable[str], now: float, stamp: int) -> None:
        """Let currencies wait, from `now` on the event loop's clock; the fill's stamp in ms."""
        for currency in currencies:
            self._since[currency] = now, stamp

    def confirmed(self, before: float) -> None:
        """Give up waiting for those of fills told before a moment: a snapshot has seen nothing move."""
        self._since = {
            currency: known
            for currency, known in self._since.items()
            if known[0] > before
        }

    def arrived(self, gaps: Mapping[str, Leg]) -> None:
        """Forget those whose gap is closed, or that a row from after the fill has shown as they are."""
        evidence = self._coordinator.holdings.evidence
        for currency, (since, stamp) in tuple(self._since.items()):
            known = evidence.get(currency)
            if (
                currency not in gaps
                or not tells(gaps[currency].total)
                or (
                    known
                    and known.heard
                    and known.stamp
                    and known.heard > since
                    and known.stamp[0] >= stamp
                )
            ):
                del self._since[currency]
