"""What holdings are made of: the rows of frames and snapshots, wherever they come from."""

from decimal import Decimal
from typing import Protocol


class Row(Protocol):
    """A currency's amounts as a frame carries them."""

    @property
    def currency(self) -> str:
        """Currency code."""

    @property
    def balance(self) -> Decimal:
        """What can be ordered with, in the currency."""

    @property
    def locked(self) -> Decimal:
        """What orders and withdrawals lock, in the currency."""


class SnapshotRow(Row, Protocol):
    """A currency's amounts and average price as a snapshot carries them."""

    @property
    def average_buy_price(self) -> Decimal:
        """Average buy price, in `unit_currency`; 0 for an airdrop."""

    @property
    def average_buy_price_modified(self) -> bool:
        """Whether the owner edited the average."""

    @property
    def unit_currency(self) -> str:
        """The currency of the average buy price."""
