"""Where requests go: a region of Upbit, or a relay that its owner runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final, Self

from yarl import URL

from .errors import InvalidHost


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the exchange: its host, the currency that its main market quotes in, its website."""

    host: str
    quote_currency: str
    site: str

    @property
    def keys_url(self) -> str:
        """The page on which an owner manages API keys."""
        return f"https://{self.site}/mypage/open_api_management"


REGIONS: Final[Mapping[str, Region]] = MappingProxyType(
    {
        "kr": Region("api.upbit.com", "KRW", "upbit.com"),
        "sg": Region("sg-api.upbit.com", "SGD", "sg.upbit.com"),
        "id": Region("id-api.upbit.com", "IDR", "id.upbit.com"),
        "th": Region("th-api.upbit.com", "THB", "th.upbit.com"),
    }
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The origin of all requests. Source: https://docs.upbit.com/kr/reference/rest-api-guide."""

    origin: URL

    @classmethod
    def of_region(cls, region: str) -> Self:
        """Return the endpoint of a region, one of `REGIONS`."""
        return cls(URL.build(scheme="https", host=REGIONS[region].host))

    @classmethod
    def of_origin(cls, text: str) -> Self:
        """Return the endpoint of an origin such as `https://relay.example`.

        Raises `InvalidHost` for anything but scheme, host and port, and for plain http to anywhere
        but this machine: keys must not travel in the clear.
        """
        try:
            url = URL(text.strip())
            origin = url.origin()
        except ValueError as error:
            raise InvalidHost("not an origin") from error
        if url.user or url.password or url.query_string or url.fragment:
            raise InvalidHost("more than an origin")
        if url.path not in ("", "/"):
            raise InvalidHost("more than an origin")
        if origin.scheme != "https" and not (
            origin.scheme == "http" and _is_loopback(origin.host or "")
        ):
            raise InvalidHost("not over TLS")
        return cls(origin)

    def rest(self, path: str) -> URL:
        """Return the address of a REST resource, `path` without `/v1/`."""
        return self.origin / "v1" / path

    @property
    def public_stream(self) -> URL:
        """The address of the stream of market data."""
        return self._stream / "websocket" / "v1"

    @property
    def private_stream(self) -> URL:
        """The address of the stream of the account: `myAsset` is there only."""
        return self.public_stream / "private"

    @property
    def _stream(self) -> URL:
        return self.origin.with_scheme("wss" if self.origin.scheme == "https" else "ws")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
