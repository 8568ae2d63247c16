"""The matrix as a table, printed at the end of a run; its rows travel with the reports of the tests."""

from collections.abc import Iterator
from typing import Final

from _pytest.terminal import TerminalReporter

from .table import FAULTS, LONG, Moment

CELL: Final = "cell of the matrix of faults"

type Cell = dict[str, str | float | int]

COLUMNS: Final = (
    ("seconds to recovery", 9),
    ("changes lost", 5),
    ("told twice", 6),
    ("backward steps", 9),
    ("connects", 9),
)
HEADINGS: Final = ("recovery", "lost", "twice", "backward", "connects")


def write(reporter: TerminalReporter) -> None:
    """Write the cells that were run, and why some were not."""
    run = {(cell["fault"], cell["moment"]): cell for cell in _cells(reporter)}
    if not run:
        return
    reporter.section("Faults: s to recovery, changes lost, told twice, backward steps")
    widths = [width for _, width in COLUMNS]
    heads = "".join(
        f"{head:>{width}}" for head, width in zip(HEADINGS, widths, strict=True)
    )
    reporter.write_line(f"{'fault':<42}{'moment':<27}{heads}")
    played = {fault for fault, _ in run}
    for fault in FAULTS:
        if fault.name not in played:
            continue
        for moment in Moment:
            begin = f"{fault.name:<42}{moment:<27}"
            if cell := run.get((fault.name, moment.value)):
                reporter.write_line(begin + _figures(cell, widths))
            elif reason := fault.senseless.get(moment):
                reporter.write_line(f"{begin}  ({reason})")
    sums = {
        name: sum(float(cell[name]) for cell in run.values()) for name, _ in COLUMNS
    }
    longest = max(float(cell["seconds to recovery"]) for cell in run.values())
    akin = sum(fault.akin for fault in FAULTS)
    if not LONG:
        reporter.write_line(f"{akin} faults more, akin to these: scripts/test --long")
    reporter.write_line(
        f"{len(run)} cells: the longest recovery {longest:.0f} s,"
        f" {sums['changes lost']:.0f} changes lost, {sums['told twice']:.0f} told twice,"
        f" {sums['backward steps']:.0f} backward steps, {sums['connects']:.0f} connects"
    )


def _cells(reporter: TerminalReporter) -> Iterator[Cell]:
    for reports in reporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == CELL:
                    yield value


def _figures(cell: Cell, widths: list[int]) -> str:
    return "".join(
        f"{cell[name]:>{width}.0f}"
        for (name, _), width in zip(COLUMNS, widths, strict=True)
    )
