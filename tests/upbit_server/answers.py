"""Answers that go wrong: refusals as the exchange or something in front of it gives them, and bodies that fail."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum, auto
import json
from types import MappingProxyType
from typing import Final

from aiohttp import web

SLOWLY: Final = 1.0
"""Seconds between two bytes of a slow body."""

CHUNK: Final = b" " * 65_536


class Body(Enum):
    """How the body of an answer comes."""

    WHOLE = auto()
    TRUNCATED = auto()
    """Half of it, and the connection ends."""
    SLOW = auto()
    """Byte by byte."""
    ENDLESS = auto()
    """For ever, as fast as it is read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not the right one; with no status it is the right one, whose body fails."""

    status: int | None = None
    text: str = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: Body = Body.WHOLE
    seconds: float = 0
    """How long whoever gets it has to stay away; 120 for a ban that does not say it."""
    dated: bool = False
    """Whether a header says until when, as a date."""


def _error(status: int, name: str) -> Answer:
    text = json.dumps({"error": {"name": name, "message": name}})
    return Answer(status, text, "application/json")


ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType(
    {
        "401": _error(401, "jwt_verification"),
        "401 expired": _error(401, "expired_access_key"),
        "401 nonce": _error(401, "nonce_used"),
        "403": Answer(403, "<html><h1>403 Forbidden</h1></html>", "text/html"),
        "403 scope": _error(403, "out_of_scope"),
        "418": Answer(418, "I'm a teapot", seconds=120),
        "418 for 200 s": Answer(
            418, "Your requests are blocked for 200 seconds.", seconds=200
        ),
        "418 with a header": Answer(418, headers={"Retry-After": "200"}, seconds=200),
        "418 until a date": Answer(418, seconds=200, dated=True),
        "418 truncated": Answer(418, "I'm a teapot", body=Body.TRUNCATED, seconds=120),
        "418 slow": Answer(418, "I'm a teapot", body=Body.SLOW, seconds=120),
        "418 endless": Answer(418, "I'm a teapot", body=Body.ENDLESS, seconds=120),
        "418 for ages": Answer(418, headers={"Retry-After": "9" * 400}, seconds=86_400),
        "429": Answer(429, "Too many API requests."),
        "429 with a header": Answer(429, headers={"Retry-After": "45"}, seconds=45),
        "500": Answer(500, "<html>Internal Server Error</html>", "text/html"),
        "503": Answer(
            503, "<html><body>서버 점검 중입니다.</body></html>", "text/html"
        ),
        "truncated": Answer(body=Body.TRUNCATED),
        "slow": Answer(body=Body.SLOW),
        "endless": Answer(body=Body.ENDLESS),
    }
)
"""By the name that the fault `answer` takes."""


def refusal(answer: Answer, now: int) -> web.Response:
    """Return an answer that has a status of its own; `now` is in ms of the epoch."""
    assert answer.status
    headers = dict(answer.headers)
    if answer.dated:
        headers["Retry-After"] = formatdate(now / 1000 + answer.seconds, usegmt=True)
    return web.Response(
        status=answer.status,
        text=answer.text,
        content_type=answer.content_type,
        headers=headers,
    )


async def failing(
    request: web.Request, right: web.StreamResponse, body: Body
) -> web.StreamResponse:
    """Send an answer whose body does not come as it should."""
    if body is Body.WHOLE:
        return right
    assert isinstance(right, web.Response) and isinstance(right.body, bytes)
    whole = right.body
    answer = web.StreamResponse(status=right.status)
    answer.content_type = right.content_type
    if body is not Body.ENDLESS:
        answer.content_length = len(whole)
    await answer.prepare(request)
    try:
        match body:
            case Body.TRUNCATED:
                await answer.write(whole[: len(whole) // 2])
                if request.transport:
                    request.transport.close()
            case Body.SLOW:
                for byte in whole:
                    await answer.write(bytes([byte]))
                    await asyncio.sleep(SLOWLY)
            case Body.ENDLESS:
                while True:
                    await answer.write(CHUNK)
                    await asyncio.sleep(0)
    except ConnectionError:
        # The client has had enough.
        pass
    return answer
