"""The portfolio in one answer: a summary, each asset, and the table of profits since the baseline."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from homeassistant.util import dt as dt_util

from .account import Account
from .portfolio.amounts import concise, text
from .portfolio.history import Realised
from .portfolio.performance import Opening, gain_of
from .portfolio.summary import pnl_of, summary_of

type Json = dict[str, Any]


def report_of(account: Account) -> Json:
    """Return the portfolio; amounts are exact strings, worths are rounded to 15 digits, unknown ones null.

    `available` tells whether the amounts may be claimed to be those of now, `last_confirmed` when
    they were confirmed last.
    """
    return {
        "summary": _summary(account),
        "assets": {
            currency: _asset(account, currency)
            for currency, holding in account.coordinator.holdings.of.items()
            if holding.total
        },
        "pnl": _pnl(account),
    }


def gained(account: Account, opening: Opening | None) -> Decimal | None:
    """Return what was gained since an opening, `None` while that cannot be known.

    What has moved counts as soon as it is known why: until then it may be a deposit.
    """
    return None if opening is None else opening.profit(account.explained_value)


def over_holding(account: Account) -> Decimal | None:
    """Return what trading since the baseline added over having kept what one had.

    Without a claim to what is held, it is not known either that nothing was traded.
    """
    traded = account.openings.traded
    if traded is None or not account.worth.known:
        return None
    return gain_of(traded, account.prices.quotes)


def realised_of(realised: Realised) -> Json:
    """Return the realised profit of sales."""
    return {
        "total": _worth(realised.total),
        "days": _worths(realised.days),
        "months": _worths(realised.months),
        "years": _worths(realised.years),
        "unknown": realised.unknown,
    }


def _summary(account: Account) -> Json:
    coordinator = account.coordinator
    summary = summary_of(coordinator.holdings.of, coordinator.cash)
    worth = account.worth.claimed
    baseline, day = account.publisher.ledger.baseline, account.openings.day
    return {
        "available": coordinator.last_update_success,
        "last_confirmed": _iso(coordinator.last_confirmed),
        "total_currencies": summary.total_currencies,
        "krw_balance": text(summary.krw_balance),
        "crypto_holdings": {
            code: text(amount) for code, amount in summary.crypto_holdings.items()
        },
        "locked_ratio": _worth(summary.locked_ratio),
        "currency": coordinator.cash,
        **{
            name: _worth(value)
            for name, value in (
                ("total_value", worth.total_value),
                ("coins_value", worth.coins_value),
                ("total_cost", worth.total_cost),
                ("profit", worth.profit),
                ("profit_rate", worth.profit_rate),
                ("profit_today", gained(account, day)),
                ("profit_since_baseline", gained(account, baseline)),
                ("gain_over_holding", over_holding(account)),
                ("locked_ratio_of_total", worth.locked_ratio),
            )
        },
        "baseline": _moment(baseline),
        "day": _moment(day),
        "unpriced": list(worth.unpriced),
        "missing": list(worth.missing),
        "without_cost": _worths(worth.free),
    }


def _asset(account: Account, currency: str) -> Json:
    holding = account.coordinator.holdings.of[currency]
    worth = account.worth.claimed_of(currency)
    average = holding.average
    return {
        "total": text(holding.total),
        "balance": text(holding.balance),
        "locked": text(holding.locked),
        "average_buy_price": text(average.price) if average else None,
        "average_buy_price_modified": average.modified if average else None,
        "unit_currency": average.unit_currency if average else None,
        "unpriced": worth.unpriced,
        **{
            name: _worth(value)
            for name, value in (
                ("price", worth.price),
                ("value", worth.value),
                ("cost", worth.cost),
                ("profit", worth.profit),
                ("profit_rate", worth.profit_rate),
                ("price_change", account.worth.claimed_quotes.change(currency)),
            )
        },
    }


def _pnl(account: Account) -> Json:
    """Return the table of profits since the baseline; until there is one, nothing was gained."""
    baseline = account.publisher.ledger.baseline
    amounts = account.coordinator.holdings.amounts
    initial = baseline.amounts if baseline else amounts
    table = pnl_of(initial, amounts, account.worth.claimed_quotes)
    return {
        "total_initial_value": _worth(table.total_initial_value),
        "total_current_value": _worth(table.total_current_value),
        "currency_pnl": {
            currency: {
                "initial_amount": text(one.initial_amount),
                "current_amount": text(one.current_amount),
                "initial_value": _worth(one.initial_value),
                "current_value": _worth(one.current_value),
                "pnl": _worth(one.pnl),
                "pnl_ratio": _worth(one.pnl_ratio),
            }
            for currency, one in table.currency_pnl.items()
        },
        "total_pnl": _worth(table.total_pnl),
        "total_pnl_ratio": _worth(table.total_pnl_ratio),
    }


def _moment(opening: Opening | None) -> str | None:
    return _iso(dt_util.utc_from_timestamp(opening.time / 1000)) if opening else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _worth(worth: Decimal | None) -> str | None:
    return None if worth is None else text(concise(worth))


def _worths(worths: Mapping[str, Decimal]) -> dict[str, str | None]:
    return {name: _worth(worth) for name, worth in worths.items()}
