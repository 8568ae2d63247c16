"""The line to the exchange: a port that can be closed, connections that vanish."""

import asyncio
import socket
import ssl
from typing import Any, override

from aiohttp import web

from .faults import Faults


class Line:
    """Listens on loopback, and brings the port in line with the faults."""

    def __init__(
        self, port: int, faults: Faults, server: web.Server, tls: ssl.SSLContext | None
    ) -> None:
        """Take a port, 0 for any free one, and what serves its connections."""
        self.port = port
        self._faults = faults
        self._serve = server
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._listening: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        self._unanswered: set[asyncio.Transport] = set()

    async def open(self) -> None:
        """Open the port."""
        if self._tls:
            self._loop.set_exception_handler(_overlook_handshakes)
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._listening = await self._loop.create_server(
            self._accept, sock=listening, ssl=self._tls
        )

    def close(self) -> None:
        """Close the port, and end every connection."""
        if self._listening:
            self._listening.close()
            self._listening = None
        for transport in (*self._served, *self._unanswered):
            transport.abort()

    def follow(self) -> None:
        """Do what the faults say: close or open the port, let open connections vanish."""
        if self._faults.refuse_connections:
            self.close()
        elif self._listening is None and self._opening is None:
            self._opening = self._loop.create_task(self._reopen())
        if self._faults.vanish:
            for transport in self._served:
                transport.pause_reading()

    @property
    def _served(self) -> list[asyncio.Transport]:
        return [
            one.transport
            for one in self._serve.connections
            if isinstance(one.transport, asyncio.Transport)
        ]

    async def _reopen(self) -> None:
        try:
            await self.open()
        finally:
            self._opening = None

    def _accept(self) -> asyncio.Protocol:
        return _Silence(self._unanswered) if self._faults.vanish else self._serve()


def _overlook_handshakes(
    loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """Report what goes wrong, but for a client that did not like our certificate."""
    if not isinstance(context.get("exception"), ssl.SSLError | ConnectionError):
        loop.default_exception_handler(context)


class _Silence(asyncio.Protocol):
    """A connection on which nothing is ever said."""

    def __init__(self, held: set[asyncio.Transport]) -> None:
        self._held = held

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._held.add(transport)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._held.discard(self._transport)
