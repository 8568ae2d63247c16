"""The credentials of an account, and the token that signs one request."""

from dataclasses import dataclass, field
from hashlib import sha512
from uuid import uuid4

import jwt

from .errors import InvalidKey


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key and its secret, without the blanks and line ends that come with pasting."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """Strip both keys; a control character would break the header that carries them."""
        for name in ("access_key", "secret_key"):
            object.__setattr__(self, name, "".join(getattr(self, name).split()))

    def bearer(self, query: str = "") -> str:
        """Return the `Authorization` of one request or one connection; it is good once.

        `query` is the unencoded query string, in the order sent.
        Raises `InvalidKey` if one of the keys is blank or cannot sign.
        Source: https://docs.upbit.com/kr/reference/auth.
        """
        if not (self.access_key and self.secret_key):
            raise InvalidKey("blank")
        payload = {"access_key": self.access_key, "nonce": str(uuid4())}
        if query:
            payload["query_hash"] = sha512(query.encode()).hexdigest()
            payload["query_hash_alg"] = "SHA512"
        # HS512, the other one that Upbit takes, wants a longer secret than Upbit gives.
        try:
            return f"Bearer {jwt.encode(payload, self.secret_key, algorithm='HS256')}"
        except (jwt.PyJWTError, UnicodeError) as error:
            # A certificate, or half a character.
            raise InvalidKey("unusable") from error
