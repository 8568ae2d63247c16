"""The machine that tries to break the laws: it trades, cuts, restarts, lies and bans at random."""

from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.trading import MARKETS, RICHES, fill_part, resting_price, volume_of
from tests.upbit_server.faults import Faults
from tests.upbit_server.ledger import Overdrawn

from .world import World

CODES: Final = st.sampled_from(list(MARKETS))
SIDES: Final = st.sampled_from(["bid", "ask"])
TIMES: Final = st.integers(1, 9)
CURRENCIES: Final = st.sampled_from(list(RICHES))
PICKS: Final = st.integers(0, 99)
PAUSES: Final = st.sampled_from([0.0, 0.05, 0.4, 1.5, 2.5, 3.5, 7.0, 20.0, 70.0])
ENDINGS: Final = st.sampled_from(
    [{"close": code} for code in (1000, 1001, 1006, 1011, 1012)] + [{"reset": True}]
)

LIES: Final = st.sampled_from(
    [
        {"drop_frames": True},
        {"drop_types": ["myOrder"]},
        {"drop_types": ["myAsset"]},
        {"drop_every": 2},
        {"duplicate_frames": True},
        {"swap_frames": True},
        {"frame_delay": 2.5},
        {"frame_delay": [2.5, 0.0, 1.0, 0.0, 2.0]},
        {"delay_types": {"myAsset": 2.5}},
        {"delay_types": {"myOrder": 2.5}},
        {"split_rows": True},
        {"complete_frames": True},
        {"omit_zero_rows": True},
        {"merge_fills": True},
        {"merge_frames": 1.0},
        {"mangle": "NaN"},
        {"mangle": "cut"},
        {"mangle": "not UTF-8"},
        {"accounts_lag": 0.5},
        {"accounts_lag": 4.0},
        {"accounts_lag": 10.0},
        {"accounts_lag": [4.0, 0.0, 10.0, 0.0, 2.0, 10.0]},
        {"answer": "500", "answer_paths": ["/v1/accounts"]},
        {"answer": "truncated", "answer_paths": ["/v1/accounts"]},
        {"refuse_handshake": 502},
        {"refuse_connections": True},
        {"mute": True},
        {"no_pongs": True},
        {"ignore_list": True},
        {"forget_types": ["myOrder"]},
    ]
)
"""What the exchange or the line does until it is honest again; each within the bounds of the rules."""

MISSED: Final = 5.0
"""Seconds in which rows are missing: in two snapshots at most, since three are believed."""


