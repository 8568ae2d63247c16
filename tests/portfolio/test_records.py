"""What is stored comes back as it was, and a wrong shape is refused whole."""

from decimal import Decimal
import json
from types import MappingProxyType
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.upbit.portfolio.activity import Activity, How, Kind, Leg
from custom_components.upbit.portfolio.alerts import Edge, Firing
from custom_components.upbit.portfolio.history import History
from custom_components.upbit.portfolio.ledger import Ledger
from custom_components.upbit.portfolio.orders import Order
from custom_components.upbit.portfolio.performance import Opening
from custom_components.upbit.portfolio.records import (
    WrongShape,
    history_of,
    history_record,
    ledger_of,
    ledger_record,
)

AMOUNTS = st.decimals(-(10**20), 10**20, places=18)
CODES = st.sampled_from(["KRW", "BTC", "ETH", "XRP"])
LEGS = st.dictionaries(CODES, st.builds(Leg.of, AMOUNTS, AMOUNTS), max_size=3).map(
    MappingProxyType
)
ACTIVITIES = st.builds(
    Activity,
    id=st.integers(1, 10**9),
    kind=st.sampled_from(Kind),
    how=st.sampled_from(How),
    time=st.integers(0, 10**14),
    currency=CODES,
    legs=LEGS,
    counter_currency=st.none() | CODES,
    price=st.none() | AMOUNTS,
    fee=st.none() | AMOUNTS,
    order=st.none() | st.text(max_size=5),
    reason=st.none() | st.just("locked"),
    while_away=st.booleans(),
    realised=st.none() | AMOUNTS,
    worth=st.none() | AMOUNTS,
)
BY_CURRENCY = st.dictionaries(CODES, AMOUNTS, max_size=3).map(MappingProxyType)
OPENINGS = st.builds(
    Opening,
    time=st.integers(0, 10**14),
    amounts=BY_CURRENCY,
    value=AMOUNTS,
    priced=st.frozensets(CODES),
    flows=AMOUNTS,
    units=BY_CURRENCY,
    unvalued=BY_CURRENCY,
)
ORDERS = st.builds(
    Order,
    id=st.text(max_size=5),
    base=CODES,
    quote=CODES,
    buys=st.booleans(),
    price=st.none() | AMOUNTS,
    locked=AMOUNTS,
    time=st.integers(0, 10**14),
    is_open=st.just(True),
)
LEDGERS = st.builds(
    Ledger,
    owner=st.text(max_size=5),
    told=LEGS,
    next_id=st.integers(1, 10**9),
    outbox=st.lists(ACTIVITIES, max_size=2).map(tuple),
    firings=st.lists(
        st.builds(Firing, st.text(max_size=5), st.none() | AMOUNTS, AMOUNTS), max_size=2
    ).map(tuple),
    unwritten=st.lists(ACTIVITIES, max_size=2).map(tuple),
    trades=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    orders=st.lists(ORDERS, max_size=3).map(
        lambda orders: MappingProxyType({one.id: one for one in orders})
    ),
    edges=st.dictionaries(
        st.text(max_size=5),
        st.builds(
            Edge,
            holds=st.booleans(),
            reference=st.none() | AMOUNTS,
            gained=st.none() | AMOUNTS,
        ),
        max_size=2,
    ).map(MappingProxyType),
    baseline=st.none() | OPENINGS,
    day=st.none() | OPENINGS,
    prices=BY_CURRENCY,
)


@given(LEDGERS)
def test_a_ledger_comes_back_as_it_was(ledger: Ledger) -> None:
    """Through JSON, every digit of it."""
    assert ledger_of(json.loads(json.dumps(ledger_record(ledger)))) == ledger


def test_a_ledger_that_has_only_the_ids_of_orders_is_read() -> None:
    """As it was stored before orders were; it comes back with the same ids."""
    record = ledger_record(Ledger()) | {"orders": ["one", "other"]}
    ledger = ledger_of(record)
    assert ledger.orders == {"one": None, "other": None}
    assert ledger_of(json.loads(json.dumps(ledger_record(ledger)))) == ledger


@given(st.lists(ACTIVITIES, max_size=5, unique_by=lambda one: one.id))
def test_a_history_comes_back_as_it_was(activities: list[Activity]) -> None:
    """In the order of its ids."""
    history = History(most=100).with_all(activities)
    record = json.loads(json.dumps(history_record(history)))
    assert history_of(record, 100) == history


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("told", []),
        ("told", {"BTC": ["1"]}),
        ("told", {"BTC": [1, 0]}),
        ("told", {"BTC": ["1", "NaN"]}),
        ("told", {"BTC": ["1", "one"]}),
        ("next_id", "1"),
        ("next_id", True),
        ("outbox", [{}]),
        ("outbox", [{"id": 1}]),
        ("trades", [1]),
        ("orders", [1]),
        ("orders", {"one": {}}),
        ("edges", {"a": {"holds": 1, "reference": None, "gained": None}}),
        ("baseline", {}),
        ("owner", None),
    ],
)
def test_a_wrong_shape_is_refused(name: str, value: Any) -> None:
    """Not half of it is read."""
    record = ledger_record(Ledger(told=MappingProxyType({"BTC": Leg.of(Decimal(1))})))
    with pytest.raises(WrongShape):
        ledger_of({**record, name: value})
    del record[name]
    with pytest.raises(WrongShape):
        ledger_of(record)
