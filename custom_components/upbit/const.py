"""Names and intervals that several modules share."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "upbit"

CONF_ACCESS_KEY: Final = "access_key"
CONF_API_HOST: Final = "api_host"
CONF_SECRET_KEY: Final = "secret_key"
SECTION_ADVANCED: Final = "advanced"

RECONCILE_EVERY: Final = timedelta(minutes=15)
