"""A simulated Upbit behind real sockets, for tests and for the demo."""

from .keys import Key, Scope
from .ledger import Overdrawn, Wallet
from .server import UpbitServer

__all__ = ["Key", "Overdrawn", "Scope", "UpbitServer", "Wallet"]
