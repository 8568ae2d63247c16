"""Names and intervals that several modules share."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "upbit"

CONF_ACCESS_KEY: Final = "access_key"
CONF_API_HOST: Final = "api_host"
CONF_SECRET_KEY: Final = "secret_key"
SECTION_ADVANCED: Final = "advanced"

CONF_DAY_START: Final = "day_start"
CONF_HISTORY_SIZE: Final = "history_size"
CONF_PRICE_INTERVAL: Final = "price_interval"
CONF_SMALLEST_WORTH: Final = "smallest_worth"

DAY_STARTS_WITH_EXCHANGE: Final = "exchange"
DAY_STARTS_AT_MIDNIGHT: Final = "midnight"

DEFAULT_HISTORY_SIZE: Final = 1_000
DEFAULT_PRICE_INTERVAL: Final = 60

RECONCILE_EVERY: Final = timedelta(minutes=15)

SUBENTRY_ALERT: Final = "alert"
