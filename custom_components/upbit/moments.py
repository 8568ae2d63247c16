"""Moments as the exchange writes them: in ms of the epoch."""

from datetime import UTC, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

MILLISECOND: Final = timedelta(milliseconds=1)


def ms(moment: datetime | None = None) -> int:
    """Return a moment, or now; one without a zone is local time.

    Exact, of any year: a conversion to UTC first would leave the calendar at its ends.
    """
    moment = moment or dt_util.utcnow()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt_util.get_default_time_zone())
    return (moment - EPOCH) // MILLISECOND
