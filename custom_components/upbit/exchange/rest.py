"""Requests of an account: GET only, each signed anew, none of them following a redirect.

Sources: https://docs.upbit.com/kr/reference/get-balance and list-api-keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
import re
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from .auth import Credentials
from .endpoint import Endpoint
from .errors import Banned, CannotConnect, InvalidKey, RateLimited, error_of
from .messages import CURRENCY
from .numbers import amount, load

TIMEOUT: Final = ClientTimeout(total=10)

_SECONDS: Final = re.compile(r"(\d{1,7}) ?(?:s\b|sec|초)")


@dataclass(frozen=True, slots=True)
class Account:
    """What an account holds of one currency; the average buy price is in `unit_currency`."""

    currency: str
    balance: Decimal
    locked: Decimal
    average_buy_price: Decimal
    average_buy_price_modified: bool
    unit_currency: str


class UpbitRest:
    """The read-only requests of one API key."""

    def __init__(
        self, session: ClientSession, endpoint: Endpoint, credentials: Credentials
    ) -> None:
        """Keep what each request needs; the session stays its owner's."""
        self._session = session
        self._endpoint = endpoint
        self._credentials = credentials

    async def accounts(self) -> tuple[Account, ...]:
        """Return what is held, a row a currency; raises an `UpbitError`."""
        rows = await self._get("accounts")
        if not isinstance(rows, list):
            raise CannotConnect("accounts are not a list")
        try:
            return tuple(_account(row) for row in rows)
        except (KeyError, TypeError, ValueError) as error:
            raise CannotConnect("an account cannot be read") from error

    async def key_expiry(self) -> datetime | None:
        """Return when this key expires, `None` where the exchange does not say."""
        rows = await self._get("api_keys")
        try:
            for row in rows if isinstance(rows, list) else ():
                if row["access_key"] == self._credentials.access_key:
                    return datetime.fromisoformat(row["expire_at"])
        except (KeyError, TypeError, ValueError) as error:
            raise CannotConnect("an API key's row cannot be read") from error
        return None

    async def _get(self, path: str) -> object:
        try:
            async with self._session.get(
                self._endpoint.rest(path),
                headers={"Authorization": self._credentials.bearer()},
                # Keys go to the configured host only.
                allow_redirects=False,
                timeout=TIMEOUT,
            ) as response:
                body = await response.read()
        except (ClientError, TimeoutError, OSError) as error:
            # The text of a client error can hold headers.
            raise CannotConnect(type(error).__name__) from None
        return _value(response, body)


def turned_away(status: int, headers: Mapping[str, str], body: str = "") -> RateLimited:
    """Return the error for a 429 or a 418, with the seconds to wait where the answer tells."""
    told = headers.get("Retry-After", "")
    found = told if told.isdecimal() else None
    if found is None and (match := _SECONDS.search(body)):
        found = match[1]
    seconds = float(found) if found else None
    return Banned(seconds) if status == HTTPStatus.IM_A_TEAPOT else RateLimited(seconds)


def _value(response: ClientResponse, body: bytes) -> object:
    status = response.status
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT):
        raise turned_away(status, response.headers, body.decode(errors="replace"))
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


def _account(row: Mapping[str, object]) -> Account:
    currency, unit = row["currency"], row["unit_currency"]
    modified = row["avg_buy_price_modified"]
    if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
        raise ValueError("not a currency")
    if not isinstance(unit, str) or not CURRENCY.fullmatch(unit):
        raise ValueError("not a currency")
    if not isinstance(modified, bool):
        raise ValueError("not a flag")  # noqa: TRY004 - one kind of error for a row
    return Account(
        currency=currency,
        balance=amount(row["balance"]),
        locked=amount(row["locked"]),
        average_buy_price=amount(row["avg_buy_price"]),
        average_buy_price_modified=modified,
        unit_currency=unit,
    )
