"""The market: the prices that the account needs, by the public stream, written at most once per interval."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import replace
from functools import partial
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .alarm import Alarm
from .exchange.errors import UpbitError
from .exchange.messages import Message, Ticker, TickerFrame
from .exchange.rest import MarketRow, UpbitMarket
from .exchange.stream import Stream
from .exchange.tickers import Tickers
from .exchange.transport import Transport
from .freshness import Freshness
from .market_list import MarketList
from .moments import ms
from .portfolio.quotes import Quotes

_LOGGER = logging.getLogger(__name__)

NO_MARKET: Final = "no_market"

SOON: Final = 1.0
"""Seconds between two writes of prices that nobody has shown before."""

RESUBSCRIBE: Final = 2.0
"""Seconds between two subscriptions: each is two messages, and a hundred a minute are allowed."""


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
        to know it, is another one; `listed` whenever the list of markets has come, or one of them
        has ended.
        """
        self.quotes = Quotes(cash)
        self._entry = entry
        self._hass = hass
        self._market = UpbitMarket(transport)
        self._list = MarketList(hass, entry, self._market, self._list_came)
        self._interval = interval
        self._changed = changed
        self._listed = listed
        self._stream = Stream(
            transport, transport.endpoint.public_stream, None, (), self
        )
        self._running = False
        self._unproved = self._stands = False
        self._freshness = Freshness(hass.loop, lambda: self._changed(self._currencies))
        self._currencies: frozenset[str] = frozenset()
        self._shown: frozenset[str] = frozenset()
        self._subscribed: frozenset[str] = frozenset()
        self._tickers = Tickers()
        # When what was done last, in seconds of the event loop's clock.
        self._followed = self._showed = self._written = float("-inf")
        alarm = partial(Alarm, hass.loop)
        self._following = alarm(lambda: self._followed + RESUBSCRIBE, self._follow)
        self._showing = alarm(lambda: self._showed + SOON, self._show_new)
        self._writing = alarm(lambda: self._written + self._interval, self._write)

    @property
    def markets(self) -> Mapping[str, MarketRow]:
        """The markets by code, as they were listed last."""
        return self._list.markets

    @property
    def fresh(self) -> bool:
        """Whether the prices may be claimed to be those of now."""
        return not self._subscribed or self._freshness.fresh

    async def async_start(self, currencies: Iterable[str]) -> None:
        """Load the list of markets and first prices; the stream comes after, in the background."""
        self._currencies = frozenset(currencies)
        self._written = self._hass.loop.time()
        for plan in (self._freshness, self._following, self._showing, self._writing):
            self._entry.async_on_unload(plan.cancel)
        await self._list.async_start()

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
            self._following.arm()

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
        if await self._async_fetch(self._subscribed):
            self._write()
        # Even where no price is another one, it is known to be that of now.
        self._changed(())

    # Which markets are followed

    @callback
    def _list_came(self) -> None:
        self._show()
        # What it warns of is in the list as well, and may be new where no market is.
        self._listed()

    @property
    def _needed(self) -> frozenset[str]:
        """The markets whose tickers are needed.

        One that has ended by them is followed as long as it is listed: they would tell as well that
        it has begun again.
        """
        needed = self.quotes.needed(self._currencies)
        if self.quotes.listed == self._list.codes:
            return needed
        return needed | replace(self.quotes, listed=self._list.codes).needed(
            self._currencies
        )

    @callback
    def _follow(self) -> None:
        """Subscribe to just the markets that are needed, and fetch the prices of the new ones."""
        if self.quotes.listed is None:
            return
        needed = self._needed
        if needed == self._subscribed:
            return
        new = needed.difference(self._tickers.codes)
        was_fresh, before, self._subscribed = self.fresh, self._subscribed, needed
        if needed and not before:
            # Nothing was to be known until now.
            self._freshness.confirmed()
        self._tickers.forget(needed)
        self._show()
        if new:
            self._background(self._async_fetch_new(new), "prices")
        if self.fresh != was_fresh:
            self._changed(self._currencies)
        if needed:
            self._followed = self._hass.loop.time()
            self._stream.change([{"type": "ticker", "codes": sorted(needed)}])
            if not self._running:
                self._running = True
                self._background(self._stream.run(), "market stream")

    async def _async_fetch_new(self, codes: Collection[str]) -> None:
        # The others wait for their interval.
        if await self._async_fetch(codes):
            self._show()

    async def _async_claim(self) -> None:
        """Claim what comes now, by request and by the stream's own snapshot."""
        if not await self._async_fetch(self._subscribed):
            await asyncio.sleep(SOON)
        self._write()
        if self._stands:
            self._freshness.stands()

    async def _async_fetch(self, codes: Collection[str]) -> bool:
        """Fetch prices, and tell whether they came; nothing is shown yet."""
        asked = ms()
        try:
            tickers = await self._market.tickers(codes)
        except UpbitError as error:
            # The stream begins with a snapshot of its own.
            _LOGGER.debug("No prices: %s", error)
            # A market that is gone costs the prices of all that are asked for with it.
            self._list.doubt()
            return False
        followed = (one for one in tickers if one.code in self._subscribed)
        self._note_refused(self._tickers.answered(followed, asked))
        return True

    # What is shown

    @callback
    def _take(self, ticker: Ticker | TickerFrame) -> None:
        """Take a price; it is shown with the next write, and sooner if it is the first of its market."""
        if ticker.code not in self._subscribed:
            return
        self._tickers.take(ticker)
        plan = self._writing if ticker.code in self.quotes.prices else self._showing
        if not plan.armed:
            plan.arm()

    @callback
    def _write(self) -> None:
        """Show the last prices."""
        self._writing.cancel()
        self._written = self._hass.loop.time()
        self._note_refused(self._tickers.read())
        self._show()

    @callback
    def _show_new(self) -> None:
        """Show the first prices of markets, and leave the others as they are."""
        if new := self._tickers.new:
            self._note_refused(self._tickers.read(new))
            self._show()

    @callback
    def _show(self) -> None:
        """Show what was read, and tell whose prices are others than before."""
        self._showed = self._hass.loop.time()
        before, tickers = self.quotes, self._tickers
        listed = self._list.codes
        if listed and (ended := listed & tickers.delisted):
            listed -= ended
        self.quotes = Quotes(before.cash, listed, tickers.prices, tickers.closes)
        if listed is not before.listed and listed != before.listed:
            self._following.arm()
            self._listed()
        # Those that nobody follows any more as well: their price is not known from now on.
        self._shown |= self._currencies
        others = self.quotes.others_than(before, self._shown)
        if others:
            self._changed(others)

    # The public stream

    def stream_connected(self) -> None:
        """Wait for the subscription."""
        self._unproved = True

    def stream_stands(self, types: tuple[str, ...]) -> None:
        """Claim the prices again; old ones once others have come."""
        self._unproved, self._stands = False, True
        if self._freshness.fresh:
            self._freshness.stands()
        else:
            self._background(self._async_claim(), "prices")

    def stream_lost(self, error: UpbitError) -> None:
        """Claim the prices a while longer."""
        _LOGGER.debug("The market stream is lost: %s", error)
        self._stands = False
        if self._unproved:
            # A market that is gone costs the whole subscription.
            self._unproved = False
            self._list.doubt()
        self._freshness.lost()

    def message_received(self, message: Message) -> None:
        """Take a price."""
        if isinstance(message, TickerFrame | Ticker):
            self._take(message)

    def frame_refused(self, kind: str) -> None:
        """Go on: the next ticker says it again."""
        _LOGGER.debug("A ticker cannot be read (%s)", kind)

    def _note_refused(self, kinds: Iterable[str]) -> None:
        for kind in kinds:
            self.frame_refused(kind)

    def _background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._entry.async_create_background_task(
            self._hass, work, f"{self._entry.title} {name}"
        )
