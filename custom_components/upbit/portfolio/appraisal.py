"""What an activity was worth: flows at the prices of now, the realised profit of a sale."""

from dataclasses import replace

from .activity import FLOWS, Activity, How, Kind
from .amounts import ZERO, minus, times
from .holdings import Holding
from .quotes import Quotes


def appraised(activity: Activity, holding: Holding, quotes: Quotes) -> Activity:
    """Return an activity with its worth, or its profit; `holding` is of its currency.

    A sale whose fill was seen realises funds - fee - volume x the average before it, which a sale
    does not move. What has no price is unknown.
    """
    if activity.kind in FLOWS:
        worth = quotes.worth(activity.currency, activity.amount)
        return replace(activity, worth=worth)
    if activity.kind is not Kind.SELL or activity.how is not How.ORDER:
        return activity
    average, quote, price = holding.average, activity.counter_currency, activity.price
    if average is None or quote is None or price is None:
        return activity
    volume = activity.amount.copy_abs()
    got = quotes.worth(quote, minus(times(price, volume), activity.fee or ZERO))
    cost = quotes.worth(average.unit_currency, times(volume, average.price))
    if got is None or cost is None:
        return activity
    return replace(activity, realised=minus(got, cost))
