"""Codes of currencies and markets, as they may come."""

import re
from typing import Final

CURRENCY: Final = re.compile(r"[A-Za-z0-9$._-]{1,20}")
"""Currency codes: upper-case letters and digits today; what else may come must fit an identifier."""

MARKET: Final = re.compile(r"[A-Z0-9]{1,20}-[A-Za-z0-9$._-]{1,20}")
"""Codes of markets: the quote currency, then the base currency."""
