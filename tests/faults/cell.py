"""One cell of the matrix: a fault strikes at a moment, something happens meanwhile, and it is over again."""

import asyncio
from decimal import Decimal
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.activities import answer
from tests.clock import Clock
from tests.movements import Movements
from tests.upbit_server import UpbitServer

from .measure import FRESH, Told, alive_since, differing, told
from .table import Fault, Moment

CONNECTION: Final = "binary_sensor.upbit_connection"

NOTICED: Final = 45.0
"""Seconds in which a connection is found dead by its missing pong, closed and counted as lost."""

LONGEST: Final = 1_200.0
"""Seconds after which a cell is given up: more than any deadline."""


class Cell:
    """An account, a fault and a moment."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        server: UpbitServer,
        clock: Clock,
        fault: Fault,
    ) -> None:
        """Begin with nothing set up."""
        self.hass = hass
        self.entry = entry
        self.server = server
        self.clock = clock
        self.fault = fault
        self.struck = 0.0
        """When the fault began, and when it ended, by the event loop's clock."""
        self.cleared = 0.0
        self.stood = 0.0
        """When the stream stood again after that; the end itself if it stood all the time."""
        self.answered = 0.0
        """When a snapshot was answered again after that; the end itself if that went on all the time."""
        self.held_until = 0.0
        """Until when the exchange wanted to be left alone."""
        self.right = 0.0
        """When every state was right again."""
        self.claimed_too_long = False
        """Whether states were available at the end of the fault, without a sign of life for so long."""
        self._setting_up: asyncio.Task[bool] | None = None
        self.starts: list[float] = []
        """When a set-up was begun; those that Home Assistant tries again are not near each other."""
        self._before: dict[str, Decimal] = {}
        self._movements = Movements(server.ledger_book)
        self._order = ""

    async def play(self, moment: Moment) -> None:
        """Let the fault strike at a moment and end."""
        match moment:
            case Moment.BEFORE:
                await self._before_the_first_snapshot()
            case Moment.STEADY:
                await self._set_up()
                self._strike()
                await self._changes()
            case Moment.TRADE:
                await self._set_up()
                await self._order_placed()
                self.server.fill(self._order, "0.001")
                self._strike()
                if Moment.STEADY in self.fault.senseless:
                    self.server.fault(close=1006)
                self.server.fill(self._order, "0.0005")
                await self.clock.advance(self.fault.lasts)
            case Moment.RECONNECT:
                await self._set_up()
                self.server.fault(close=1006)
                self._strike()
                await self._changes()
        self._clear()
        if self._order:
            self.server.fill(self._order, "0.0015")

    async def recover(self) -> None:
        """Wait until everything is right again."""
        if self._setting_up:
            await self.clock.until(self._setting_up.done, LONGEST)
        await self._ask_again()
        await self._until_loaded()
        if not self._before:
            self._before = self._totals()
        await self.clock.until(self._stands, LONGEST)
        self.stood = self.clock.now
        await self.clock.until(self._is_right, LONGEST)
        self.right = self.clock.now
        snapshots = [
            one.time
            for one in self.server.requests
            if one.path == "/v1/accounts" and one.status == 200 and one.is_whole
        ]
        went_on = any(self.struck <= one < self.cleared for one in snapshots)
        self.answered = (
            self.cleared
            if went_on
            else next((one for one in snapshots if one >= self.cleared), self.cleared)
        )
        self.held_until = max(
            (
                one.time + one.told_to_wait
                for one in self.server.requests
                if one.time >= self.struck
            ),
            default=self.cleared,
        )

    async def go_on(self) -> None:
        """Prove that the stream brings what happens from here on."""
        self.server.deposit("SOL", "3")
        await self.clock.advance(0.1)

    async def told(self) -> Told:
        """Return what the history tells, once there was time to tell it."""
        for _ in range(20):
            await self.clock.advance(8)
            compared = await self._compared()
            if not (compared.lost or compared.twice):
                break
        # And let whatever may still be told be told.
        await self.clock.advance(30)
        return await self._compared()

    async def _compared(self) -> Told:
        history = (await answer(self.hass, "get_history"))["activities"]
        return told(history, self._before, self._totals(), self._movements)

    @property
    def differing(self) -> list[str]:
        """The currencies whose state is not what the exchange holds."""
        return differing(self.hass, self.server)

    async def _before_the_first_snapshot(self) -> None:
        self._strike()
        self.starts.append(self.clock.now)
        # It may wait for an answer, which takes its time.
        setting_up = self.hass.async_create_task(
            self.hass.config_entries.async_setup(self.entry.entry_id)
        )
        if not self.fault.keeps_waiting:
            await setting_up
        if self._loaded():
            self._before = self._totals()
        await self._changes()
        self._setting_up = setting_up

    async def _set_up(self) -> None:
        """Set up, and wait until the connection has stood long enough for a fresh backoff."""
        self.starts.append(self.clock.now)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.clock.until(self._stands, 5)
        await self.clock.advance(65)
        self._before = self._totals()

    async def _order_placed(self) -> None:
        market = self.server.markets["KRW-BTC"]
        price = (market.price * Decimal("0.95")).quantize(Decimal(1000))
        self._order = self.server.order("KRW-BTC", "bid", "0.003", format(price, "f"))
        await self.clock.advance(4)

    def _strike(self) -> None:
        self.struck = self.clock.now
        self.server.fault(**self.fault.standing, **self.fault.once)

    def _clear(self) -> None:
        state = self.hass.states.get("sensor.upbit_krw")
        self.claimed_too_long = (
            state is not None
            and state.state != STATE_UNAVAILABLE
            and not alive_since(self.server, self.clock.now - FRESH - NOTICED)
        )
        self.server.fault(**self.fault.cleared)
        self.cleared = self.clock.now

    async def _changes(self) -> None:
        """Let a coin come, a trade be made and another coin go while the fault lasts."""
        part = self.fault.lasts / 3
        await self.clock.settle()
        self.server.deposit("XRP", "5")
        await self.clock.advance(part)
        self.server.trade("KRW-BTC", "bid", "0.00210001", fills=2)
        await self.clock.advance(part)
        self.server.withdraw("ETH", "0.25")
        await self.clock.advance(part)

    async def _until_loaded(self) -> None:
        """Wait for Home Assistant's next try, and for the modules that it loads in threads meanwhile."""
        until = self.clock.now + LONGEST
        while not self._loaded():
            assert self.clock.now < until
            await self.hass.async_add_import_executor_job(int)
            await self.hass.async_add_executor_job(int)
            await self.clock.advance(1)

    async def _ask_again(self) -> None:
        """Do what the owner does whose key was refused for good: set up again, with the same key."""
        if self.entry.state is ConfigEntryState.SETUP_ERROR:
            self.starts.append(self.clock.now)
            await self.hass.config_entries.async_reload(self.entry.entry_id)

    def _totals(self) -> dict[str, Decimal]:
        return {code: one.total for code, one in self.server.ledger().items()}

    def _loaded(self) -> bool:
        return self.entry.state is ConfigEntryState.LOADED

    def _stands(self) -> bool:
        return self.hass.states.is_state(CONNECTION, "on") and any(
            set(session.subscriptions) == {"myAsset", "myOrder", "announcement"}
            for session in self.server.connections
        )

    def _is_right(self) -> bool:
        return (
            self._stands()
            and not self.differing
            and self.hass.states.is_state(
                "sensor.upbit_open_orders", str(len(self.server.orders.open()))
            )
        )
