"""How whoever asks the exchange behaves."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from tests.upbit_server.request_log import Request

APART: Final = 3.0
"""Seconds that lie between two snapshots, unless a set-up that begins anew asks for the second one."""


def snapshots(requests: Iterable[Request]) -> list[float]:
    """Return when snapshots were asked for, in s of the event loop.

    Without those whose answer did not come whole: they are noted when whoever asked gave up.
    """
    return [one.time for one in requests if one.path == "/v1/accounts" and one.is_whole]


def hasty(requests: Iterable[Request], starts: Sequence[float]) -> list[float]:
    """Return the snapshots that were asked for too soon after another; `starts` are those of set-ups."""
    return [
        later
        for one, later in pairwise(snapshots(requests))
        if later - one < APART - 0.01
        and bisect_right(starts, one) == bisect_right(starts, later)
    ]
