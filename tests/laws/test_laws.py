"""Laws by random search: whatever happens, once things have settled they hold.

Each run tries other things. Its seeds are printed at its end; `UPBIT_SEED=… scripts/test tests/laws/test_laws.py`
does the same again.
"""

from collections.abc import Generator
import os
from random import SystemRandom
from typing import Any, Final

import freezegun
from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
import pytest

from tests.clock import Clock
from tests.shares import Recorder, record_seed, record_sum

from .machine import LawMachine
from .world import World, left

SEED: Final = int(os.environ.get("UPBIT_SEED") or SystemRandom().randrange(1 << 32))

WORLDS: Final = int(os.environ.get("UPBIT_WORLDS", "16"))
"""How many worlds each test plays: scripts/test --long plays more."""

STEPS: Final = 50
"""What happens in a world, at most."""

SCOPES: Final = {
    "with the order scope": ("자산조회", "주문조회"),
    "without the order scope": ("자산조회",),
}


@pytest.fixture
def real_time_for_the_search() -> Generator[None]:
    """Let hypothesis measure its own patience by real time."""
    freezegun.configure(extend_ignore_list=["hypothesis"])
    yield
    freezegun.config.reset_config()


@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("scopes", SCOPES.values(), ids=SCOPES)
@pytest.mark.parametrize("part", [0, 1])
def test_once_things_have_settled_the_laws_hold(
    real_time_for_the_search: None,
    quiet: None,
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    enable_custom_integrations: None,
    socket_enabled: None,
    clock: Clock,
    record_property: Recorder,
    scopes: tuple[str, ...],
    part: int,
) -> None:
    """States are the ledger's, nothing is lost, told twice or shown backwards, and nobody is hammered."""
    record_seed(record_property, SEED)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    @seed(SEED + part)
    class Machine(LawMachine):
        def __init__(self) -> None:
            super().__init__(World(hass, hass_storage, clock), scopes, step)

    async def play_once() -> None:
        world = World(hass, hass_storage, clock)
        await world.open(scopes, is_new=True)
        await world.close()

    # What Home Assistant loads once and keeps is there from then on.
    hass.loop.run_until_complete(play_once())
    before = left(hass)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=WORLDS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not left(hass) - before
    record_sum(record_property, "steps of the search for broken laws", steps)
    assert steps > WORLDS * STEPS / 2
