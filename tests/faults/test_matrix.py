"""Each fault at each moment: nothing lost, nothing told twice, nothing backwards, nobody hammered."""

from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.clock import Clock
from tests.manners import hasty, snapshots
from tests.upbit_server import UpbitServer

from .cell import Cell
from .measure import Connects, Watch, impatient
from .report import CELL
from .table import CELLS, Fault, Moment

AFTER_RECONNECT: Final = 15.0
UNNOTICED: Final = 900.0 + 70.0
"""Seconds: the slow reconciliation, and what it takes to confirm what it finds."""

SNAPSHOTS_APART: Final = 60.0
SNAPSHOTS_MORE: Final = 15
"""How many more there are than one in each of these: for frames, for doubts, for a reconnect."""

RECONNECT_WITHIN: Final = 120.0 + 10.0
"""Seconds: the longest backoff, and a handshake that takes its time."""

SLACK: Final = 0.1


@pytest.fixture
def tls(request: pytest.FixtureRequest) -> bool:
    """Return whether the fault is one of TLS."""
    fault: Fault = request.node.callspec.params["fault"]
    return fault.tls


@pytest.mark.parametrize(
    ("fault", "moment"),
    CELLS,
    ids=[f"{fault.name}, {moment}" for fault, moment in CELLS],
)
async def test_nothing_is_lost(
    hass: HomeAssistant,
    connects: Connects,
    watch: Watch,
    entry: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
    record_property: Callable[[str, object], None],
    fault: Fault,
    moment: Moment,
) -> None:
    """The states are the ledger again in time, and what was told adds up to them."""
    cell = Cell(hass, entry, server, clock, fault)
    await cell.play(moment)
    await cell.recover()
    await cell.go_on()
    assert not cell.differing
    told = await cell.told()
    record_property(
        CELL,
        {
            "fault": fault.name,
            "moment": moment.value,
            "seconds to recovery": cell.right - cell.cleared,
            "changes lost": len(told.lost),
            "told twice": len(told.twice),
            "backward steps": len(watch.backwards),
            "connects": connects.since(cell.struck),
        },
    )
    assert not cell.differing
    assert not told.lost
    assert not told.twice
    assert not watch.backwards
    assert connects.closest >= 1 - SLACK / 10
    assert not impatient(server, cell.struck)
    assert not hasty(server.requests, cell.starts)
    most = SNAPSHOTS_MORE + (clock.now - cell.starts[0]) / SNAPSHOTS_APART
    assert len(snapshots(server.requests)) <= most
    assert not watch.given_up_early
    assert not cell.claimed_too_long
    deadline = AFTER_RECONNECT if fault.noticed else UNNOTICED
    assert cell.right - max(cell.stood, cell.answered) <= deadline + SLACK
    # The set-up is retried by Home Assistant, which waits longer.
    if moment is not Moment.BEFORE:
        free = max(cell.cleared, cell.held_until)
        assert cell.answered - free <= SNAPSHOTS_APART + SLACK
        assert cell.stood - free <= RECONNECT_WITHIN + SLACK
    await hass.config_entries.async_unload(entry.entry_id)
    await clock.settle()
