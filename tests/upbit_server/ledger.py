"""The exact ledger of one account, with its recent past for replicas that lag."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from .wire import EXACT, ROUNDED

ZERO = Decimal(0)
KEPT = 120.0
"""Seconds of the past that a replica can show."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """One currency of the account."""

    balance: Decimal = ZERO
    locked: Decimal = ZERO
    average: Decimal = ZERO
    modified: bool = False
    unit_currency: str = "KRW"

    @property
    def total(self) -> Decimal:
        """Balance and locked."""
        return EXACT.add(self.balance, self.locked)


class Overdrawn(ValueError):
    """A movement of more than there is."""


class Ledger:
    """What the account holds; every movement is exact and none can overdraw."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with nothing; `clock` gives seconds."""
        self._clock = clock
        self._wallets: dict[str, Wallet] = {}
        self._past: list[tuple[float, Mapping[str, Wallet]]] = []
        self.listeners: list[Callable[[str, Wallet], None]] = []
        """Called with each currency that moved, and what it is from then on."""

    def move(self, currency: str, balance: Decimal, locked: Decimal = ZERO) -> None:
        """Add to balance and locked; raises `Overdrawn`."""
        self._remember()
        wallet = self._wallets.get(currency, Wallet())
        moved = replace(
            wallet,
            balance=EXACT.add(wallet.balance, balance),
            locked=EXACT.add(wallet.locked, locked),
        )
        if moved.balance < 0 or moved.locked < 0:
            raise Overdrawn(f"not enough {currency}")
        self._wallets[currency] = moved
        for listener in self.listeners:
            listener(currency, moved)

    def bought(self, currency: str, volume: Decimal, price: Decimal, unit: str) -> None:
        """Mix a purchase, or a deposit at a price, into the average; call it before the move."""
        self._remember()
        wallet = self._wallets.get(currency, Wallet())
        cost = ROUNDED.add(
            ROUNDED.multiply(wallet.total, wallet.average),
            ROUNDED.multiply(volume, price),
        )
        total = ROUNDED.add(wallet.total, volume)
        average = (
            ROUNDED.divide(cost, total).quantize(Decimal("1E-8")) if total else ZERO
        )
        self._wallets[currency] = replace(wallet, average=average, unit_currency=unit)

    def wallet(self, currency: str) -> Wallet:
        """Return one currency."""
        return self._wallets.get(currency, Wallet())

    def now(self) -> Mapping[str, Wallet]:
        """Return every currency that was ever held."""
        return dict(self._wallets)

    def held(self, lag: float = 0) -> Mapping[str, Wallet]:
        """Return what is held, as a replica sees it that is `lag` seconds behind."""
        moment = self._clock() - lag
        seen: Mapping[str, Wallet] = self._wallets
        for when, wallets in reversed(self._past):
            if when <= moment:
                break
            seen = wallets
        return {code: one for code, one in seen.items() if one.total}

    def _remember(self) -> None:
        """Keep what was true until now."""
        now = self._clock()
        self._past.append((now, dict(self._wallets)))
        while self._past and self._past[0][0] < now - KEPT:
            self._past.pop(0)
