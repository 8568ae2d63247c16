"""The last ticker of each market: of all that come, only those are read that are shown."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from time import time
from types import MappingProxyType
from typing import Final

from .errors import UnreadableFrame
from .frames import read_ticker
from .messages import Ticker, TickerFrame

STAMPED_APART: Final = 1_000
"""Milliseconds by which an answer may stamp a trade earlier than the stream."""

AHEAD: Final = 60_000
"""Milliseconds that a ticker's stamp may be ahead of the clock here, which may be behind."""


class Tickers:
    """Keeps the last ticker of each market, read or not."""

    def __init__(self) -> None:
        """Begin with none."""
        self._read: dict[str, Ticker] = {}
        self._unread: dict[str, Ticker | TickerFrame] = {}
        self._asked: dict[str, int] = {}

    def take(self, ticker: Ticker | TickerFrame) -> None:
        """Take a ticker, unless a later one is there."""
        code = ticker.code
        before = self._unread.get(code) or self._read.get(code)
        if (
            before is None
            or before.timestamp <= ticker.timestamp
            or _is_of_the_future(before)
        ):
            self._unread[code] = ticker

    def answered(self, tickers: Iterable[Ticker], asked: int) -> list[str]:
        """Take tickers that were `asked` for at a moment, in ms: they may be of an earlier trade.

        They are read already, and do not say whether their market has ended: that stays as the
        stream said it, whose tickers of these markets are read before. Return as `read` does.
        """
        answers = {ticker.code: ticker for ticker in tickers}
        refused = self.read(answers)
        for code, ticker in answers.items():
            before = self._read.get(code)
            if before is None:
                self._read[code] = ticker
            elif before.timestamp <= ticker.timestamp or _is_of_the_future(before):
                self._read[code] = ticker._replace(delisted=before.delisted)
            elif (
                before.trade_price == ticker.trade_price
                and before.timestamp <= ticker.timestamp + STAMPED_APART
            ):
                # The answer may still be the first with the close of a new day.
                close = ticker.prev_closing_price
                self._read[code] = before._replace(prev_closing_price=close)
            else:
                continue
            self._asked[code] = asked
        return refused

    def told_since(self, moment: int, codes: Iterable[str]) -> bool:
        """Tell whether the ticker of each of these markets was, at a moment in ms or later."""
        return all(
            code in self._read
            and max(self._asked.get(code, 0), self._read[code].timestamp) >= moment
            for code in codes
        )

    def read(self, codes: Iterable[str] | None = None) -> list[str]:
        """Read what came since, of these markets or of all.

        Return why some tickers cannot be read, which leave their market as it was.
        """
        refused = []
        if codes is None:
            unread, self._unread = self._unread, {}
        else:
            unread = {
                code: self._unread.pop(code) for code in codes if code in self._unread
            }
        for code, ticker in unread.items():
            try:
                self._read[code] = (
                    ticker if isinstance(ticker, Ticker) else read_ticker(ticker)
                )
            except UnreadableFrame as error:
                refused.append(error.kind)
        return refused

    def forget(self, kept: Collection[str]) -> None:
        """Forget all markets but these."""
        for known in (self._read, self._unread, self._asked):
            for code in known.keys() - kept:
                del known[code]

    @property
    def codes(self) -> Collection[str]:
        """The markets whose ticker was read."""
        return self._read.keys()

    @property
    def new(self) -> Collection[str]:
        """The markets whose first ticker is not read yet."""
        return self._unread.keys() - self._read.keys()

    @property
    def prices(self) -> Mapping[str, Decimal]:
        """The last prices, by market."""
        return MappingProxyType(
            {code: one.trade_price for code, one in self._read.items()}
        )

    @property
    def closes(self) -> Mapping[str, Decimal]:
        """The closing prices of the day before, by market."""
        return MappingProxyType(
            {code: one.prev_closing_price for code, one in self._read.items()}
        )

    @property
    def delisted(self) -> frozenset[str]:
        """The markets that have ended."""
        return frozenset(code for code, one in self._read.items() if one.delisted)


def _is_of_the_future(ticker: Ticker | TickerFrame) -> bool:
    """Tell whether a stamp is wrong, so that whatever comes next counts, and no price freezes."""
    return ticker.timestamp > time() * 1000 + AHEAD
