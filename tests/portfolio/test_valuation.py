"""Worth, cost and profit add up; a missing price is never 0."""

from datetime import UTC
from decimal import Decimal
from types import MappingProxyType

from hypothesis import given, strategies as st

from custom_components.upbit.portfolio.activity import Activity, How, Kind, Leg
from custom_components.upbit.portfolio.amounts import minus, plus
from custom_components.upbit.portfolio.history import History, pattern, realised
from custom_components.upbit.portfolio.holdings import AverageBuyPrice, Holding
from custom_components.upbit.portfolio.performance import gain_of, opened
from custom_components.upbit.portfolio.quotes import Quotes
from custom_components.upbit.portfolio.summary import pnl_of, summary_of
from custom_components.upbit.portfolio.valuation import (
    AccountWorth,
    Worth,
    WorthSums,
    worth_of,
)

D = Decimal
AMOUNTS = st.integers(0, 10**16).map(lambda number: D(number).scaleb(-8))
PRICES = st.integers(1, 10**16).map(lambda number: D(number).scaleb(-8))
COINS = ("BTC", "ETH", "XRP")


def quotes_of(**prices: str | Decimal) -> Quotes:
    """Return quotes of won markets; `None` prices have not come."""
    codes = {f"KRW-{code}": D(price) for code, price in prices.items()}
    return Quotes(
        "KRW", frozenset(codes), MappingProxyType(codes), MappingProxyType(codes)
    )


def holding(
    balance: Decimal, locked: Decimal = D(0), average: Decimal = D(0)
) -> Holding:
    """Return a holding whose average belongs to its total."""
    held = Holding().moved(balance, locked)
    return Holding(
        held.balance,
        held.locked,
        held.total,
        AverageBuyPrice(average, False, "KRW", held.total),
    )


def account_worth(worths: dict[str, Worth], cash: str) -> AccountWorth:
    """Return the sums of all currencies' worths."""
    sums = WorthSums(cash)
    for currency, worth in worths.items():
        sums.take(currency, worth)
    return sums.account


@given(
    st.dictionaries(
        st.sampled_from(COINS), st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, PRICES), max_size=3
    ),
    AMOUNTS,
)
def test_worth_cost_and_profit_add_up(
    coins: dict[str, tuple[Decimal, Decimal, Decimal, Decimal]], cash: Decimal
) -> None:
    """To the last of fifty digits."""
    quotes = quotes_of(**{code: price for code, (_, _, _, price) in coins.items()})
    holdings = {
        code: holding(balance, locked, average)
        for code, (balance, locked, average, _) in coins.items()
    } | {"KRW": holding(cash)}
    worths = {code: worth_of(code, one, quotes) for code, one in holdings.items()}
    account = account_worth(worths, "KRW")
    assert account.complete
    assert account.coins_value is not None
    assert account.total_cost is not None
    assert account.total_value == plus(cash, account.coins_value)
    assert account.profit == minus(account.coins_value, account.total_cost)
    assert not account.unpriced
    assert not account.missing


def test_a_missing_price_makes_the_account_unknown_and_an_unpriced_coin_does_not() -> (
    None
):
    """One should exist, the other does not."""
    listed = Quotes("KRW", frozenset({"KRW-BTC"}))
    held = {"BTC": holding(D(1)), "KRW": holding(D(5))}
    worths = {code: worth_of(code, one, listed) for code, one in held.items()}
    assert account_worth(worths, "KRW").missing == ("BTC",)
    assert account_worth(worths, "KRW").total_value is None
    nothing = Quotes("KRW", frozenset())
    worths = {code: worth_of(code, one, nothing) for code, one in held.items()}
    assert account_worth(worths, "KRW").unpriced == ("BTC",)
    assert account_worth(worths, "KRW").total_value == 5


def test_a_coin_is_priced_by_its_own_market_else_through_bitcoin_else_through_tether() -> (
    None
):
    """Before the list is loaded nothing is unpriced."""
    prices = {"BTC-A": D("0.5"), "USDT-A": D(3), "KRW-BTC": D(100), "KRW-USDT": D(10)}
    whole = Quotes("KRW", frozenset(prices), MappingProxyType(prices))
    assert whole.price("A") == 50
    without = frozenset(prices) - {"BTC-A"}
    assert Quotes("KRW", without, MappingProxyType(prices)).price("A") == 30
    assert Quotes("KRW", frozenset({"BTC-A"}), MappingProxyType(prices)).unpriced("A")
    assert not Quotes("KRW").unpriced("A")
    assert Quotes("KRW").needed(["A", "KRW"]) == {"KRW-A"}
    assert whole.needed(["A", "BTC"]) == {"BTC-A", "KRW-BTC"}


