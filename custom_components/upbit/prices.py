"""The market: the prices that the account needs, by the public stream, written at most once per interval."""

from asyncio import TimerHandle
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .exchange.errors import UpbitError
from .exchange.messages import Message, Ticker, TickerFrame
from .exchange.rest import MarketRow, UpbitMarket
from .exchange.stream import Stream
from .exchange.tickers import Tickers
from .exchange.transport import Transport
from .freshness import Freshness
from .moments import ms
from .portfolio.quotes import Quotes

_LOGGER = logging.getLogger(__name__)

LISTED_EVERY: Final = timedelta(hours=1)
"""How often the list of markets is looked at: new ones, delisted ones, warnings."""

NO_MARKET: Final = "no_market"

SOON: Final = 1.0
"""Seconds in which prices are gathered that nobody has shown before."""

RETRY: Final = 60.0
"""Seconds after which a list or a price that did not come is asked for again."""

RESUBSCRIBE: Final = 1.0
"""Seconds in which currencies that are bought together are gathered for one subscription."""


class UpbitPrices:
    """Keeps the quotes of the currencies that are held."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        transport: Transport,
        *,
        cash: str,
        interval: float,
        changed: Callable[[Collection[str]], None],
        listed: Callable[[], None],
    ) -> None:
        """Prepare; nothing is sent yet.

        `interval` is in seconds; `changed` is called with the currencies whose price, or the claim
        to know it, is another one; `listed` whenever the list of markets has come.
        """
        self.quotes = Quotes(cash)
        self.markets: Mapping[str, MarketRow] = {}
        """The markets by code, as they were listed last."""

        self._entry = entry
        self._hass = hass
        self._market = UpbitMarket(transport)
        self._interval = interval
        self._changed = changed
        self._listed = listed
        self._stream = Stream(
            transport, transport.endpoint.public_stream, None, (), self
        )
        self._running = False
        self._freshness = Freshness(hass.loop, lambda: self._changed(self._currencies))
        self._currencies: frozenset[str] = frozenset()
        self._shown: frozenset[str] = frozenset()
        self._subscribed: frozenset[str] = frozenset()
        self._tickers = Tickers()
        self._written = float("-inf")
        self._timers: dict[str, TimerHandle] = {}

    @property
    def fresh(self) -> bool:
        """Whether the prices may be claimed to be those of now."""
        return not self._subscribed or self._freshness.fresh

    async def async_start(self, currencies: Iterable[str]) -> None:
        """Load the list of markets and first prices; the stream comes after, in the background."""
        self._currencies = frozenset(currencies)
        self._entry.async_on_unload(self._cancel_timers)
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass,
                self._start_hourly,
                LISTED_EVERY,
                name="Upbit markets",
                cancel_on_shutdown=True,
            )
        )
        await self._async_list()
        self._follow()

    def warnings(self, currency: str) -> frozenset[str] | None:
        """Return what the exchange warns of in the market of a currency, in lower-case words.

        `no_market` where a currency can be sold nowhere; `None` before the list has come.
        """
        if not self.markets:
            return None
        path = self.quotes.path(currency)
        if path is None:
            return frozenset({NO_MARKET})
        return self.markets[path[0]].warnings if path else frozenset()

    @callback
    def follow(self, currencies: Iterable[str]) -> None:
        """Keep the quotes of these currencies from now on."""
        wanted = frozenset(currencies)
        if wanted != self._currencies:
            self._currencies = wanted
            self._later("follow", RESUBSCRIBE, self._follow)

    async def async_first_quotes(self, currencies: Collection[str]) -> Quotes:
        """Return quotes before anything is shown; raises an `UpbitError`."""
        listed = frozenset(row.code for row in await self._market.markets())
        unpriced = Quotes(self.quotes.cash, listed)
        tickers = await self._market.tickers(unpriced.needed(currencies))
        return replace(
            unpriced, prices={ticker.code: ticker.trade_price for ticker in tickers}
        )

    def closes_told(self, currencies: Iterable[str], moment: int) -> bool:
        """Tell whether the closing prices of these currencies were told at a moment, in ms, or later."""
        return self._tickers.told_since(moment, self.quotes.needed(currencies))

    async def async_refresh(self) -> None:
        """Fetch all prices now: at the beginning of a day, when the closing prices are others."""
        await self._async_fetch(self._subscribed)
        # Even where no price is another one, it is known to be that of now.
        self._changed(())

    async def _async_hourly(self) -> None:
        await self._async_list()
        self._follow()

    async def _async_list(self) -> None:
        """Load the list of markets."""
        try:
            rows = await self._market.markets()
        except UpbitError as error:
            _LOGGER.debug("No list of markets: %s", error)
            self._later("list", RETRY, self._start_hourly)
            return
        listed = frozenset(row.code for row in rows)
        self.markets = {row.code: row for row in rows}
        if listed != self.quotes.listed:
            self._write(listed)
        self._listed()

    @callback
    def _start_hourly(self, _: object = None) -> None:
        self._background(self._async_hourly(), "markets")

    @callback
    def _follow(self) -> None:
        """Subscribe to just the markets that are needed, and fetch the prices of the new ones."""
        if self.quotes.listed is None:
            return
        needed = self.quotes.needed(self._currencies)
        if needed == self._subscribed:
            return
        new = needed.difference(self._tickers.codes)
        was_fresh, before, self._subscribed = self.fresh, self._subscribed, needed
        if needed and not before:
            # Nothing was to be known until now.
            self._freshness.confirmed()
        self._tickers.forget(needed)
        self._write()
        if new:
            self._background(self._async_fetch(new), "prices")
        if self.fresh != was_fresh:
            self._changed(self._currencies)
        if not needed:
            return
        self._stream.change([{"type": "ticker", "codes": sorted(needed)}])
        if not self._running:
            self._running = True
            self._background(self._stream.run(), "market stream")

    async def _async_fetch(self, codes: Collection[str]) -> None:
        """Fetch prices."""
        asked = ms()
        try:
            tickers = await self._market.tickers(codes)
        except UpbitError as error:
            # The stream begins with a snapshot of its own.
            _LOGGER.debug("No prices: %s", error)
            return
        self._tickers.answered(
            (one for one in tickers if one.code in self._subscribed), asked
        )
        self._write()

    # What is shown

    @callback
    def _take(self, ticker: Ticker | TickerFrame) -> None:
        """Take a price; it is shown with the next write."""
        if ticker.code not in self._subscribed:
            return
        self._tickers.take(ticker)
        if "write" in self._timers:
            return
        now = self._hass.loop.time()
        due = self._written + self._interval
        if ticker.code not in self.quotes.prices:
            due = min(due, now + SOON)
        self._later("write", max(due - now, 0.0), self._write)

    @callback
    def _write(self, listed: frozenset[str] | None = None) -> None:
        """Show the last prices, and tell whose are others than before."""
        self._cancel("write")
        self._written = self._hass.loop.time()
        for kind in self._tickers.read():
            self.frame_refused(kind)
        before, tickers = self.quotes, self._tickers
        listed = listed or before.listed
        if listed and (gone := listed & tickers.delisted):
            listed -= gone
        self.quotes = Quotes(before.cash, listed, tickers.prices, tickers.closes)
        # Those that nobody follows any more as well: their price is not known from now on.
        self._shown |= self._currencies
        others = self.quotes.others_than(before, self._shown)
        if others:
            self._changed(others)

    # The public stream

    def stream_connected(self) -> None:
        """Wait for the subscription."""

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Claim the prices again."""
        self._freshness.stands()

    def stream_lost(self, error: UpbitError) -> None:
        """Claim the prices a while longer."""
        _LOGGER.debug("The market stream is lost: %s", error)
        self._freshness.lost()

    def message_received(self, message: Message) -> None:
        """Take a price."""
        if isinstance(message, TickerFrame | Ticker):
            self._take(message)

    def frame_refused(self, kind: str) -> None:
        """Go on: the next ticker says it again."""
        _LOGGER.debug("A ticker cannot be read (%s)", kind)

    # Timers and tasks

    @callback
    def _later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Do something once, after some seconds; what was planned under that name is replaced."""
        self._cancel(name)

        @callback
        def due() -> None:
            del self._timers[name]
            act()

        self._timers[name] = self._hass.loop.call_later(seconds, due)

    @callback
    def _cancel(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()

    @callback
    def _cancel_timers(self) -> None:
        self._freshness.cancel()
        for name in tuple(self._timers):
            self._cancel(name)

    def _background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._entry.async_create_background_task(
            self._hass, work, f"{self._entry.title} {name}"
        )
