"""What every request and every connection have in common: one origin, GET only, bounded, no redirect, patience."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import re
from typing import Final, Literal

from aiohttp import (
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
)
from yarl import URL

from .cooldown import LONGEST, Cooldown
from .endpoint import Endpoint
from .errors import Banned, CannotConnect, InvalidKey, RateLimited, error_of
from .numbers import load

type Socket = ClientWebSocketResponse[Literal[False]]
"""An open websocket whose texts are bytes."""

TIMEOUT: Final = ClientTimeout(total=10)
CONNECT_WITHIN: Final = 10.0

TURNED_AWAY: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT)

EXPLAINED_WITHIN: Final = 5.0
"""Seconds in which whoever turns away may say for how long."""

MOST_ANSWERED: Final = 8 * 1_048_576
"""Bytes of an answer; the list of markets, the longest that is asked for, has about 300 kB."""

MOST_RECEIVED: Final = 64 * 1_048_576
"""Bytes at which aiohttp gives the connection up; smaller frames that are too large are refused alone."""

_SECONDS: Final = re.compile(r"(\d{1,7}) ?(?:s\b|sec|초)")


class Transport:
    """The way to one origin. Keys go there only, and nowhere from there."""

    def __init__(
        self, session: ClientSession, endpoint: Endpoint, cooldown: Cooldown
    ) -> None:
        """Take a session that stays its owner's, and what is known of the origin's patience."""
        self.endpoint = endpoint
        self.behind = float("inf")
        """Seconds by which the origin's clock (of the epoch) is at least behind the event loop's."""

        self._session = session
        self._cooldown = cooldown

    async def get(self, url: URL, headers: Mapping[str, str]) -> object:
        """Return the JSON that answers a GET; raises an `UpbitError`."""
        self._cooldown.check()
        sent = asyncio.get_running_loop().time()
        try:
            async with self._session.get(
                url, headers=headers, allow_redirects=False, timeout=TIMEOUT
            ) as response:
                self._read_clock(response, sent)
                body = await _read(response)
        except (ClientError, TimeoutError, OSError) as error:
            # The text of a client error can hold headers.
            raise CannotConnect(type(error).__name__) from None
        try:
            return _value(response, body)
        except RateLimited as error:
            self._cooldown.turned_away(error)
            raise

    def _read_clock(self, response: ClientResponse, sent: float) -> None:
        """Compare clocks; the exchange's tells whole seconds, of which one may be nearly over."""
        if told := _moment(response.headers.get("Date", "")):
            self.behind = sent - (told.timestamp() + 1)

    async def connect(self, url: URL, headers: Mapping[str, str]) -> Socket:
        """Return an open websocket; raises an `UpbitError`."""
        self._cooldown.check()
        # Only the middlewares of a session can keep a websocket from following a redirect.
        session = ClientSession(
            connector=self._session.connector,
            connector_owner=False,
            headers=self._session.headers,
            middlewares=(_upgraded,),
        )
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                return await session.ws_connect(
                    url,
                    headers=headers,
                    # aiohttp's own heartbeat arms its timer once more when the close is answered.
                    autoping=False,
                    # A text that is none would end the connection, instead of being refused alone.
                    decode_text=False,
                    max_msg_size=MOST_RECEIVED,
                    timeout=ClientWSTimeout(ws_close=2),
                )
        except RateLimited as error:
            self._cooldown.turned_away(error)
            raise
        except (ClientError, TimeoutError, OSError) as error:
            # The text of a client error can hold headers.
            raise CannotConnect(type(error).__name__) from None
        finally:
            session.detach()


async def _upgraded(
    request: ClientRequest, handler: ClientHandlerType
) -> ClientResponse:
    """Return the answer to a handshake that succeeds; raises what another one says.

    A redirect is not followed: whoever answers there would be believed.
    """
    response = await handler(request)
    if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
        body = await _read(response)
        response.close()
        _value(response, body)
        raise CannotConnect(f"status {response.status} at the handshake")
    return response


async def _read(response: ClientResponse) -> bytes:
    """Return a body of a sane length; raises `CannotConnect`.

    Of an answer that turns away, what came of it: its status alone has to be obeyed.
    """
    body = bytearray()
    turned_away = response.status in TURNED_AWAY
    try:
        async with asyncio.timeout(EXPLAINED_WITHIN if turned_away else None):
            async for some in response.content.iter_any():
                body += some
                if len(body) > MOST_ANSWERED:
                    break
    except ClientError, TimeoutError, OSError:
        response.close()
        if not turned_away:
            raise
    if len(body) > MOST_ANSWERED:
        response.close()
        if not turned_away:
            raise CannotConnect("the answer is too long")
    return bytes(body)


def _turned_away(response: ClientResponse, body: bytes) -> RateLimited:
    """Return the error for a 429 or a 418, with the seconds to wait where the answer tells."""
    seconds = _told_to_wait(response.headers)
    if seconds is None and (match := _SECONDS.search(body.decode(errors="replace"))):
        seconds = float(match[1])
    kind = Banned if response.status == HTTPStatus.IM_A_TEAPOT else RateLimited
    return kind(None if seconds is None else min(seconds, LONGEST))


def _told_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a `Retry-After`, which may be a date; by the clock of whoever wrote it."""
    told = headers.get("Retry-After", "")
    if told.isdecimal():
        return float(told)
    until, now = _moment(told), _moment(headers.get("Date", ""))
    return max((until - now).total_seconds(), 0.0) if until and now else None


def _moment(written: str) -> datetime | None:
    """Return the moment of a header, `None` if it is none."""
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _value(response: ClientResponse, body: bytes) -> object:
    status = response.status
    if status in TURNED_AWAY:
        raise _turned_away(response, body)
    try:
        value = load(body)
    except ValueError:
        if status == HTTPStatus.UNAUTHORIZED:
            raise InvalidKey("unauthorized") from None
        raise CannotConnect(f"status {status} without JSON") from None
    if status == HTTPStatus.OK:
        return value
    if isinstance(value, dict) and isinstance(error := value.get("error"), dict):
        name = str(error.get("name"))
        if known := error_of(name, str(error.get("message"))):
            raise known
    if status == HTTPStatus.UNAUTHORIZED:
        raise InvalidKey("unauthorized")
    raise CannotConnect(f"status {status}")
