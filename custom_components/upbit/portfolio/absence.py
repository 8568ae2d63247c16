"""What changed while nobody looked: when it is sure.

Times are seconds of one monotonic clock.
"""

from .evidence import REPLICA_BEHIND
from .holdings import UNKNOWN, Holdings
from .patience import LONGEST_DOUBT


def confirmed(holdings: Holdings, *, began: float, requested: float) -> bool:
    """Say whether what changed until `began` is sure, once the snapshot of a request has met the holdings.

    A snapshot that agrees with the first one may come from a replica as far behind. And rows that go on
    coming can leave a currency in doubt for ever: they have happened since, and change nothing of what
    happened before, so that after a while only the doubt of what no row has told is waited for.
    """
    waited = requested - began - REPLICA_BEHIND
    if waited < 0:
        return False
    return all(
        waited >= LONGEST_DOUBT
        and holdings.evidence.get(currency, UNKNOWN).heard is not None
        for currency in holdings.doubtful
    )
