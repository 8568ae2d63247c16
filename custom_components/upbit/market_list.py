"""The list of markets: which there are, and what the exchange warns of in each."""

from collections.abc import Callable, Mapping
from datetime import timedelta
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .alarm import Alarm
from .exchange.errors import UpbitError
from .exchange.rest import MarketRow, UpbitMarket

_LOGGER = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
"""How often it is looked at: new markets, delisted ones, warnings."""

RETRY: Final = 60.0
"""Seconds after which a list that did not come, or that is in doubt, is asked for again."""


class MarketList:
    """Keeps the list that came last."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        market: UpbitMarket,
        came: Callable[[], None],
    ) -> None:
        """Begin without one; `came` is called with each that comes."""
        self.markets: Mapping[str, MarketRow] = {}
        """The markets by code."""
        self.codes: frozenset[str] | None = None
        """Their codes, `None` before a list has come."""

        self._hass = hass
        self._entry = entry
        self._market = market
        self._came = came
        self._asked = float("-inf")
        self._again = Alarm(hass.loop, lambda: self._asked + RETRY, self._look)

    async def async_start(self) -> None:
        """Load it, now and then every hour."""
        self._entry.async_on_unload(self._again.cancel)
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass,
                self._look,
                EVERY,
                name="Upbit markets",
                cancel_on_shutdown=True,
            )
        )
        await self._async_load()

    @callback
    def doubt(self) -> None:
        """Look again as soon as the last look is a minute ago: what was asked of a market was refused."""
        self._again.arm()

    @callback
    def _look(self, _: object = None) -> None:
        self._entry.async_create_background_task(
            self._hass, self._async_load(), f"{self._entry.title} markets"
        )

    async def _async_load(self) -> None:
        self._asked = self._hass.loop.time()
        rows: tuple[MarketRow, ...] = ()
        try:
            rows = await self._market.markets()
        except UpbitError as error:
            _LOGGER.debug("No list of markets: %s", error)
        if not rows:
            # An exchange without a market is none: an empty list would leave nothing with a price.
            self._again.arm()
            return
        self._again.cancel()
        self.markets = {row.code: row for row in rows}
        codes = frozenset(self.markets)
        if codes != self.codes:
            self.codes = codes
        self._came()
