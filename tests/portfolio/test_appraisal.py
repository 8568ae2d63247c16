"""What an activity was worth."""

from decimal import Decimal
from types import MappingProxyType

from custom_components.upbit.portfolio.activity import Activity, How, Kind, Leg
from custom_components.upbit.portfolio.appraisal import appraised
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


def held(price: str, unit: str) -> Holding:
    """Return what is left, with its average."""
    return Holding(
        Decimal(1),
        Decimal(0),
        Decimal(1),
        AverageBuyPrice(Decimal(price), False, unit, Decimal(1)),
    )


def test_a_sale_realises_what_it_brought_less_what_was_paid() -> None:
    """In the cash currency, whatever was paid with."""
    assert appraised(sale(), held("30", "KRW"), QUOTES).realised == 110 - 60
    assert appraised(sale(), held("0.4", "BTC"), QUOTES).realised == 110 - 80


def test_what_is_not_known_stays_unknown() -> None:
    """A pattern, no average, no price."""
    assert appraised(sale(How.PATTERN), held("30", "KRW"), QUOTES).realised is None
    assert appraised(sale(), Holding(), QUOTES).realised is None
    assert appraised(sale(), held("30", "USDT"), QUOTES).realised is None
    assert appraised(sale(quote="USDT"), held("30", "KRW"), QUOTES).realised is None


def test_a_flow_has_the_worth_of_now() -> None:
    """Nothing for what has no price."""
    legs = MappingProxyType({"BTC": Leg.of(Decimal(-2)), "XYZ": Leg.of(Decimal(1))})
    out = Activity(Kind.WITHDRAWAL, How.PATTERN, 1, "BTC", legs)
    assert appraised(out, Holding(), QUOTES).worth == -200
    strange = Activity(Kind.DEPOSIT, How.PATTERN, 1, "XYZ", legs)
    assert appraised(strange, Holding(), QUOTES).worth is None
