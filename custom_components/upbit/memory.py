"""What is remembered over a restart: two files an entry, one small and safe, one long."""

from collections.abc import Callable
from datetime import datetime
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.storage import STORAGE_DIR, Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .portfolio.history import History
from .portfolio.ledger import Ledger
from .portfolio.records import (
    WrongShape,
    history_of,
    history_record,
    ledger_of,
    ledger_record,
)

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1

LEDGER_LATER: Final = 1.0
"""Seconds after which a change that nobody waits for is written to the small file."""

ASIDE: Final = ".unreadable."
"""Follows the name of a file that could not be read; the time comes after it."""


class Memory:
    """The two files of an entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str, title: str) -> None:
        """Name the files."""
        self._hass = hass
        self._entry_id = entry_id
        self._title = title
        self._ledger = _File(hass, f"{DOMAIN}.{entry_id}.ledger")
        self._history = _File(hass, f"{DOMAIN}.{entry_id}.history")

    async def async_load(self, most: int) -> tuple[Ledger | None, History]:
        """Return what was stored; what cannot be read is set aside, and its owner told.

        He is told until he has moved the file that was set aside, or has removed it.
        """
        if not await self._hass.async_add_executor_job(self._set_aside):
            self._withdraw_notice()
        ledger = await self._async_read(self._ledger, ledger_of)
        history = await self._async_read(
            self._history, lambda record: history_of(record, most)
        )
        return ledger, history or History(most=most)

    async def _async_read[T](
        self, file: _File, read: Callable[[object], T]
    ) -> T | None:
        try:
            record = await file.store.async_load()
            return None if record is None else read(record)
        except (WrongShape, HomeAssistantError, NotImplementedError) as error:
            # A newer version of this integration wrote it, or somebody else.
            aside = await self._hass.async_add_executor_job(
                file.set_aside, dt_util.utcnow()
            )
            _LOGGER.warning(
                "What %s remembered cannot be read (%s); it is kept as %s",
                self._title,
                type(error).__name__,
                aside,
            )
            files = await self._hass.async_add_executor_job(self._set_aside)
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                f"store_damaged_{self._entry_id}",
                is_fixable=False,
                is_persistent=True,
                severity=ir.IssueSeverity.WARNING,
                translation_key="store_damaged",
                translation_placeholders={
                    "account": self._title,
                    "file": ", ".join(path.name for path in files),
                },
            )
            return None

    async def async_save(self, ledger: Ledger) -> None:
        """Write the small file now, whole or not at all."""
        await self._ledger.async_save(ledger_record(ledger))

    @callback
    def save_later(self, ledger: Callable[[], Ledger]) -> None:
        """Write the small file within a second, or when Home Assistant stops."""
        self._ledger.later(lambda: ledger_record(ledger()), LEDGER_LATER)

    async def async_save_history(self, history: History) -> None:
        """Write the long file now, whole or not at all."""
        await self._history.async_save(history_record(history))

    async def async_remove(self) -> None:
        """Remove both for good, and the notice of a damaged one."""
        await self._ledger.store.async_remove()
        await self._history.store.async_remove()
        await self._hass.async_add_executor_job(self._remove_set_aside)
        self._withdraw_notice()

    def _set_aside(self) -> list[Path]:
        return [path for file in (self._ledger, self._history) for path in file.aside()]

    def _remove_set_aside(self) -> None:
        for path in self._set_aside():
            path.unlink()

    @callback
    def _withdraw_notice(self) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, f"store_damaged_{self._entry_id}")


class _File:
    """A file in the storage of Home Assistant."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        """Name the file."""
        self._hass = hass
        self._path = Path(hass.config.path(STORAGE_DIR, key))
        self._pending = False
        self.store: Store[dict[str, Any]] = Store(
            hass, VERSION, key, private=True, atomic_writes=True
        )

    @callback
    def later(self, record: Callable[[], dict[str, Any]], seconds: float) -> None:
        """Write after some seconds; more calls until then do not put it off."""
        if self._pending:
            return
        self._pending = True

        @callback
        def due() -> dict[str, Any]:
            self._pending = False
            return record()

        self.store.async_delay_save(due, seconds)

    async def async_save(self, record: dict[str, Any]) -> None:
        """Write now; what was to be written later is in it."""
        self._pending = False
        await self.store.async_save(record)

    def set_aside(self, now: datetime) -> str:
        """Rename the file, and return its new name."""
        aside = self._path.with_name(f"{self._path.name}{ASIDE}{now:%Y%m%d%H%M%S}")
        if self._path.exists():
            self._path.rename(aside)
        return aside.name

    def aside(self) -> list[Path]:
        """Return the files that were set aside."""
        return list(self._path.parent.glob(f"{self._path.name}{ASIDE}*"))
