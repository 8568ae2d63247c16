"""An activity in words of Home Assistant: in the attributes of its event, and in a row of the history."""

from decimal import Decimal

from homeassistant.util import dt as dt_util

from .portfolio.activity import Activity
from .portfolio.amounts import trimmed


def told_of(activity: Activity) -> dict[str, str | int | bool | None]:
    """Return an activity as events and actions tell it, but for its kind; amounts are exact strings."""
    locked = activity.legs.get(activity.currency)
    if activity.counter_currency and (not locked or not locked.locked):
        # What a buy order locks is what it pays with.
        locked = activity.legs.get(activity.counter_currency, locked)
    return {
        "id": activity.id,
        "currency": activity.currency,
        "amount": trimmed(activity.amount),
        "counter_currency": activity.counter_currency,
        "counter_amount": _text(activity.counter_amount),
        "price": _text(activity.price),
        "fee": _text(activity.fee),
        "order": activity.order,
        "locked": trimmed(locked.locked) if locked else "0",
        "how": activity.how.value,
        "reason": activity.reason,
        "while_away": activity.while_away,
        "realised": _text(activity.realised),
        "worth": _text(activity.worth),
        "time": dt_util.utc_from_timestamp(activity.time / 1000).isoformat(
            timespec="milliseconds"
        ),
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else trimmed(amount)
