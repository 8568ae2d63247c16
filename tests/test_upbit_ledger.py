"""The simulated exchange keeps its books: whatever is asked of it, amounts, orders and averages agree."""

from decimal import Decimal

import pytest

from .clock import Clock
from .trader import Trader
from .upbit_server import Impossible, Overdrawn, UpbitServer

BTC = Decimal(142350000)


def agrees(server: UpbitServer) -> bool:
    """Return whether what is locked is what the open orders lock, and nothing is negative."""
    orders = server.orders.open()
    wallets = server.ledger_book.now()
    return all(
        wallet.balance >= 0
        and wallet.locked == sum(one.locked for one in orders if one.pays == code)
        for code, wallet in wallets.items()
    ) and all(one.locked >= 0 and (one.remaining or 0) >= 0 for one in orders)


@pytest.mark.parametrize("volumes", [["0.2"], ["0.05", "0.06"], ["0.1", "0.1"]])
async def test_more_than_an_order_waits_for_cannot_be_filled(
    server: UpbitServer, volumes: list[str]
) -> None:
    """What other orders lock is not this one's to sell; of several fills, not even the first happens."""
    first = server.order("KRW-BTC", "ask", "0.1", "200000000")
    server.order("KRW-BTC", "ask", "0.3", "210000000")
    before = server.ledger()
    with pytest.raises(Impossible, match="more than the order waits for"):
        server.fill(first, *volumes)
    assert server.ledger() == before
    assert agrees(server)
    server.fill(first, "0.1")
    assert agrees(server)


async def test_a_filled_order_cannot_be_filled_again(server: UpbitServer) -> None:
    """Nor cancelled."""
    order = server.order("KRW-BTC", "ask", "0.1", "200000000")
    server.fill(order, "0.1")
    with pytest.raises(Impossible, match="no such order"):
        server.fill(order, "0.1")
    with pytest.raises(Impossible, match="no such order"):
        server.cancel(order)


@pytest.mark.parametrize("side", ["bid", "ask"])
@pytest.mark.parametrize("fills", [0, -1])
async def test_a_trade_in_no_fills_trades_nothing(
    server: UpbitServer, side: str, fills: int
) -> None:
    """And leaves no order behind."""
    before = server.ledger()
    with pytest.raises(Impossible, match="at least one fill"):
        server.trade("KRW-BTC", side, "0.001", fills=fills)
    assert server.ledger() == before
    assert not server.orders.open()


async def test_a_market_sell_is_filled_at_once(server: UpbitServer) -> None:
    """At the market's price, less the fee."""
    server.order("KRW-BTC", "ask", volume="0.1")
    assert not server.orders.open()
    assert server.ledger()["BTC"].total == Decimal("0.4")
    paid = BTC * Decimal("0.1") * Decimal("0.9995")
    assert server.ledger()["KRW"].balance == 1_000_000 + paid


async def test_a_market_buy_spends_its_funds_at_once(
    trader: Trader, clock: Clock
) -> None:
    """But for dust that buys no hundred-millionth, and comes back."""
    server = trader.server
    await trader.listen({"type": "myOrder"})
    await clock.settle()
    server.order("KRW-BTC", "bid", price="100000")
    await clock.settle()
    assert [frame["state"] for frame in trader.frames] == ["wait", "trade", "cancel"]
    assert server.ledger()["BTC"].total == Decimal("0.50070249")
    spent = 1_000_000 - server.ledger()["KRW"].balance
    assert spent == Decimal("0.00070249") * BTC * Decimal("1.0005")
    assert agrees(server)
    with pytest.raises(Impossible, match="too little to buy BTC"):
        server.order("KRW-BTC", "bid", price="1")
    assert not server.orders.open()


@pytest.mark.parametrize(("side", "part"), [("bid", "2"), ("ask", "0.5")])
async def test_a_limit_order_beyond_the_market_gets_the_market_s_price(
    trader: Trader, clock: Clock, side: str, part: str
) -> None:
    """As on any exchange: the better price, for a taker; the difference comes back."""
    server = trader.server
    await trader.listen({"type": "myOrder"})
    await clock.settle()
    limit = format(BTC * Decimal(part), "f")
    before = server.ledger()["KRW"].total
    server.order("KRW-BTC", side, "0.001", limit)
    await clock.settle()
    moved = server.ledger()["KRW"].total - before
    fee = Decimal("0.0005") * (1 if side == "ask" else -1)
    funds = BTC * Decimal("0.001") * (1 if side == "ask" else -1)
    assert moved == funds - abs(funds) * abs(fee)
    fill = next(frame for frame in trader.frames if frame["state"] == "trade")
    assert (fill["price"], fill["is_maker"]) == (BTC, False)
    assert agrees(server)


