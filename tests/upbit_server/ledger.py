"""The exact ledger of one account, with its recent past for replicas that lag."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from .readers import Impossible
from .wire import EXACT, ROUNDED

ZERO = Decimal(0)
AVERAGE_STEP = Decimal("1E-8")
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


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to one currency.

    With a price, which is in the currency `unit`, what is added to its balance counts in its average.
    """

    currency: str
    balance: Decimal = ZERO
    locked: Decimal = ZERO
    price: Decimal | None = None
    unit: str = "KRW"


class Overdrawn(Impossible):
    """A movement of more than there is."""


class Ledger:
    """What the account holds; every movement is exact and none can overdraw."""

    def __init__(
        self,
        clock: Callable[[], float],
        cash: str,
        rate: Callable[[str, str], Decimal],
    ) -> None:
        """Begin with nothing; `clock` gives seconds, `rate` what one of a currency costs in another."""
        self._clock = clock
        self._rate = rate
        self._nothing = Wallet(unit_currency=cash)
        self._wallets: Mapping[str, Wallet] = {}
        self._past: list[tuple[float, Mapping[str, Wallet]]] = []
        self.listeners: list[Callable[[str, Wallet], None]] = []
        """Called with each currency that moved, and what it is from then on."""

    def apply(self, *changes: Change) -> None:
        """Let all of this happen, or nothing; raises `Overdrawn`, or `Impossible` if there is no rate."""
        moved: dict[str, Wallet] = {}
        for change in changes:
            code = change.currency
            moved[code] = self._changed(moved.get(code) or self.wallet(code), change)
        for code, wallet in moved.items():
            if wallet.balance < 0 or wallet.locked < 0:
                raise Overdrawn(f"not enough {code}")
        self._replace(moved)
        for code, wallet in moved.items():
            for listener in self.listeners:
                listener(code, wallet)

    def set_average(self, currency: str, price: Decimal) -> None:
        """Let the owner set an average, in the currency that it is in; raises `Impossible`.

        What becomes of the flag with the next purchase is not documented: here it stays.
        """
        wallet = self.wallet(currency)
        if not wallet.total:
            raise Impossible(f"no {currency} is held")
        self._replace({currency: replace(wallet, average=price, modified=True)})

    def wallet(self, currency: str) -> Wallet:
        """Return one currency."""
        return self._wallets.get(currency, self._nothing)

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

    def _changed(self, wallet: Wallet, change: Change) -> Wallet:
        average, unit = wallet.average, wallet.unit_currency
        if change.price is not None:
            average, unit = self._mixed(wallet, change, change.price)
        return replace(
            wallet,
            balance=EXACT.add(wallet.balance, change.balance),
            locked=EXACT.add(wallet.locked, change.locked),
            average=average,
            unit_currency=unit,
        )

    def _mixed(
        self, wallet: Wallet, change: Change, price: Decimal
    ) -> tuple[Decimal, str]:
        """Return the average with what is added, and its currency.

        Which currency it is that the exchange keeps when it buys the same coin in several markets is
        not documented: here that of what is held, unless that cost nothing.
        """
        total = wallet.total
        unit = wallet.unit_currency if total and wallet.average else change.unit
        price = ROUNDED.multiply(price, self._rate(change.unit, unit))
        cost = ROUNDED.add(
            ROUNDED.multiply(total, wallet.average),
            ROUNDED.multiply(change.balance, price),
        )
        average = ROUNDED.divide(cost, ROUNDED.add(total, change.balance))
        return average.quantize(AVERAGE_STEP, context=ROUNDED), unit

    def _replace(self, wallets: Mapping[str, Wallet]) -> None:
        """Put wallets in the place of those that were, and keep what was true until now."""
        now = self._clock()
        self._past.append((now, self._wallets))
        while self._past and self._past[0][0] < now - KEPT:
            self._past.pop(0)
        self._wallets = {**self._wallets, **wallets}
