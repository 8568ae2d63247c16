"""What can be made to happen once, on connections that are open."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from .streams import Session

type Mishap = Callable[[Session, object], None]


def _send_raw(session: Session, value: object) -> None:
    assert isinstance(value, str | bytes)
    session.send_raw(value)


def _send_error(session: Session, value: object) -> None:
    session.send_error(str(value))


def _close(session: Session, value: object) -> None:
    assert isinstance(value, int)
    session.close(value)


def _lose_subscriptions(session: Session, _: object) -> None:
    session.subscriptions.clear()


def _reset(session: Session, _: object) -> None:
    session.reset()


def _flood(session: Session, value: object) -> None:
    assert isinstance(value, int)
    for _ in range(value):
        session.send_raw(b'{"status":"UP"}')


MISHAPS: Final[Mapping[str, Mishap]] = MappingProxyType(
    {
        # Text or bytes, as they are.
        "send_raw": _send_raw,
        # The name of an error.
        "send_error": _send_error,
        # A code; see `Session.close` for those that are no close frame.
        "close": _close,
        "lose_subscriptions": _lose_subscriptions,
        "reset": _reset,
        # How many signs of life that nobody asked for.
        "flood": _flood,
    }
)
"""By the name that `fault` takes: what it does to each private connection, with what value."""