def flow(currency: str, amount: str, kind: Kind = Kind.DEPOSIT) -> Activity:
    """Return something that came in, or went out."""
    legs = MappingProxyType({currency: Leg.of(D(amount))})
    return Activity(kind, How.PATTERN, 1, currency, legs)


def test_a_flow_that_waits_for_its_price_makes_the_profit_unknown() -> None:
    """It is valued when the price comes."""
    quotes = quotes_of(BTC="100")
    start = opened(0, {"BTC": D(1)}, quotes)
    assert start
    partly = Quotes("KRW", frozenset({"KRW-BTC", "KRW-ETH"}), quotes.prices)
    waiting = start.after(flow("ETH", "2"), partly)
    assert waiting.profit(D(150)) is None
    full = quotes_of(BTC="110", ETH="20")
    valued = waiting.priced_anew({"BTC": D(1), "ETH": D(2)}, full, partly)
    assert valued.profit(D(150)) == 10
    assert gain_of(valued.traded({"BTC": D(1), "ETH": D(2)}), full) == 0


def test_a_coin_that_gains_or_loses_its_price_is_a_flow_at_that_price() -> None:
    """Neither a gain nor a loss."""
    quotes = quotes_of(BTC="100", ETH="20")
    amounts = {"BTC": D(1), "ETH": D(2)}
    start = opened(0, amounts, quotes)
    assert start
    without = quotes_of(BTC="100")
    lost = start.priced_anew(amounts, without, quotes)
    assert lost.profit(D(100)) == 0
    back = lost.priced_anew(amounts, quotes_of(BTC="100", ETH="50"), without)
    assert back.profit(D(200)) == 0


def test_a_locked_amount_is_no_flow() -> None:
    """Its total stands still."""
    quotes = quotes_of(BTC="100")
    start = opened(0, {"BTC": D(1)}, quotes)
    assert start
    lock = Activity(
        Kind.OTHER,
        How.PATTERN,
        1,
        "BTC",
        MappingProxyType({"BTC": Leg(D(0), D(-1), D(1))}),
    )
    assert start.after(lock, quotes) == start


def test_the_table_of_profits() -> None:
    """Initial and current amounts at the prices of now."""
    quotes = quotes_of(BTC="100")
    table = pnl_of({"BTC": D(2), "KRW": D(50)}, {"BTC": D(3), "KRW": D(50)}, quotes)
    assert table.total_initial_value == 250
    assert table.total_current_value == 350
    assert table.total_pnl == 100
    assert table.total_pnl_ratio == 40
    assert table.currency_pnl["BTC"].pnl_ratio == 50
    new = pnl_of({}, {"BTC": D(1)}, quotes).currency_pnl["BTC"]
    assert new.pnl == 100
    assert new.pnl_ratio == 0
    unknown = Quotes("KRW", frozenset({"KRW-BTC"}))
    assert pnl_of({"BTC": D(2)}, {"BTC": D(2)}, unknown).total_pnl is None


def test_the_summary() -> None:
    """Held currencies only, and what part of the won is locked."""
    summary = summary_of(
        {"KRW": holding(D(75), D(25)), "BTC": holding(D(1)), "ETH": holding(D(0))},
        "KRW",
    )
    assert summary.total_currencies == 2
    assert summary.krw_balance == 100
    assert summary.crypto_holdings == {"BTC": 1}
    assert summary.locked_ratio == 25
    assert summary_of({}, "KRW").locked_ratio == 0


ACTIVITIES = st.lists(
    st.builds(
        Activity,
        kind=st.sampled_from(Kind),
        how=st.just(How.ORDER),
        time=st.integers(0, 10**13),
        currency=st.sampled_from(COINS),
        fee=st.none() | AMOUNTS,
        realised=st.none() | AMOUNTS,
        id=st.integers(1, 50),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@given(ACTIVITIES, st.randoms(use_true_random=False), st.integers(1, 60))
def test_replaying_a_history_gives_the_same_summary(activities, random, most) -> None:  # type: ignore[no-untyped-def]  # strategies
    """In any order, twice over, in parts."""
    history = History(most=most).with_all(activities)
    shuffled = [*activities, *activities]
    random.shuffle(shuffled)
    again = History(most=60)
    for one in shuffled:
        again = again.with_all([one])
    again = History(most=most).with_all(again.activities)
    assert again == history
    assert pattern(again.activities) == pattern(history.activities)
    profit = realised(history.activities, UTC)
    assert plus(*profit.days.values()) == profit.total == plus(*profit.years.values())