async def test_an_order_that_the_market_comes_to_gets_its_own_price(
    trader: Trader, clock: Clock
) -> None:
    """It made the market."""
    server = trader.server
    await trader.listen({"type": "myOrder"})
    await clock.settle()
    server.order("KRW-BTC", "bid", "0.001", "140000000")
    server.set_price("KRW-BTC", "130000000")
    await clock.settle()
    fill = next(frame for frame in trader.frames if frame["state"] == "trade")
    assert (fill["price"], fill["is_maker"]) == (Decimal(140_000_000), True)


async def test_a_reserved_order_is_filled_by_nobody_before_it_is_set_off(
    server: UpbitServer,
) -> None:
    """Then it is an order like any other."""
    order = server.orders.place(
        "KRW-BTC", "BID", Decimal("0.001"), BTC * 2, reserved=True
    )
    with pytest.raises(Impossible, match="set off"):
        server.fill(order.uuid, "0.001")
    server.orders.set_off(order.uuid)
    assert server.ledger()["BTC"].total == Decimal("0.501")
    assert agrees(server)


async def test_averages_in_different_currencies_are_not_mixed(
    server: UpbitServer,
) -> None:
    """2 ETH at 4,000,000 won, and 1 more at 0.03437 bitcoin, which are 4,892,569.5 won."""
    server.withdraw("ETH", "2")
    server.deposit("ETH", "2", "4000000")
    server.trade("BTC-ETH", "bid", "1")
    ether = server.ledger()["ETH"]
    assert ether.unit_currency == "KRW"
    assert ether.average == Decimal("4297523.16666667")
    server.trade("KRW-ETH", "ask", "3")
    server.trade("BTC-ETH", "bid", "1")
    ether = server.ledger()["ETH"]
    assert (ether.average, ether.unit_currency) == (Decimal("0.03437"), "BTC")


@pytest.mark.parametrize("amount", ["-1", "0", "NaN", "1e60", "x"])
async def test_a_deposit_that_is_refused_leaves_the_average(
    server: UpbitServer, amount: str
) -> None:
    """Nor is there a new currency."""
    before = server.ledger_book.now()
    for currency in ("BTC", "XRP"):
        with pytest.raises(Impossible):
            server.deposit(currency, amount, "5")
    assert server.ledger_book.now() == before


async def test_what_cannot_be_paid_is_not_placed(server: UpbitServer) -> None:
    """No order waits, and nothing is locked."""
    before = server.ledger()
    for act in (
        lambda: server.order("KRW-BTC", "bid", "1", "100000000"),
        lambda: server.trade("KRW-BTC", "ask", "0.6"),
        lambda: server.lock("BTC", "0.6"),
        lambda: server.complete("BTC", "0.1"),
    ):
        with pytest.raises(Overdrawn):
            act()
    assert server.ledger() == before
    assert not server.orders.open()


async def test_a_withdrawal_does_not_take_what_an_order_locks(
    server: UpbitServer,
) -> None:
    """It can be completed or called off for what itself has locked."""
    server.order("KRW-BTC", "ask", "0.1", "200000000")
    server.lock("BTC", "0.2")
    with pytest.raises(Overdrawn):
        server.complete("BTC", "0.3")
    with pytest.raises(Overdrawn):
        server.unlock("BTC", "0.3")
    server.complete("BTC", "0.15")
    server.unlock("BTC", "0.05")
    assert agrees(server)
    assert server.ledger()["BTC"].total == Decimal("0.35")


async def test_an_order_that_would_meet_its_owner_s_is_prevented(
    trader: Trader, clock: Clock
) -> None:
    """A part: the order goes on with the rest. All that is left: it ends in cancel. The lock comes back."""
    server = trader.server
    await trader.listen({"type": "myOrder"})
    await clock.settle()
    uuid = server.order("KRW-BTC", "bid", "0.003", "100000000")
    server.prevent(uuid, "0.001")
    assert server.ledger()["KRW"].locked == Decimal(200_100)
    assert agrees(server)
    server.fill(uuid, "0.001")
    with pytest.raises(Impossible, match="more than the order waits for"):
        server.prevent(uuid, "0.0011")
    server.prevent(uuid)
    await clock.settle()
    told = [
        (
            frame["state"],
            frame["smp_type"],
            frame["remaining_volume"],
            frame["prevented_volume"],
            frame["prevented_locked"],
        )
        for frame in trader.frames
    ]
    part, all_of_it = Decimal("0.001"), Decimal("0.002")
    assert told == [
        ("wait", None, Decimal("0.003"), 0, 0),
        ("prevented", "reduce", all_of_it, part, 100_050),
        ("trade", "reduce", part, part, 100_050),
        ("prevented", "cancel_maker", 0, all_of_it, 200_100),
        ("cancel", "cancel_maker", 0, all_of_it, 200_100),
    ]
    assert server.ledger()["KRW"].locked == 0
    assert server.ledger()["KRW"].balance == 899_950
    assert not server.orders.open()
