"""The public stream: tickers, a snapshot of each code and then its changes.

Source: https://docs.upbit.com/kr/reference/websocket-ticker.
"""

from collections.abc import Iterable, Mapping

from .faults import Faults
from .market import Market, Markets
from .streams import Session
from .subscriptions import Refused
from .tickers import frame


class PublicFeed:
    """Sends prices to every public connection."""

    def __init__(self, markets: Markets, faults: Faults) -> None:
        """Begin with no connection."""
        self.sessions: list[Session] = []
        self._markets = markets
        self._faults = faults

    def check(self, part: Mapping[str, object]) -> None:
        """Refuse other types and missing, lower-case or unknown codes."""
        if part["type"] != "ticker":
            raise Refused("INVALID_PARAM", "지원하지 않는 type입니다.")
        codes = part.get("codes")
        if not isinstance(codes, list) or not codes:
            raise Refused("NO_CODES", "codes가 없습니다.")
        for code in codes:
            if not isinstance(code, str) or self._markets.get(code) is None:
                raise Refused("INVALID_PARAM", "지원하지 않는 code입니다.")

    def subscribed(self, session: Session) -> None:
        """Send a snapshot of each code, unless only changes are wanted."""
        ticker = session.subscriptions.get("ticker")
        if ticker is None or ticker.parameters.get("is_only_realtime"):
            return
        for code in _codes(session):
            session.send(frame(self._markets[code], "SNAPSHOT"))

    def moved(self, markets: Iterable[Market]) -> None:
        """Send the new prices of markets."""
        for market in markets:
            for session in self.sessions:
                ticker = session.subscriptions.get("ticker")
                if ticker is None or ticker.parameters.get("is_only_snapshot"):
                    continue
                if market.code in _codes(session):
                    session.send(frame(market, "REALTIME"))


def _codes(session: Session) -> list[str]:
    codes = session.subscriptions["ticker"].parameters["codes"]
    assert isinstance(codes, list)
    return codes
