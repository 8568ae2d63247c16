"""Diagnostics by allow-list: shapes and counts, and no amount, currency, key or other identifier."""

from collections import Counter
from typing import Any

from homeassistant.const import CONF_REGION
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.loader import async_get_integration

from .account import Account, UpbitConfigEntry
from .const import (
    CONF_API_HOST,
    CONF_DAY_START,
    CONF_HISTORY_SIZE,
    CONF_PRICE_INTERVAL,
    CONF_SMALLEST_WORTH,
    DOMAIN,
)
from .entity import currency_identifier
from .rules import CONF_CONDITION, CONF_CURRENCY, CONF_MEASURE, CONF_UNIT


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: UpbitConfigEntry
) -> dict[str, Any]:
    """Return what helps to find a fault of an account."""
    integration = await async_get_integration(hass, DOMAIN)
    account = entry.runtime_data
    return {
        "version": str(integration.version),
        "entry": _entry(entry),
        "account": _account(account),
        "stream": _stream(account),
        "prices": _prices(account),
        "told": _told(account),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: UpbitConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return the same of an account or an alert, and of a currency what is known of it."""
    answer = await async_get_config_entry_diagnostics(hass, entry)
    account = entry.runtime_data
    for currency, holding in account.coordinator.holdings.of.items():
        if currency_identifier(entry, currency) not in device.identifiers:
            continue
        quotes = account.prices.quotes
        worth = account.worth.of.get(currency)
        path = quotes.path(currency)
        answer["currency"] = {
            "held": bool(holding.total),
            "in_orders": bool(holding.locked),
            "digits": len(holding.total.as_tuple().digits),
            "doubtful": currency in account.coordinator.holdings.doubtful,
            "average_buy_price": holding.average is not None,
            "markets": None if path is None else len(path),
            "priced": quotes.price(currency) is not None,
            "valued": worth is not None and worth.value is not None,
            "untold": currency in account.teller.gaps,
        }
    return answer


def _entry(entry: UpbitConfigEntry) -> dict[str, Any]:
    options = entry.options
    return {
        "version": f"{entry.version}.{entry.minor_version}",
        "region": entry.data[CONF_REGION],
        "relay": CONF_API_HOST in entry.data,
        "options": {
            **{
                name: options.get(name)
                for name in (CONF_PRICE_INTERVAL, CONF_HISTORY_SIZE, CONF_DAY_START)
            },
            CONF_SMALLEST_WORTH: options.get(CONF_SMALLEST_WORTH, "0") != "0",
        },
        "alerts": [
            {
                "of_currency": CONF_CURRENCY in subentry.data,
                **{
                    name: subentry.data.get(name)
                    for name in (CONF_MEASURE, CONF_CONDITION, CONF_UNIT)
                },
            }
            for subentry in entry.subentries.values()
        ],
    }


def _account(account: Account) -> dict[str, Any]:
    coordinator = account.coordinator
    holdings = coordinator.holdings
    confirmed = coordinator.last_confirmed
    return {
        "available": coordinator.last_update_success,
        "currencies": len(holdings.of),
        "currencies_held": sum(bool(one.total) for one in holdings.of.values()),
        "currencies_hidden": len(account.hidden),
        "doubtful": len(holdings.doubtful),
        "missed_changes": coordinator.missed.total,
        "last_confirmed": confirmed.isoformat() if confirmed else None,
        "key_expiry_known": account.expiry.at is not None,
        "sees_orders": account.teller.sees_orders,
        "open_orders": account.teller.orders.open,
    }


def _stream(account: Account) -> dict[str, Any]:
    coordinator = account.coordinator
    log = coordinator.connection_log
    return {
        "stands_since": log.stands_since.isoformat() if log.stands_since else None,
        "reconnects": log.reconnects,
        "losses": [
            {"at": moment.isoformat(), "error": kind} for moment, kind in log.losses
        ],
        "messages": dict(log.frames),
        "refused_frames": dict(coordinator.refused_frames),
    }


def _prices(account: Account) -> dict[str, Any]:
    quotes = account.prices.quotes
    return {
        "fresh": account.prices.fresh,
        "markets_listed": None if quotes.listed is None else len(quotes.listed),
        "markets_priced": len(quotes.prices),
        "unpriced": len(account.worth.account.unpriced),
    }


def _told(account: Account) -> dict[str, Any]:
    publisher = account.publisher
    return {
        "activities": dict(
            Counter(one.kind.value for one in publisher.history.activities)
        ),
        "outbox": len(publisher.ledger.outbox),
        "untold_currencies": len(account.teller.gaps),
        "caught_up": account.teller.caught_up,
        "baseline": publisher.ledger.baseline is not None,
        "day_open": account.openings.day is not None,
    }
