"""Every request that came in, and how it was answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final

from aiohttp import web

from .answers import Answer
from .rest import Handler

ANSWERED: Final = web.RequestKey("answered", Answer)
"""What answered a request in place of the exchange."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in: when (s of the event loop), for what, how signed, and how it was answered."""

    time: float
    path: str
    status: int
    method: str = "GET"
    authorization: str | None = None
    told_to_wait: float = 0
    """Seconds; 120 for a ban that does not say how long it is."""
    is_whole: bool = True
    """Whether it was answered by the exchange itself, rightly and whole."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """All of them, whatever the case of their names."""


class RequestLog:
    """Notes requests. As a middleware it gives each answer the exchange's time."""

    def __init__(self, now: Callable[[], float], clock: Callable[[], float]) -> None:
        """Take the event loop's time (s), and the exchange's (ms of the epoch)."""
        self.requests: list[Request] = []
        self._now = now
        self._clock = clock

    @web.middleware
    async def answered(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Note a request once it is answered; a handshake that succeeds is noted by whoever serves it."""
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            self.note(request, refused.status)
            raise
        if response.status != 101:
            response.headers["Date"] = formatdate(self._clock() / 1000, usegmt=True)
            self.note(request, response.status)
        return response

    def note(self, request: web.Request, status: int) -> None:
        """Note a request and the status that answers it."""
        answer = request.get(ANSWERED)
        self.requests.append(
            Request(
                self._now(),
                request.path,
                status,
                request.method,
                request.headers.get("Authorization"),
                answer.seconds if answer else 0,
                is_whole=answer is None,
                headers=request.headers,
            )
        )
