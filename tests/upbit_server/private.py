"""The private stream: what the account's changes look like on the wire.

Sources: https://docs.upbit.com/kr/reference/websocket-myasset and websocket-myorder.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from .delivery import Delivery, Frame
from .faults import Faults
from .keys import Key, Scope
from .ledger import Ledger, Wallet
from .streams import Session
from .subscriptions import Refused
from .timestamps import Timestamps

SCOPES: Final = {"myAsset": Scope.ASSETS, "myOrder": Scope.ORDERS, "announcement": None}


class PrivateKind:
    """What may be subscribed with a key."""

    def __init__(self, key: Key, feed: PrivateFeed) -> None:
        """Take the key that opened the connection."""
        self._key = key
        self._feed = feed

    def check(self, part: Mapping[str, object]) -> None:
        """Refuse unknown types, `codes` on myAsset, and types outside of the key's scopes."""
        kind = part["type"]
        if kind not in SCOPES:
            raise Refused("INVALID_PARAM", "지원하지 않는 type입니다.")
        if kind == "myAsset" and "codes" in part:
            raise Refused("WRONG_FORMAT", "codes를 지원하지 않습니다.")
        if "is_only_snapshot" in part or "is_only_realtime" in part:
            raise Refused("WRONG_FORMAT", "지원하지 않는 옵션입니다.")
        scope = SCOPES[str(kind)]
        if scope is not None and scope not in self._key.scopes:
            raise Refused("INVALID_AUTH", "권한이 없습니다.")

    def subscribed(self, session: Session) -> None:
        """Send nothing: these streams have no snapshot. The first use of an account begins."""
        if "myAsset" in session.subscriptions:
            self._feed.first_used()


class PrivateFeed:
    """Sends the account's changes to every private connection."""

    def __init__(self, ledger: Ledger, faults: Faults, timestamps: Timestamps) -> None:
        """Begin with no connection."""
        self.sessions: list[Session] = []
        self._ledger = ledger
        self._faults = faults
        self._timestamps = timestamps
        self._delivery = Delivery(self.sessions, faults)
        self._first_use: float | None = None

    def first_used(self) -> None:
        """Note the account's first subscription: data may take minutes from here."""
        if self._first_use is None:
            self._first_use = asyncio.get_running_loop().time()

    def moved(self, currencies: Sequence[str], stamp: int) -> None:
        """Send a frame for currencies that moved at a time in ms."""
        codes = list(dict.fromkeys(currencies))
        wallets = self._ledger.now()
        if self._faults.complete_frames:
            codes += [
                code for code, one in wallets.items() if one.total and code not in codes
            ]
        if self._faults.omit_zero_rows:
            codes = [code for code in codes if wallets[code].total]
        groups = [[code] for code in codes] if self._faults.split_rows else [codes]
        for group in groups:
            if group:
                self._send(_asset_frame(group, wallets, stamp, self._timestamps.now()))

    def told(self, frame: Frame) -> None:
        """Send what happened to an order."""
        self._send(frame)

    def announce(self, frame: Frame) -> None:
        """Send a notice of the exchange, in an account's first minutes too."""
        self._delivery.send(frame)

    def stop(self) -> None:
        """Send nothing any more."""
        self._delivery.stop()

    def _send(self, frame: Frame) -> None:
        if not self._silent():
            self._delivery.send(frame)

    def _silent(self) -> bool:
        if not self._faults.first_use_silence or self._first_use is None:
            return False
        passed = asyncio.get_running_loop().time() - self._first_use
        return passed < self._faults.first_use_silence


def _asset_frame(
    codes: Sequence[str], wallets: Mapping[str, Wallet], stamp: int, now: int
) -> Frame:
    return {
        "type": "myAsset",
        "asset_uuid": str(uuid4()),
        "assets": [
            {
                "currency": code,
                "balance": wallets[code].balance,
                "locked": wallets[code].locked,
            }
            for code in codes
        ],
        "asset_timestamp": stamp,
        "timestamp": now,
        "stream_type": "REALTIME",
    }
