"""What every home needs."""

from collections.abc import Generator
import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def ended_in_order() -> Generator[None]:
    """End every process of a home when the tests are told to end: each has a session of its own."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)
