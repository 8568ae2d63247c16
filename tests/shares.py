"""Shares that tests count, summed over all of them and printed at the end of a run.

They travel with the reports of the tests, since these may run in other processes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from _pytest.terminal import TerminalReporter

SHARE: Final = "share"

type Recorder = Callable[[str, object], None]
"""The fixture `record_property`."""


def record_share(recorder: Recorder, what: str, some: int, of: int) -> None:
    """Count some of so many."""
    recorder(SHARE, [what, some, of])


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print each share."""
    somes: Counter[str] = Counter()
    alls: Counter[str] = Counter()
    for what, some, of in _shares(terminalreporter):
        somes[what] += some
        alls[what] += of
    if alls:
        terminalreporter.section("Shares")
    for what, of in alls.items():
        terminalreporter.write_line(
            f"{what}: {somes[what]} of {of} ({somes[what] / of:.1%})"
        )


def _shares(reporter: TerminalReporter) -> Iterator[tuple[str, int, int]]:
    for reports in reporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == SHARE:
                    yield value
