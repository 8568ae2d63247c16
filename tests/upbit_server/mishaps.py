"""What can be made to happen once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from .readers import close_code, count, flag, seconds, sent, word
from .streams import Session

if TYPE_CHECKING:
    from .server import UpbitServer


@dataclass(frozen=True, slots=True)
class Mishap:
    """How its value is read, and what then happens."""

    read: Callable[[object], object]
    happen: Callable[[UpbitServer, Any], None]


def flood(session: Session, many: int) -> None:
    """Send so many signs of life that nobody asked for."""
    for _ in range(many):
        session.send_raw(b'{"status":"UP"}')


def _to_each(act: Callable[[Session, Any], None]) -> Callable[[UpbitServer, Any], None]:
    """Let something happen to each private connection."""

    def happen(exchange: UpbitServer, value: Any) -> None:
        for session in exchange.connections:
            act(session, value)

    return happen


def _close_public(exchange: UpbitServer, code: int) -> None:
    for session in tuple(exchange.public.sessions):
        session.close(code)


MISHAPS: Final[Mapping[str, Mishap]] = MappingProxyType(
    {
        # Seconds for which everybody is shut out.
        "ban": Mishap(seconds, lambda exchange, time: exchange.limits.ban(time)),
        # A code; see `Session.close` for those that are no close frame.
        "close": Mishap(close_code, _to_each(Session.close)),
        "close_public": Mishap(close_code, _close_public),
        # How many signs of life that nobody asked for.
        "flood": Mishap(count, _to_each(flood)),
        "lose_subscriptions": Mishap(
            flag, _to_each(lambda session, _: session.subscriptions.clear())
        ),
        "reset": Mishap(flag, _to_each(lambda session, _: session.reset())),
        # The name of an error.
        "send_error": Mishap(word, _to_each(Session.send_error)),
        # Text or bytes, as they are.
        "send_raw": Mishap(sent, _to_each(Session.send_raw)),
    }
)
"""By the name that `fault` takes. They happen to the private connections, unless they say otherwise."""
