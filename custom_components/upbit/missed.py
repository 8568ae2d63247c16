"""Changes that a stream did not bring although it stood: counted, said once, and a reason to renew it."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
import logging
from typing import Final

_LOGGER = logging.getLogger(__name__)

RENEW_APART: Final = 900.0
"""Seconds between two renewals."""


class MissedChanges:
    """Counts them, and renews the stream."""

    def __init__(
        self, loop: AbstractEventLoop, name: str, renew: Callable[[], None]
    ) -> None:
        """Begin with none; `name` is the account's."""
        self.total = 0
        self._loop = loop
        self._name = name
        self._renew = renew
        self._renewed = float("-inf")

    def count(self, number: int) -> None:
        """Take note of some, which a snapshot has brought."""
        if not self.total:
            _LOGGER.warning(
                "The stream of %s stood but did not bring a change that a snapshot shows;"
                " it is renewed, and further ones are only counted",
                self._name,
            )
        self.total += number
        now = self._loop.time()
        if now - self._renewed >= RENEW_APART:
            self._renewed = now
            self._renew()
