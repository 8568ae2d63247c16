"""The year of an API key: when it ends, asked for once a day."""

import asyncio
from collections.abc import Callable
from datetime import datetime
import logging
from typing import Final, Never

from .exchange.errors import UpbitError
from .exchange.rest import UpbitRest

_LOGGER = logging.getLogger(__name__)

ASK_EVERY: Final = 86_400.0
RETRY: Final = 3_600.0
"""Seconds."""


class KeyExpiry:
    """Knows when the key expires, where the exchange tells."""

    def __init__(self, rest: UpbitRest, told: Callable[[datetime], None]) -> None:
        """Begin without knowing; `told` is called with each answer."""
        self.at: datetime | None = None
        self._rest = rest
        self._told = told

    async def run(self) -> Never:
        """Ask again and again, until cancelled."""
        while True:
            try:
                expires = await self._rest.key_expiry()
            except UpbitError as error:
                # Abroad there is no such request.
                _LOGGER.debug("No expiry of the key: %s", error)
                await asyncio.sleep(RETRY)
                continue
            if expires:
                self.at = expires
                self._told(expires)
            await asyncio.sleep(ASK_EVERY)
