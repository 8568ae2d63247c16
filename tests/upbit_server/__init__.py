"""A simulated Upbit behind real sockets, for tests and for the demo."""

from .keys import Key, Scope
from .ledger import Overdrawn, Wallet
from .readers import Impossible
from .server import UpbitServer

__all__ = ["Impossible", "Key", "Overdrawn", "Scope", "UpbitServer", "Wallet"]
