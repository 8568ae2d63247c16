"""What fills have moved that no row has shown: the row is lost, or has not come yet."""

from collections.abc import Callable, Sequence

from .activity import Fill, Leg, Legs, together
from .amounts import covers
from .pattern import Move, same_total, take_out

type Rows = list[dict[str, Leg]]
"""What is left of moves."""


def unmoved(fills: Sequence[Fill], moves: Sequence[Move]) -> list[Legs]:
    """Return for each fill that moves do not contain those of its legs that none of them does, the base first.

    A move that is equal to a fill is its own, whatever else it could contain. The newest fills come
    first: what only a snapshot has shown is older than what rows have.
    """
    rows: Rows = [dict(move.legs) for move in reversed(moves)]
    missing = [(fill, dict(fill.legs)) for fill in reversed(fills)]
    for fits in (same_total, _contains):
        missing = [one for one in missing if _take(rows, one[1], fits) is None]
    # Only rows that came in frames of their own, or summed up with those of others, are left.
    for fill, legs in missing:
        _take_alone(rows, fill, legs)
    _take_sums(rows, [legs for _, legs in missing])
    return [legs for _, legs in missing if legs]


def _take_alone(rows: Rows, fill: Fill, legs: dict[str, Leg]) -> None:
    """Take what single rows show of a fill; of what pays, only a row that is equal is sure to."""
    base, quote = ({code: legs[code]} for code in (fill.base, fill.quote))
    for fits in (same_total, _contains):
        if (frame := _take(rows, base, fits)) is not None:
            del legs[fill.base]
            if fill.quote in frame:
                # Netted with what others have moved of it.
                del legs[fill.quote]
                return
            break
    if _take(rows, quote, same_total) is not None:
        del legs[fill.quote]


def _take_sums(rows: Rows, missing: list[dict[str, Leg]]) -> None:
    """Take what all rows of a currency together are equal to: the first of them may have been lost."""
    shown = together(*rows)
    for currency, leg in together(*missing).items():
        if currency in shown and same_total(shown[currency], leg):
            for legs in (*rows, *missing):
                legs.pop(currency, None)


def _take(
    rows: Rows, legs: Legs, fits: Callable[[Leg, Leg], bool]
) -> dict[str, Leg] | None:
    """Take legs out of the first of some rows that they fit; return what is left of it, `None` if there is none."""
    for one in rows:
        if all(fits(one.get(code, Leg()), leg) for code, leg in legs.items()):
            take_out(one, legs)
            return one
    return None


def _contains(row: Leg, leg: Leg) -> bool:
    return covers(row.total, leg.total)
