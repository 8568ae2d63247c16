"""The short form of the portfolio: a summary, and a table of amounts then and now, both at the prices of now."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .amounts import ZERO, divided, minus, plus, times
from .holdings import NOTHING, Holding
from .quotes import HUNDRED, Quotes


@dataclass(frozen=True, slots=True)
class Summary:
    """How many currencies, how much cash, how much of each coin, and what part of the cash is locked."""

    total_currencies: int
    krw_balance: Decimal
    crypto_holdings: Mapping[str, Decimal]
    locked_ratio: Decimal


def summary_of(shown: Mapping[str, Holding], cash: str) -> Summary:
    """Return the summary of what is held; `locked_ratio` in percent, of the cash."""
    held = {code: holding for code, holding in shown.items() if holding.total}
    money = held.get(cash, NOTHING)
    return Summary(
        total_currencies=len(held),
        krw_balance=money.total,
        crypto_holdings={
            code: holding.total for code, holding in held.items() if code != cash
        },
        locked_ratio=times(divided(money.locked, money.total), HUNDRED)
        if money.total
        else ZERO,
    )


@dataclass(frozen=True, slots=True)
class Pnl:
    """A currency's amounts then and now, both at the prices of now; `pnl_ratio` in percent."""

    initial_amount: Decimal
    current_amount: Decimal
    initial_value: Decimal | None
    current_value: Decimal | None
    pnl: Decimal | None
    pnl_ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class PnlTable:
    """The table of all currencies; a sum is unknown while a price of it is missing."""

    total_initial_value: Decimal | None
    total_current_value: Decimal | None
    currency_pnl: Mapping[str, Pnl]
    total_pnl: Decimal | None
    total_pnl_ratio: Decimal | None


def pnl_of(
    initial: Mapping[str, Decimal], current: Mapping[str, Decimal], quotes: Quotes
) -> PnlTable:
    """Return the profits since the initial amounts. Unpriced currencies are left out."""
    table = {}
    for currency in sorted(initial.keys() | current.keys()):
        before = initial.get(currency, ZERO)
        now = current.get(currency, ZERO)
        if (before or now) and not quotes.unpriced(currency):
            table[currency] = _pnl(currency, before, now, quotes)
    initials = [one.initial_value for one in table.values()]
    currents = [one.current_value for one in table.values()]
    if None in initials or None in currents:
        return PnlTable(None, None, table, None, None)
    first = plus(*(value for value in initials if value is not None))
    last = plus(*(value for value in currents if value is not None))
    gained = minus(last, first)
    return PnlTable(first, last, table, gained, _ratio(gained, first))


def _pnl(currency: str, before: Decimal, now: Decimal, quotes: Quotes) -> Pnl:
    initial, current = quotes.worth(currency, before), quotes.worth(currency, now)
    if initial is None or current is None:
        return Pnl(before, now, None, None, None, None)
    gained = minus(current, initial)
    return Pnl(before, now, initial, current, gained, _ratio(gained, initial))


def _ratio(gained: Decimal, of: Decimal) -> Decimal:
    """Return a ratio in percent; 0 where there was nothing to gain on."""
    return times(divided(gained, of), HUNDRED) if of > ZERO else ZERO
