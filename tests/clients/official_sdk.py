"""The exchange's official SDK for Python, with its check of answers against its own models."""

import asyncio

from upbit import APIStatusError, AsyncUpbit

from .lines import Account, serve, tell

MARKETS = ["KRW-BTC", "KRW-ETH"]


def client_of(account: Account, *, strict: bool = False) -> AsyncUpbit:
    """Return a client that answers an error at once instead of trying again; a strict one checks shapes."""
    return AsyncUpbit(
        access_key=account.access_key,
        secret_key=account.secret_key,
        base_url=account.origin,
        max_retries=0,
        _strict_response_validation=strict,
    )


async def read(account: Account) -> None:
    """Read everything once."""
    async with client_of(account, strict=True) as client, client_of(account) as lax:
        try:
            accounts = await client.accounts.list()
            orders = [one async for one in client.orders.list_open(order_by="asc")]
            pairs = await client.trading_pairs.list(is_details=True)
            codes = [pair.market for pair in pairs]
            # Its models want a decimal point in every price, which the exchange itself does not send.
            tickers = await lax.tickers.list_by_trading_pairs(markets=",".join(codes))
            await client.wallet_status.list()
            keys = await client.api_keys.list()
        except APIStatusError as error:
            tell(error=error.name or error.message, kind=type(error).__name__)
            return
    assert account.access_key in [key.access_key for key in keys]
    tell(
        balances={row.currency: [row.balance, row.locked] for row in accounts},
        orders={
            order.uuid: [
                order.market,
                order.side,
                order.price,
                order.volume,
                order.remaining_volume,
            ]
            for order in orders
        },
        markets={row.market: str(row.trade_price) for row in tickers},
    )


async def listen(account: Account) -> None:
    """Tell what the account's stream and the market's bring, and that both were proved to stand."""
    async with client_of(account) as client, asyncio.TaskGroup() as group:
        group.create_task(_private(client))
        group.create_task(_public(client))


async def _private(client: AsyncUpbit) -> None:
    stream = client.ws_stream.subscribe_private(my_order=MARKETS, my_asset=True)
    async with stream as connection:
        proof = await connection.list_subscriptions()
        tell(subscribed=sorted(one.type for one in proof.result))
        async for event in connection:
            match event.type:
                case "myAsset":
                    rows = {
                        row.currency: [row.balance, row.locked] for row in event.assets
                    }
                    tell(balances=rows)
                case "myOrder" if event.state == "trade":
                    tell(
                        fill=event.trade_uuid,
                        order=event.uuid,
                        price=event.price,
                        volume=event.volume,
                        fee=event.trade_fee,
                    )
                case "myOrder":
                    tell(order=event.uuid, state=event.state)
                case unexpected:
                    tell(unexpected=unexpected)


async def _public(client: AsyncUpbit) -> None:
    async with client.ws_stream.ticker(MARKETS, format="SIMPLE") as connection:
        proof = await connection.list_subscriptions()
        tell(subscribed=sorted(one.ty for one in proof.rslt))
        async for event in connection:
            tell(ticker=event.cd, price=event.tp)


if __name__ == "__main__":
    asyncio.run(serve(read, listen))
