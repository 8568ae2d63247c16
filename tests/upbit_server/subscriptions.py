"""What a connection subscribes to, and in which format.

Source: https://docs.upbit.com/kr/reference/websocket-guide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

FORMATS: Final = ("DEFAULT", "SIMPLE", "JSON_LIST", "SIMPLE_LIST")


class Refused(Exception):
    """A subscription that is answered with an error frame."""

    def __init__(self, name: str, message: str) -> None:
        """Name the error."""
        super().__init__(name)
        self.name = name
        self.message = message


@dataclass(frozen=True, slots=True)
class Subscription:
    """A type of frames that a connection gets, with its parameters."""

    type: str
    parameters: Mapping[str, object] = field(default_factory=dict)


def joined(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters of two parts of a type: the codes of both, which are all where one names none."""
    joined = {**one, **other}
    codes = [part.get("codes") for part in (one, other)]
    if all(codes):
        joined["codes"] = [
            code for some in codes if isinstance(some, list) for code in some
        ]
    else:
        joined.pop("codes", None)
    return joined


def format_of(parts: Mapping[str, object]) -> str:
    """Return the format that a message asks for; raises `Refused`."""
    form = parts.get("format", "DEFAULT")
    if form not in FORMATS:
        raise Refused("WRONG_FORMAT", "format이 올바르지 않습니다.")
    return str(form)
