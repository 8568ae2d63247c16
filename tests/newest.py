"""Lets the test package, which pins an older release, run on the newest one. Load it with `-p tests.newest`."""

# Before the test package imports httpx: Home Assistant patches how it loads certificates.
import homeassistant  # noqa: F401
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The test package looks for this name where it was before 2026.11.
if not hasattr(logger, "_clear_logger_overwrites"):
    logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # noqa: SLF001 - see above
