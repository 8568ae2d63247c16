"""What an activity was worth."""

from decimal import Decimal
from types import MappingProxyType

from custom_components.upbit.portfolio.activity import Activity, How, Kind, Leg
from custom_components.upbit.portfolio.appraisal import Averages, appraised
from custom_components.upbit.portfolio.holdings import AverageBuyPrice, Holding
from custom_components.upbit.portfolio.quotes import Quotes

QUOTES = Quotes(
    "KRW",
    frozenset({"KRW-BTC", "BTC-ETH"}),
    MappingProxyType({"KRW-BTC": Decimal(100), "BTC-ETH": Decimal("0.5")}),
)


def sale(how: How = How.ORDER, quote: str = "BTC") -> Activity:
    """Return a sale of 2 ETH at 0.6 with a fee of 0.1, in bitcoin."""
    legs = MappingProxyType({"ETH": Leg.of(Decimal(-2)), quote: Leg.of(Decimal("1.1"))})
    return Activity(
        Kind.SELL,
        how,
        1,
        "ETH",
        legs,
        counter_currency=quote,
        price=Decimal("0.6"),
        fee=Decimal("0.1"),
    )


def average(price: str, unit: str = "KRW", total: str = "1") -> AverageBuyPrice:
    """Return an average buy price, and the amount that it is of."""
    return AverageBuyPrice(Decimal(price), False, unit, Decimal(total))


def test_a_sale_realises_what_it_brought_less_what_was_paid() -> None:
    """In the cash currency, whatever was paid with."""
    assert appraised(sale(), average("30"), QUOTES).realised == 110 - 60
    assert appraised(sale(), average("0.4", "BTC"), QUOTES).realised == 110 - 80


def test_what_is_not_known_stays_unknown() -> None:
    """A pattern, no average, no price."""
    assert appraised(sale(How.PATTERN), average("30"), QUOTES).realised is None
    assert appraised(sale(), None, QUOTES).realised is None
    assert appraised(sale(), average("30", "USDT"), QUOTES).realised is None
    assert appraised(sale(quote="USDT"), average("30"), QUOTES).realised is None


def test_a_flow_has_the_worth_of_now() -> None:
    """Nothing for what has no price."""
    legs = MappingProxyType({"BTC": Leg.of(Decimal(-2)), "XYZ": Leg.of(Decimal(1))})
    out = Activity(Kind.WITHDRAWAL, How.PATTERN, 1, "BTC", legs)
    assert appraised(out, None, QUOTES).worth == -200
    strange = Activity(Kind.DEPOSIT, How.PATTERN, 1, "XYZ", legs)
    assert appraised(strange, None, QUOTES).worth is None


def moved(kind: Kind, total: str) -> Activity:
    """Return an activity that moves ETH, and won the other way."""
    legs = {"ETH": Leg.of(Decimal(total)), "KRW": Leg.of(Decimal(total) * -100)}
    return Activity(kind, How.ORDER, 1, "ETH", MappingProxyType(legs))


def test_an_average_counts_for_sales_until_anything_else_moves_the_coin() -> None:
    """One after the other, or together; it is that of the amount that was held in its snapshot."""
    averages = Averages()
    ten = average("30", total="10")
    shown = {"ETH": Holding(average=ten)}

    def known(told: str, *activities: Activity) -> AverageBuyPrice | None:
        return averages.before(activities, {"ETH": Leg.of(Decimal(told))}, shown).get(
            "ETH"
        )

    two_sold = moved(Kind.SELL, "-2")
    assert known("10", two_sold) == ten
    assert known("8", two_sold, two_sold) == ten
    assert known("4", moved(Kind.BUY, "6")) is None
    assert known("10", two_sold) is None
    shown["ETH"] = Holding(average=average("40", total="8"))
    assert known("8", two_sold) == average("40", total="8")
    assert known("6", moved(Kind.BUY, "1"), two_sold) is None
    assert known("6", two_sold) == average("40", total="8")
