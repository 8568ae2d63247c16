"""Shares and sums that tests count, over all of them, and the seed of what is random: printed at the end of a run.

They travel with the reports of the tests, since these may run in other processes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from _pytest.terminal import TerminalReporter

SHARE: Final = "share"
SUM: Final = "sum"
SEED: Final = "seed"

type Recorder = Callable[[str, object], None]
"""The fixture `record_property`."""


def record_share(recorder: Recorder, what: str, some: int, of: int) -> None:
    """Count some of so many."""
    recorder(SHARE, [what, some, of])


def record_sum(recorder: Recorder, what: str, some: int) -> None:
    """Count some."""
    recorder(SUM, [what, some])


def record_seed(recorder: Recorder, seed: int) -> None:
    """Note what chance began with: set as UPBIT_SEED, it does the same again."""
    recorder(SEED, [seed])


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print each share, each sum and each seed."""
    _print_shares(terminalreporter)
    sums: Counter[str] = Counter()
    for what, some in _recorded(terminalreporter, SUM):
        sums[what] += some
    for what, some in sums.items():
        terminalreporter.write_line(f"{what}: {some}")
    for seed in sorted({seed for (seed,) in _recorded(terminalreporter, SEED)}):
        terminalreporter.write_line(f"seed of the search: UPBIT_SEED={seed}")


def _print_shares(terminalreporter: TerminalReporter) -> None:
    somes: Counter[str] = Counter()
    alls: Counter[str] = Counter()
    for what, some, of in _recorded(terminalreporter, SHARE):
        somes[what] += some
        alls[what] += of
    if alls:
        terminalreporter.section("Shares")
    for what, of in alls.items():
        terminalreporter.write_line(
            f"{what}: {somes[what]} of {of} ({somes[what] / of:.1%})"
        )


def _recorded(reporter: TerminalReporter, kind: str) -> Iterator[Any]:
    for reports in reporter.stats.values():
        for report in reports:
            # The report of the teardown carries the same again.
            if getattr(report, "when", None) != "call":
                continue
            for name, value in getattr(report, "user_properties", ()):
                if name == kind:
                    yield value
