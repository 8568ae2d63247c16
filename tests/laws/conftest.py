"""What the laws are tried with."""

from collections.abc import Generator
import logging

import pytest


@pytest.fixture
def quiet() -> Generator[None]:
    """Log what is wrong only: there is much that is not."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)
