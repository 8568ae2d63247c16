"""API keys: their scopes, addresses and year, and the tokens that they sign.

Source: https://docs.upbit.com/kr/reference/auth.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha512
import secrets
import string
from typing import Final
from urllib.parse import unquote

import jwt

from .errors import ApiError
from .readers import Impossible

SEOUL: Final = timezone(timedelta(hours=9))
MAIN_POCKET: Final = "main"
_CHARACTERS: Final = string.ascii_letters + string.digits


class Scope(StrEnum):
    """What a key may read."""

    ASSETS = "자산조회"
    ORDERS = "주문조회"


@dataclass(slots=True)
class Key:
    """An API key as its owner set it up."""

    access_key: str
    secret_key: str
    scopes: frozenset[str]
    expires_at: datetime
    allow_list: frozenset[str]
    pocket: str = MAIN_POCKET
    """Whose rate its requests count in. Every pocket shows the one account that there is here."""


class Keys:
    """The keys of an account, and every nonce that was used."""

    def __init__(self) -> None:
        """Begin without a key."""
        self._keys: dict[str, Key] = {}
        self._nonces: set[tuple[str, str]] = set()

    def issue(
        self,
        scopes: Iterable[str] = tuple(Scope),
        expires_at: datetime | None = None,
        allow_list: Iterable[str] = ("127.0.0.1",),
        access_key: str | None = None,
        secret_key: str | None = None,
        pocket: str = MAIN_POCKET,
    ) -> Key:
        """Return a new key, good for a year unless told otherwise."""
        key = Key(
            access_key or _random(),
            secret_key or _random(),
            frozenset(scopes),
            expires_at or datetime.now(UTC) + timedelta(days=365),
            frozenset(allow_list),
            pocket,
        )
        self._keys[key.access_key] = key
        return key

    def revoke(self, access_key: str) -> None:
        """Forget a key; raises `Impossible`."""
        if self._keys.pop(access_key, None) is None:
            raise Impossible(f"no such key: {access_key}")

    def forget(self) -> None:
        """Let go of the nonces that were used."""
        self._nonces.clear()

    def all(self) -> list[Key]:
        """Return the keys that were issued."""
        return list(self._keys.values())

    def verify(self, authorization: str | None, query: str, address: str) -> Key:
        """Return the key that signed a request; raises `ApiError` as the exchange does."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or not token:
            raise ApiError(401, "no_authorization_token", "인증 토큰이 없습니다.")
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError as error:
            raise ApiError(401, "jwt_verification", "JWT 검증 실패") from error
        key = self._keys.get(str(claims.get("access_key")))
        if key is None:
            raise ApiError(401, "invalid_access_key", "잘못된 엑세스 키입니다.")
        try:
            jwt.decode(token, key.secret_key, algorithms=["HS256", "HS512"])
        except jwt.InvalidTokenError as error:
            raise ApiError(401, "jwt_verification", "JWT 검증 실패") from error
        self._check_claims(key, claims, query)
        if key.expires_at <= datetime.now(UTC):
            raise ApiError(401, "expired_access_key", "만료된 엑세스 키입니다.")
        if address not in key.allow_list:
            raise ApiError(
                401, "no_authorization_ip", f"허용되지 않은 IP입니다. ({address})"
            )
        return key

    def _check_claims(self, key: Key, claims: dict[str, object], query: str) -> None:
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not nonce:
            raise ApiError(401, "invalid_query_payload", "nonce가 없습니다.")
        if (key.access_key, nonce) in self._nonces:
            raise ApiError(401, "nonce_used", "이미 사용한 nonce 값입니다.")
        self._nonces.add((key.access_key, nonce))
        if query:
            expected = sha512(unquote(query).encode()).hexdigest()
            if (
                claims.get("query_hash") != expected
                or claims.get("query_hash_alg") != "SHA512"
            ):
                raise ApiError(
                    401, "invalid_query_payload", "query_hash가 맞지 않습니다."
                )


def require(key: Key, scope: Scope) -> None:
    """Raise unless the key has a scope."""
    if scope not in key.scopes:
        raise ApiError(403, "out_of_scope", "허가되지 않은 기능입니다.")


def _random() -> str:
    return "".join(secrets.choice(_CHARACTERS) for _ in range(40))
