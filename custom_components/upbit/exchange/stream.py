"""A stream that is kept: whatever ends a connection, the next one comes, and never in a hurry."""

import asyncio
from collections.abc import Callable, Sequence
import logging
import random
from typing import Final, Never

from yarl import URL

from .auth import Credentials
from .connection import Connection, Part, Refusals, StreamListener
from .errors import CannotConnect, KeyRefused, RateLimited, UpbitError
from .transport import Transport

_LOGGER = logging.getLogger(__name__)

SHORTEST_BACKOFF: Final = 1.0
LONGEST_BACKOFF: Final = 120.0
"""Seconds: the bounds of the exponential backoff, of which a random part is waited (full jitter)."""

STEADY_AFTER: Final = 60.0
"""Seconds that a connection must have stood to make the next backoff start anew."""

CONNECTS_APART: Final = 1.0
"""Seconds between two connects, whatever the way a connection ended."""


class Stream:
    """Keeps one connection to one stream, until it is cancelled."""

    def __init__(
        self,
        transport: Transport,
        url: URL,
        credentials: Credentials | None,
        parts: Sequence[Part],
        listener: StreamListener,
        *,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Keep what each connection needs; `credentials` are for the private stream."""
        self._transport = transport
        self._url = url
        self._credentials = credentials
        self._parts = tuple(parts)
        self._listener = listener
        self._jitter = jitter
        self._refusals = Refusals()
        self._connection: Connection | None = None
        self._renewal: asyncio.Timeout | None = None
        self._stands_since: float | None = None

    async def run(self) -> Never:
        """Connect, listen, and connect again. Only a cancellation ends it."""
        now = asyncio.get_running_loop().time
        failures = 0
        while True:
            began = now()
            self._stands_since = None
            error = await self._hold()
            stood = now() - self._stands_since if self._stands_since else 0.0
            failures = 0 if stood >= STEADY_AFTER else failures + 1
            try:
                self._listener.stream_lost(error)
            except Exception:
                _LOGGER.exception("A listener failed; the stream goes on")
            pause = self._backoff(error, failures)
            await asyncio.sleep(max(pause, began + CONNECTS_APART - now()))

    def renew(self) -> None:
        """Drop the connection and come again, since this one does not bring what it should."""
        if self._renewal and not self._renewal.expired():
            self._renewal.reschedule(asyncio.get_running_loop().time())

    def change(self, parts: Sequence[Part]) -> None:
        """Subscribe to something else, on this connection and on those to come."""
        self._parts = tuple(parts)
        if self._connection:
            self._connection.change(self._parts)

    async def _hold(self) -> UpbitError:
        """Hold one connection as long as it lasts; return what ended it."""
        try:
            async with asyncio.timeout(None) as self._renewal:
                socket = await self._transport.connect(
                    self._url,
                    {"Authorization": self._credentials.bearer()}
                    if self._credentials
                    else {},
                )
                try:
                    self._listener.stream_connected()
                    connection = Connection(socket, self._listener, self._refusals)
                    parts = self._parts
                    types = await connection.subscribe(parts)
                    self._connection = connection
                    if parts != self._parts:
                        connection.change(self._parts)
                    self._stands_since = asyncio.get_running_loop().time()
                    self._listener.stream_stands(types)
                    await connection.listen()
                finally:
                    self._connection = None
                    await socket.close()
        except TimeoutError:
            return CannotConnect("renewed")
        except UpbitError as error:
            return error
        except Exception:
            # A fault of a listener: what it did not take is in the snapshot after the reconnect.
            _LOGGER.exception("The stream is renewed after an unexpected error")
            return CannotConnect("unexpected error")
        finally:
            self._renewal = None

    def _backoff(self, error: UpbitError, failures: int) -> float:
        """Return the seconds to wait before the next connect."""
        longest = min(
            LONGEST_BACKOFF, SHORTEST_BACKOFF * 2 ** min(max(failures - 1, 0), 10)
        )
        if isinstance(error, KeyRefused):
            # Only its owner can help the key, and each try counts against the address.
            return self._jitter(LONGEST_BACKOFF / 2, LONGEST_BACKOFF)
        pause = self._jitter(0, longest)
        if isinstance(error, RateLimited):
            return max(pause, error.retry_after or LONGEST_BACKOFF)
        return pause
