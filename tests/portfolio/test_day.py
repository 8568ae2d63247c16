"""The exchange's day that waits for its closing prices."""

from decimal import Decimal
from types import MappingProxyType

from custom_components.upbit.portfolio.activity import Activity, How, Kind, Leg
from custom_components.upbit.portfolio.day import DAY, PendingDay, beginning
from custom_components.upbit.portfolio.quotes import Quotes

QUOTES = Quotes(
    "KRW",
    frozenset({"KRW-BTC"}),
    prices=MappingProxyType({"KRW-BTC": Decimal(120)}),
    closes=MappingProxyType({"KRW-BTC": Decimal(100)}),
)


def deposit(currency: str, amount: str) -> Activity:
    """Return a deposit."""
    legs = MappingProxyType({currency: Leg.of(Decimal(amount))})
    return Activity(Kind.DEPOSIT, How.PATTERN, 0, currency, legs)


def test_a_day_begins_at_midnight_in_utc() -> None:
    """The first moment belongs to it, the last one does too."""
    assert beginning(5 * DAY) == beginning(6 * DAY - 1) == 5 * DAY
    assert beginning(5 * DAY - 1) == 4 * DAY


def test_what_was_counted_when_a_day_is_first_seen_came_in_after_it_began() -> None:
    """It was in the amounts, and a flow as well."""
    counted = (deposit("KRW", "500"), deposit("BTC", "1"))
    amounts = {"KRW": Decimal(1500), "BTC": Decimal(3)}
    pending = PendingDay.first_seen(DAY, amounts, counted)
    assert pending.amounts == {"KRW": Decimal(1000), "BTC": Decimal(2)}
    day = pending.opened(QUOTES)
    assert day
    assert (day.time, day.value, day.flows) == (DAY, Decimal(1200), Decimal(620))
    assert day.profit(Decimal(1500 + 3 * 120)) == Decimal(40)


def test_a_day_takes_what_is_told_until_it_opens() -> None:
    """As a flow, whatever it was that came first."""
    pending = PendingDay.first_seen(DAY, {"KRW": Decimal(1000)})
    day = (
        pending.told((deposit("BTC", "1"),)).told((deposit("KRW", "1"),)).opened(QUOTES)
    )
    assert day
    assert (day.value, day.flows) == (Decimal(1000), Decimal(121))


def test_a_day_waits_for_the_closing_price_of_what_was_held() -> None:
    """A coin of which nothing is held needs none."""
    unknown = Quotes("KRW", frozenset({"KRW-BTC"}))
    none = {"KRW": Decimal(1000), "BTC": Decimal(0)}
    some = {"KRW": Decimal(1000), "BTC": Decimal(1)}
    assert PendingDay.first_seen(DAY, none).opened(unknown)
    assert PendingDay.first_seen(DAY, some).opened(unknown) is None
