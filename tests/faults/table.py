"""The table of faults: what happens, for how long, and how the integration can come to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import os
from types import MappingProxyType
from typing import Final

from tests.upbit_server.answers import ANSWERS
from tests.upbit_server.faults import Faults
from tests.upbit_server.mangling import MANGLED

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Moment(StrEnum):
    """When a fault strikes."""

    BEFORE = "before the first snapshot"
    STEADY = "in steady state"
    TRADE = "in the middle of a trade"
    RECONNECT = "during a reconnect"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: standing switches that are set for `lasts` seconds, and what happens once as they are set.

    `noticed` tells that the integration can know of it, and so has 15 s from the reconnect instead of
    15 minutes. `senseless` says why there is nothing to try at a moment.
    """

    name: str
    standing: Mapping[str, object] = NOTHING
    once: Mapping[str, object] = NOTHING
    lasts: float = 30.0
    noticed: bool = True
    tls: bool = False
    akin: bool = False
    """Whether it is so much like another that only a long run plays it."""
    senseless: Mapping[Moment, str] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @property
    def keeps_waiting(self) -> bool:
        """Whether a request is neither answered nor refused at once."""
        return "vanish" in self.standing or self.standing.get("answer") == "slow"

    @property
    def cleared(self) -> dict[str, object]:
        """The switches as they are without the fault."""
        healthy = Faults()
        return {name: getattr(healthy, name) for name in self.standing}


def _closed(code: int, how: str = "", *, akin: bool = False) -> Fault:
    return Fault(
        f"close {code}{how}",
        standing={"close_after_handshake": code},
        once={"close": code},
        lasts=10,
        akin=akin,
    )


def _answered(name: str, lasts: float = 30.0, *, akin: bool = False) -> Fault:
    assert name in ANSWERS
    return Fault(f"answer {name}", standing={"answer": name}, lasts=lasts, akin=akin)


def _mangled(name: str, **more: object) -> Fault:
    assert name in MANGLED
    how = ", in a text frame" if more else ""
    akin = name in AKIN
    return Fault(f"frames {name}{how}", standing={"mangle": name, **more}, akin=akin)


NO_HANDSHAKE: Final = MappingProxyType(
    {Moment.STEADY: "nothing shakes hands then: see the reconnect"}
)

NOTHING_KNOWN: Final = MappingProxyType(
    {Moment.BEFORE: "a row that comes later is a deposit: see the restarts"}
)

AKIN: Final = frozenset(
    {
        *("WRONG_FORMAT", "NO_TICKET", "NO_TYPE", "NO_CODES"),
        *("empty", "infinite", "negative", "a word", "a list"),
        *("currency nothing", "currency a list", "currency too long"),
    }
)
"""Errors and frames that are much like others."""

ERROR_NAMES: Final = (
    "INVALID_AUTH",
    "WRONG_FORMAT",
    "NO_TICKET",
    "NO_TYPE",
    "NO_CODES",
    "INVALID_PARAM",
    "too_many_requests",
    "SOMETHING_NEW",
)

FAULTS: Final[tuple[Fault, ...]] = (
    _closed(1000, ", a clean one"),
    _closed(1001),
    *(_closed(code, akin=True) for code in (1002, 1003)),
    _closed(1004, ", which is reserved"),
    _closed(1005, ", a close frame without a code"),
    _closed(1006, ", no close frame"),
    *(_closed(code, akin=code not in (1008, 1011)) for code in range(1007, 1015)),
    _closed(1015, ", no close frame", akin=True),
    Fault("reset", standing={"close_after_handshake": 1006}, once={"reset": True}),
    Fault("half-open, all packets vanish", standing={"vanish": True}, lasts=260),
    Fault("no pong, data flows", standing={"no_pongs": True}, lasts=60),
    Fault(
        "pongs, data dead",
        standing={"drop_frames": True, "ignore_list": True},
        lasts=60,
        noticed=False,
    ),
    Fault("neither pongs nor data", standing={"mute": True}, lasts=60),
    Fault(
        "handshake stalled",
        standing={"stall_handshake": True},
        senseless=NO_HANDSHAKE,
    ),
    _answered("401"),
    _answered("401 expired", akin=True),
    _answered("401 nonce", akin=True),
    _answered("403"),
    _answered("403 scope", akin=True),
    _answered("418", lasts=100),
    _answered("418 for 200 s", lasts=100),
    _answered("418 with a header", lasts=100, akin=True),
    _answered("418 until a date", lasts=100, akin=True),
    _answered("429"),
    _answered("429 with a header"),
    _answered("500", lasts=260),
    _answered("503", akin=True),
    _answered("truncated"),
    _answered("slow"),
    _answered("endless"),
    Fault("name lookup fails", standing={"lookup_fails": True}),
    Fault("connection refused", standing={"refuse_connections": True}, lasts=260),
    Fault("certificate of another", standing={"wrong_certificate": True}, tls=True),
    *(
        Fault(
            f"error frame {name}",
            standing={"answer_error": name},
            once={"send_error": name},
            akin=name in AKIN,
        )
        for name in ERROR_NAMES
    ),
    Fault(
        "error frame that ends the connection",
        standing={"answer_error": "INVALID_PARAM", "close_on_error": True},
        once={"send_error": "INVALID_PARAM"},
    ),
    Fault(
        "subscribed, but silent",
        standing={"drop_frames": True},
        lasts=120,
        noticed=False,
    ),
    Fault(
        "subscription lost",
        standing={"forget_types": ("myAsset", "myOrder", "announcement")},
        once={"lose_subscriptions": True},
        noticed=False,
    ),
    Fault("list not answered", standing={"ignore_list": True}, lasts=60),
    Fault("every other frame dropped", standing={"drop_every": 2}, noticed=False),
    Fault("frames doubled", standing={"duplicate_frames": True}),
    Fault("frames swapped", standing={"swap_frames": True}),
    Fault("frames merged", standing={"merge_frames": 4.0}),
    Fault("fills merged", standing={"merge_fills": True}),
    Fault("frames older than the snapshot", standing={"frame_delay": 8.0}),
    _mangled("huge"),
    _mangled("not UTF-8"),
    _mangled("not UTF-8", text_frames=True),
    *(
        _mangled(name)
        for name in MANGLED
        if name not in ("huge", "not UTF-8", "a stamp past all time")
    ),
    _mangled("a stamp past all time"),
    Fault("flood of UP", standing={"flooded": 1_000}, once={"flood": 1_000}),
    Fault("clock 10 minutes ahead", standing={"clock_offset": 600.0}, noticed=False),
    Fault("clock 10 minutes behind", standing={"clock_offset": -600.0}, noticed=False),
    Fault(
        "snapshot without a row",
        standing={"omit_rows": ("BTC",)},
        lasts=6,
        senseless=NOTHING_KNOWN,
    ),
    Fault("snapshot empty", standing={"empty_accounts": True}, senseless=NOTHING_KNOWN),
    Fault("snapshot 4 s behind", standing={"accounts_lag": 4.0}),
    Fault("snapshot 10 s behind", standing={"accounts_lag": 10.0}),
    Fault(
        "snapshots now and then behind",
        standing={"accounts_lag": [10.0, 0.0, 7.0, 0.0, 10.0, 3.0]},
    ),
)
"""Every fault of the matrix."""

LONG: Final = bool(os.environ.get("UPBIT_ALL_FAULTS"))
"""Whether everything is played: scripts/test --long."""

CELLS: Final = tuple(
    (fault, moment)
    for fault in FAULTS
    for moment in Moment
    if moment not in fault.senseless and (LONG or not fault.akin)
)
