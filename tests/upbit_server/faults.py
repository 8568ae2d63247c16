"""What can be made to go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TUPLES: Final = ("drop_types", "forget_types", "refuse_types", "rest_paths")


@dataclass(slots=True)
class Faults:
    """The standing faults; each is off unless set."""

    accounts_lag: float = 0
    """Seconds that the replica behind /v1/accounts is behind."""
    close_after_handshake: bool = False
    close_on_error: bool = False
    """An error frame is the last one of its connection."""
    complete_frames: bool = False
    """Every frame lists every asset, as the user's specification has it."""
    delay_types: Mapping[str, float] = field(default_factory=dict)
    """Seconds that frames of a type travel."""
    drop_frames: bool = False
    drop_types: tuple[str, ...] = ()
    """Types whose frames are lost."""
    duplicate_frames: bool = False
    first_use_silence: float = 0
    """Seconds after an account's first subscription in which nothing is sent."""
    forget_types: tuple[str, ...] = ()
    """Types that a subscription silently loses: LIST_SUBSCRIPTIONS does not list them."""
    frame_delay: float | list[float] = 0
    """Seconds each frame travels; of a list, each frame takes the next."""
    ignore_list: bool = False
    maintenance: bool = False
    merge_fills: bool = False
    """Several fills of an order come in one frame."""
    mute: bool = False
    """Neither pongs nor data."""
    omit_zero_rows: bool = False
    """A coin sold out gets no row."""
    redirect: str | None = None
    """Where the handshake of a private stream is sent instead."""
    refuse_handshake: int | None = None
    refuse_public: int | None = None
    """The status that answers the handshake of a public stream."""
    refuse_types: tuple[str, ...] = ()
    """A subscription with one of these is answered with an error frame."""
    rest_body: str | None = None
    rest_count: int | None = None
    """How many requests `rest_status` answers; all of them unless set."""
    rest_paths: tuple[str, ...] = ()
    """The paths that `rest_status` answers; all of them unless set."""
    rest_status: int | None = None
    split_rows: bool = False
    """One frame a row."""
    text_frames: bool = False
    _delays: list[float] = field(default_factory=list)

    def set(self, **faults: object) -> None:
        """Set faults by name; raises `AttributeError` for one that does not exist."""
        for name, value in faults.items():
            if name.startswith("_") or name not in self.__slots__:
                raise AttributeError(f"no such fault: {name}")
            if name == "frame_delay":
                self._delays = list(value) if isinstance(value, list) else []
            if name in TUPLES and isinstance(value, list):
                value = tuple(value)
            setattr(self, name, value)

    def next_delay(self) -> float:
        """Return the seconds that the next frame travels."""
        if isinstance(self.frame_delay, list):
            return self._delays.pop(0) if self._delays else 0
        return self.frame_delay

    def next_rest(self, path: str) -> tuple[int, str] | None:
        """Return status and body for a REST request, if it is to fail."""
        if self.maintenance:
            return 503, "<html><body>서버 점검 중입니다.</body></html>"
        if self.rest_status is None or (
            self.rest_paths and path not in self.rest_paths
        ):
            return None
        status = self.rest_status
        if self.rest_count is not None:
            self.rest_count -= 1
            if not self.rest_count:
                self.rest_status = self.rest_count = None
        return status, self.rest_body or ""
