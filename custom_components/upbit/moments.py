"""Moments as the exchange writes them: in ms of the epoch."""

from datetime import datetime

from homeassistant.util import dt as dt_util


def ms(moment: datetime | None = None) -> int:
    """Return a moment, or now."""
    return int((moment or dt_util.utcnow()).timestamp() * 1000)
