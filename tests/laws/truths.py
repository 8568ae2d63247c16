"""Every truth the exchange's ledger ever had, and whether what is shown goes through them forwards."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tests.upbit_server.ledger import ZERO, Wallet

REPLICA: Final = 10.0
"""Seconds by which the first snapshot of a set-up, which is taken as it stands, may be behind."""

type Amounts = tuple[Decimal, Decimal]
"""Balance and locked."""

NOTHING: Final[Amounts] = (ZERO, ZERO)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the ledger had of a currency from a moment on (s of the event loop)."""

    since: float
    amounts: Amounts


class Truths:
    """The versions of each currency, and the newest that was shown.

    What is shown goes backwards if the ledger had it, but only before another version that has been
    shown already. As many a version can have the same amounts, the oldest counts that is possible.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with nothing held; `clock` gives seconds."""
        self._clock = clock
        self._of: defaultdict[str, list[Truth]] = defaultdict(
            lambda: [Truth(float("-inf"), NOTHING)]
        )
        self._shown: defaultdict[str, int] = defaultdict(int)
        self.broken: list[str] = []
        """What was shown against the law."""

    def moved(self, currency: str, wallet: Wallet) -> None:
        """Note a new truth."""
        amounts = (wallet.balance, wallet.locked)
        self._of[currency].append(Truth(self._clock(), amounts))

    def shown(self, currency: str, amounts: Amounts) -> None:
        """Note what is shown."""
        truths = self._of[currency]
        first = self._shown[currency]
        # What happened in one moment has one stamp: no frame of it is older than another.
        while first and truths[first - 1].since == truths[first].since:
            first -= 1
        for number in range(first, len(truths)):
            if truths[number].amounts == amounts:
                self._shown[currency] = number
                return
        had = [number for number, one in enumerate(truths) if one.amounts == amounts]
        self.broken.append(
            f"at {self._clock():.3f} s {currency} shows {amounts}, "
            + (f"version {had[-1]}" if had else "which it never was")
            + f", after version {self._shown[currency]} of {len(truths) - 1}"
        )

    def begun_anew(self) -> None:
        """Allow the first snapshot of a set-up to be as far behind as a replica."""
        moment = self._clock() - REPLICA
        for currency, truths in self._of.items():
            then = max(n for n, one in enumerate(truths) if one.since <= moment)
            self._shown[currency] = min(self._shown[currency], then)

    def forget(self) -> None:
        """Let go of the truths before the newest that was shown."""
        for currency, truths in self._of.items():
            del truths[: self._shown[currency]]
            self._shown[currency] = 0
