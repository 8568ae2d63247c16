"""Ledger and history as JSON and back: amounts are strings, and a wrong shape is refused whole."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from .activity import Activity, How, Kind, Leg, Legs
from .alerts import Edge, Firing
from .amounts import subtract, text
from .history import History
from .ledger import Ledger
from .orders import Order
from .performance import Opening

type Json = dict[str, Any]


class WrongShape(ValueError):
    """What was stored is not what this reads."""


def ledger_record(ledger: Ledger) -> Json:
    """Return a ledger as JSON."""
    return {
        "owner": ledger.owner,
        "told": _legs_record(ledger.told),
        "next_id": ledger.next_id,
        "outbox": [_activity_record(one) for one in ledger.outbox],
        "firings": [
            {
                "rule": firing.rule,
                "before": _text(firing.before),
                "now": text(firing.now),
            }
            for firing in ledger.firings
        ],
        "unwritten": [_activity_record(one) for one in ledger.unwritten],
        "trades": list(ledger.trades),
        "orders": {
            id_: order and _order_record(order) for id_, order in ledger.orders.items()
        },
        "edges": {
            rule: {
                "holds": edge.holds,
                "reference": _text(edge.reference),
                "gained": _text(edge.gained),
            }
            for rule, edge in ledger.edges.items()
        },
        "baseline": _opening_record(ledger.baseline),
        "day": _opening_record(ledger.day),
        "prices": _amounts_record(ledger.prices),
    }


def ledger_of(record: object) -> Ledger:
    """Return the ledger of a record; raises `WrongShape`."""
    return _read(_ledger, record)


def history_record(history: History) -> Json:
    """Return a history as JSON."""
    return {"activities": [_activity_record(one) for one in history.activities]}


def history_of(record: object, most: int) -> History:
    """Return the history of a record; raises `WrongShape`."""

    def read(value: Any) -> History:
        return History(most=most).with_all(
            _activity(one) for one in value["activities"]
        )

    return _read(read, record)


def _read[T](read: Callable[[Any], T], record: object) -> T:
    try:
        return read(record)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise WrongShape(type(error).__name__) from error


def _ledger(value: Any) -> Ledger:
    return Ledger(
        owner=_string(value["owner"]),
        told=_legs(value["told"]),
        next_id=_whole(value["next_id"]),
        outbox=tuple(_activity(one) for one in value["outbox"]),
        firings=tuple(
            Firing(
                _string(firing["rule"]),
                _maybe(firing["before"]),
                _amount(firing["now"]),
            )
            for firing in value["firings"]
        ),
        unwritten=tuple(_activity(one) for one in value["unwritten"]),
        trades=tuple(_string(one) for one in value["trades"]),
        orders=_orders(value["orders"]),
        edges=MappingProxyType(
            {
                _string(rule): Edge(
                    holds=_flag(edge["holds"]),
                    reference=_maybe(edge["reference"]),
                    gained=_maybe(edge["gained"]),
                )
                for rule, edge in value["edges"].items()
            }
        ),
        baseline=_opening(value["baseline"]),
        day=_opening(value["day"]),
        prices=_amounts(value["prices"]),
    )


def _order_record(order: Order) -> Json:
    return {
        "base": order.base,
        "quote": order.quote,
        "buys": order.buys,
        "price": _text(order.price),
        "locked": text(order.locked),
        "time": order.time,
    }


def _orders(value: Any) -> Mapping[str, Order | None]:
    if isinstance(value, list):
        # As older versions stored them.
        value = dict.fromkeys(value)
    return MappingProxyType(
        {
            _string(id_): None if order is None else _order(id_, order)
            for id_, order in value.items()
        }
    )


def _order(id_: str, value: Any) -> Order:
    return Order(
        id=id_,
        base=_string(value["base"]),
        quote=_string(value["quote"]),
        buys=_flag(value["buys"]),
        price=_maybe(value["price"]),
        locked=_amount(value["locked"]),
        time=_whole(value["time"]),
        is_open=True,
    )


def _legs_record(legs: Legs) -> Json:
    return {
        currency: [text(leg.total), text(leg.locked)] for currency, leg in legs.items()
    }


def _legs(value: Mapping[str, Any]) -> Legs:
    legs = {}
    for currency, (total, locked) in value.items():
        whole, part = _amount(total), _amount(locked)
        legs[_string(currency)] = Leg(whole, subtract(whole, part), part)
    return MappingProxyType(legs)


def _activity_record(activity: Activity) -> Json:
    return {
        "id": activity.id,
        "kind": activity.kind,
        "how": activity.how,
        "time": activity.time,
        "currency": activity.currency,
        "legs": _legs_record(activity.legs),
        "counter_currency": activity.counter_currency,
        "price": _text(activity.price),
        "fee": _text(activity.fee),
        "order": activity.order,
        "reason": activity.reason,
        "while_away": activity.while_away,
        "realised": _text(activity.realised),
        "worth": _text(activity.worth),
    }


def _activity(value: Any) -> Activity:
    return Activity(
        id=_whole(value["id"]),
        kind=Kind(value["kind"]),
        how=How(value["how"]),
        time=_whole(value["time"]),
        currency=_string(value["currency"]),
        legs=_legs(value["legs"]),
        counter_currency=_maybe_string(value["counter_currency"]),
        price=_maybe(value["price"]),
        fee=_maybe(value["fee"]),
        order=_maybe_string(value["order"]),
        reason=_maybe_string(value["reason"]),
        while_away=_flag(value["while_away"]),
        realised=_maybe(value["realised"]),
        worth=_maybe(value["worth"]),
    )


def _opening_record(opening: Opening | None) -> Json | None:
    if opening is None:
        return None
    return {
        "time": opening.time,
        "amounts": _amounts_record(opening.amounts),
        "value": text(opening.value),
        "priced": sorted(opening.priced),
        "flows": text(opening.flows),
        "units": _amounts_record(opening.units),
        "unvalued": _amounts_record(opening.unvalued),
    }


def _opening(value: Any) -> Opening | None:
    if value is None:
        return None
    return Opening(
        time=_whole(value["time"]),
        amounts=_amounts(value["amounts"]),
        value=_amount(value["value"]),
        priced=frozenset(_string(one) for one in value["priced"]),
        flows=_amount(value["flows"]),
        units=_amounts(value["units"]),
        unvalued=_amounts(value["unvalued"]),
    )


def _amounts_record(amounts: Mapping[str, Decimal]) -> Json:
    return {currency: text(amount) for currency, amount in amounts.items()}


def _amounts(value: Mapping[str, Any]) -> Mapping[str, Decimal]:
    return MappingProxyType(
        {_string(currency): _amount(amount) for currency, amount in value.items()}
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else text(amount)


def _maybe(value: object) -> Decimal | None:
    return None if value is None else _amount(value)


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(_string(value))
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if not amount.is_finite():
        raise ValueError("not an amount")
    return amount


def _maybe_string(value: object) -> str | None:
    return None if value is None else _string(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value