class LawMachine(RuleBasedStateMachine):
    """Does one thing after the other to a world, and lets things settle now and then."""

    def __init__(
        self, world: World, scopes: tuple[str, ...], step: Callable[[], None]
    ) -> None:
        """Take a world that is not open yet; `step` is called with each step."""
        super().__init__()
        self.world = world
        self._scopes = scopes
        self._step = step
        self.holds = False
        """Whether the last step came to its end: what broke is not to be broken once more."""
        self._orders: list[str] = []
        self._asked_when_missed = -1

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._step()
        self.holds = False
        self.world.hass.loop.run_until_complete(work)
        self.holds = True

    def _do(self, act: Callable[[], object], pause: float = 0) -> None:
        async def done() -> None:
            act()
            await self.world.clock.advance(pause)

        self._run(done())

    @initialize(is_new=st.booleans())
    def open(self, is_new: bool) -> None:
        """Set up."""
        self._run(self.world.open(self._scopes, is_new=is_new))

    # The account

    @rule(code=CODES, side=SIDES, times=TIMES, fills=st.integers(1, 3), pause=PAUSES)
    def trade(self, code: str, side: str, times: int, fills: int, pause: float) -> None:
        """Trade at the market's price, if there is enough."""

        def act() -> None:
            volume = volume_of(code, times)
            quote, base = code.split("-")
            if self._free(base if side == "ask" else quote) > self._need(
                code, side, volume
            ):
                self.world.server.trade(code, side, volume, fills=fills)

        self._do(act, pause)

    @rule(code=CODES, side=SIDES, times=TIMES, pause=PAUSES)
    def limit(self, code: str, side: str, times: int, pause: float) -> None:
        """Place an order that waits."""

        def act() -> None:
            server = self.world.server
            try:
                uuid = server.order(
                    code,
                    side,
                    volume_of(code, times),
                    resting_price(server, code, side),
                )
            except Overdrawn:
                return
            self._orders.append(uuid)

        self._do(act, pause)

    @precondition(lambda self: self._orders)
    @rule(pick=PICKS, parts=st.integers(1, 3), pause=PAUSES)
    def fill(self, pick: int, parts: int, pause: float) -> None:
        """Fill an order, or a part of it."""
        uuid = self._orders[pick % len(self._orders)]

        def act() -> None:
            if fill_part(self.world.server, uuid, parts):
                self._orders.remove(uuid)

        self._do(act, pause)

    @precondition(lambda self: self._orders)
    @rule(pick=PICKS, pause=PAUSES)
    def cancel(self, pick: int, pause: float) -> None:
        """Cancel an order."""
        uuid = self._orders.pop(pick % len(self._orders))
        self._do(lambda: self.world.server.cancel(uuid), pause)

    @rule(currency=CURRENCIES, pick=PICKS, pause=PAUSES)
    def deposit(self, currency: str, pick: int, pause: float) -> None:
        """Put in something, down to the last digit."""
        amount = Decimal(RICHES[currency]) * (pick + 1) / 1000 + Decimal("1E-8")
        self._do(
            lambda: self.world.server.deposit(currency, format(amount, "f")), pause
        )

    @rule(currency=CURRENCIES, whole=st.booleans(), pause=PAUSES)
    def withdraw(self, currency: str, whole: bool, pause: float) -> None:
        """Take out some, or all."""

        def act() -> None:
            amount = self._free(currency) / (1 if whole else 4)
            if amount:
                self.world.server.withdraw(currency, format(amount, "f"))

        self._do(act, pause)

    @rule(
        currency=CURRENCIES,
        waits=PAUSES,
        comes_about=st.booleans(),
        pause=PAUSES,
    )
    def withdraw_by_and_by(
        self, currency: str, waits: float, comes_about: bool, pause: float
    ) -> None:
        """Lock what is to leave; later it leaves, or comes back."""
        server = self.world.server

        async def act() -> None:
            amount = format(self._free(currency) / 8, "f")
            if not Decimal(amount):
                return
            server.lock(currency, amount)
            await self.world.clock.advance(waits)
            (server.complete if comes_about else server.unlock)(currency, amount)
            await self.world.clock.advance(pause)

        self._run(act())

    @rule(pause=PAUSES)
    def wait(self, pause: float) -> None:
        """Let time pass."""
        self._do(lambda: None, pause)

    @rule(pause=PAUSES)
    def let_prices_walk(self, pause: float) -> None:
        """Move the market, which fills whatever order it reaches."""

        def act() -> None:
            self.world.server.walk()
            still = {order.uuid for order in self.world.server.orders.open()}
            self._orders = [uuid for uuid in self._orders if uuid in still]

        self._do(act, pause)

    # What goes wrong

    @rule(ending=ENDINGS, pause=PAUSES)
    def cut(self, ending: dict[str, object], pause: float) -> None:
        """End the private connection."""
        self._do(lambda: self.world.server.fault(**ending), pause)

    @rule(pause=PAUSES)
    def cut_prices(self, pause: float) -> None:
        """End the public connection."""
        self._do(lambda: self.world.server.fault(close_public=1001), pause)

    @rule(lie=LIES, pause=PAUSES)
    def lie(self, lie: dict[str, object], pause: float) -> None:
        """Let something be wrong until further notice."""
        self._do(lambda: self.world.server.fault(**lie), pause)

    @rule(pause=PAUSES)
    def be_honest(self, pause: float) -> None:
        """Let everything be right again."""
        self._do(self.world.be_honest, pause)

    @precondition(lambda self: self._asked() > self._asked_when_missed)
    @rule(currencies=st.lists(CURRENCIES, unique=True, max_size=3))
    def miss_rows(self, currencies: list[str]) -> None:
        """Leave rows out of the snapshots for a moment, or all of them."""
        fault = "omit_rows" if currencies else "empty_accounts"
        honest = getattr(Faults(), fault)

        async def act() -> None:
            self.world.server.fault(**{fault: currencies or True})
            await self.world.clock.advance(MISSED)
            self.world.server.fault(**{fault: honest})

        self._run(act())
        self._asked_when_missed = self._asked()

    @rule(seconds=st.sampled_from([5, 20, 60]), pause=PAUSES)
    def ban(self, seconds: int, pause: float) -> None:
        """Shut everybody out."""
        self._do(lambda: self.world.ban(seconds), pause)

    @rule(away=PAUSES.filter(lambda pause: pause >= 1))
    def restart(self, away: float) -> None:
        """Reload the integration."""
        self._run(self.world.restart(away))

    @rule(away=PAUSES.filter(lambda pause: pause >= 1))
    def crash(self, away: float) -> None:
        """Lose the process, and begin again."""
        self._run(self.world.crash(away))

    @rule(
        currency=CURRENCIES,
        told_for=st.sampled_from([1.9, 2.0, 2.1, 2.5, 2.9, 3.1]),
        away=PAUSES.filter(lambda pause: pause >= 1),
    )
    def crash_while_it_is_told(
        self, currency: str, told_for: float, away: float
    ) -> None:
        """Lose the process around the moment at which something is saved and published."""

        async def act() -> None:
            self.world.server.deposit(currency, "1.5")
            await self.world.clock.advance(told_for)
            await self.world.crash(away)

        self._run(act())

    # And in the end

    @rule(patiently=st.booleans())
    def settle(self, patiently: bool) -> None:
        """Let things settle: the laws hold."""
        self._run(self._settled(patiently))

    def teardown(self) -> None:
        """Settle once more, and leave nothing behind."""
        loop = self.world.hass.loop
        try:
            if self.holds:
                loop.run_until_complete(self._settled(patiently=True))
        finally:
            loop.run_until_complete(self.world.close())

    async def _settled(self, patiently: bool) -> None:
        await self.world.settle(patiently=patiently)
        await self.world.check()

    def _free(self, currency: str) -> Decimal:
        return self.world.server.ledger_book.wallet(currency).balance

    def _need(self, code: str, side: str, volume: str) -> Decimal:
        if side == "ask":
            return Decimal(volume)
        return Decimal(volume) * self.world.server.markets[code].price * Decimal("1.01")

    def _asked(self) -> int:
        """Return how many snapshots were asked for."""
        return sum(one.path == "/v1/accounts" for one in self.world.server.requests)
