"""What can be made to go wrong: the standing faults, each a switch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from .answers import ANSWERS, Answer
from .mangling import MANGLED
from .readers import (
    Impossible,
    close_code,
    count,
    delays,
    flag,
    seconds,
    seconds_by_name,
    status,
    text,
    word,
    words,
)

PUBLIC: Final = "/websocket/v1"
PRIVATE: Final = "/websocket/v1/private"

NAMED: Final[Mapping[str, Mapping[str, object]]] = {
    "answer": ANSWERS,
    "mangle": MANGLED,
}
"""The faults that are one of a table, and the table."""


@dataclass(slots=True)
class Faults:
    """The standing faults; each is off unless set."""

    # The line

    lookup_fails: bool = False
    """The name of the exchange cannot be looked up (`Names`)."""
    refuse_connections: bool = False
    """The port is closed, and every connection with it."""
    stall_handshake: bool = False
    """The upgrade of a connection is never answered."""
    vanish: bool = False
    """Packets vanish: open connections are dead without an end, new ones are never answered.

    Those that are open at that time stay dead.
    """
    wrong_certificate: bool = False
    """New connections are shown the certificate of another name."""

    # Answers

    answer: str | None = None
    """How requests and handshakes are answered, one of `ANSWERS`."""
    answer_paths: tuple[str, ...] = ()
    """The beginnings of the paths that `answer` answers; all of them unless set."""
    accounts_lag: float | list[float] = 0
    """Seconds that the replica behind /v1/accounts is behind; of a list, each request meets the next."""
    empty_accounts: bool = False
    """/v1/accounts has no row."""
    omit_rows: tuple[str, ...] = ()
    """Currencies that /v1/accounts leaves out."""
    rest_decimals: bool = False
    """Amounts are written with a decimal where they need none, as in the documents' sample: "2.0"."""
    redirect: str | None = None
    """Where the handshake of a private stream is sent instead."""
    refuse_handshake: int | None = None
    refuse_public: int | None = None
    """The status that answers the handshake of a public stream."""
    rest_body: str | None = None
    rest_count: int | None = None
    """How many requests `rest_status` answers; all of them unless set."""
    rest_paths: tuple[str, ...] = ()
    """The paths that `rest_status` answers; all of them unless set."""
    rest_status: int | None = None

    # A connection

    answer_error: str | None = None
    """The name of the error that answers each subscription."""
    close_after_handshake: int | None = None
    """The code with which each connection is closed as soon as it is open."""
    close_on_error: bool = False
    """An error frame is the last one of its connection."""
    flooded: int = 0
    """Signs of life that each connection begins with, and nobody asked for."""
    forget_types: tuple[str, ...] = ()
    """Types that a subscription silently loses: LIST_SUBSCRIPTIONS does not list them."""
    ignore_list: bool = False
    mute: bool = False
    """Neither pongs nor data."""
    no_pongs: bool = False
    """Data, but no pongs."""
    exponents: bool = False
    """Numbers are written in exponent form."""
    refuse_types: tuple[str, ...] = ()
    """A subscription with one of these is answered with an error frame."""
    text_frames: bool = False

    # The frames of the account

    complete_frames: bool = False
    """Every frame lists every asset, changed or not."""
    delay_types: Mapping[str, float] = field(default_factory=dict)
    """Seconds that frames of a type travel."""
    drop_every: int = 0
    """Of so many frames the last one is lost."""
    drop_frames: bool = False
    drop_types: tuple[str, ...] = ()
    """Types whose frames are lost."""
    duplicate_frames: bool = False
    first_use_silence: float = 0
    """Seconds after an account's first subscription in which nothing is sent."""
    frame_delay: float | list[float] = 0
    """Seconds each frame travels; of a list, each frame takes the next."""
    mangle: str | None = None
    """What frames of myAsset come as, one of `MANGLED`."""
    merge_fills: bool = False
    """Several fills of an order come in one frame."""
    merge_frames: float = 0
    """Seconds in which the changes of several frames of myAsset are gathered in one."""
    omit_zero_rows: bool = False
    """A coin sold out gets no row."""
    split_rows: bool = False
    """One frame a row."""
    swap_frames: bool = False
    """Of two frames the second comes first."""

    clock_offset: float = 0
    """Seconds by which the exchange's clock is ahead of ours."""

    _delays: list[float] = field(default_factory=list)
    _lags: list[float] = field(default_factory=list)

    def set(self, **faults: object) -> None:
        """Set faults by name, all of them or none; raises `Impossible`."""
        read = {name: _read(name, value) for name, value in faults.items()}
        for name, value in read.items():
            setattr(self, name, value)
        if isinstance(self.frame_delay, list) and "frame_delay" in read:
            self._delays = list(self.frame_delay)
        if isinstance(self.accounts_lag, list) and "accounts_lag" in read:
            self._lags = list(self.accounts_lag)

    def next_delay(self) -> float:
        """Return the seconds that the next frame travels."""
        if isinstance(self.frame_delay, list):
            return self._delays.pop(0) if self._delays else 0
        return self.frame_delay

    def next_lag(self) -> float:
        """Return the seconds that the next replica is behind."""
        if isinstance(self.accounts_lag, list):
            return self._lags.pop(0) if self._lags else 0
        return self.accounts_lag

    def answer_to(self, path: str) -> Answer | None:
        """Return what answers a request or a handshake in place of the exchange, if anything does."""
        if self.answer and (
            not self.answer_paths or path.startswith(self.answer_paths)
        ):
            return ANSWERS[self.answer]
        if path == PRIVATE and self.redirect:
            return Answer(302, headers={"Location": self.redirect})
        if path == PUBLIC and self.refuse_public:
            return Answer(self.refuse_public)
        if path in (PRIVATE, PUBLIC):
            return Answer(self.refuse_handshake) if self.refuse_handshake else None
        if self.rest_status is None or (
            self.rest_paths and path not in self.rest_paths
        ):
            return None
        answered, body = self.rest_status, self.rest_body or ""
        if self.rest_count is not None:
            self.rest_count -= 1
            if not self.rest_count:
                self.rest_status = self.rest_count = None
        kind = "text/html" if body.startswith("<") else "application/json"
        return Answer(answered, body, kind)


def _or_none(read: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else read(value)


_BY_TYPE: Final[Mapping[object, Callable[[object], object]]] = {
    bool: flag,
    float: seconds,
    int: count,
    int | None: _or_none(count),
    str | None: _or_none(word),
    float | list[float]: delays,
    tuple[str, ...]: words,
    Mapping[str, float]: seconds_by_name,
}

_BY_NAME: Final[Mapping[str, Callable[[object], object]]] = {
    "close_after_handshake": _or_none(close_code),
    "refuse_handshake": _or_none(status),
    "refuse_public": _or_none(status),
    "rest_body": _or_none(text),
    "rest_status": _or_none(status),
}
"""The readers of those that are not any value of their type."""

_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    one.name: _BY_NAME.get(one.name) or _BY_TYPE[one.type]
    for one in fields(Faults)
    if not one.name.startswith("_")
}


def _read(name: str, value: object) -> object:
    """Return the value of a fault; raises `Impossible`."""
    if name not in _READERS:
        raise Impossible(f"no such fault: {name}")
    try:
        read = _READERS[name](value)
    except Impossible as error:
        raise Impossible(f"{name}: {error}") from error
    if name in NAMED and read is not None and read not in NAMED[name]:
        raise Impossible(f"no such {name}: {read}")
    return read
