"""Tools for Assist: what the portfolio is worth, how much of a currency is held, if that is exposed."""

from collections.abc import Iterator
from typing import Any, Final, override

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
)
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .account import Account
from .const import DOMAIN
from .report import report_of

ANNOTATIONS: Final = ToolAnnotations(
    read_only=True, destructive=False, idempotent=True, open_world=False
)

TOTAL_VALUE: Final = "total_value"

SUMS: Final = (TOTAL_VALUE, "coins_value", "profit", "profit_rate", "profit_today")
"""What is told of an account, each by the key of the sensor that has to be exposed for it."""

PARTS: Final = ("total", "balance", "locked")
WORTHS: Final = ("value", "profit")
"""What is told of a currency: its parts with its total, its worths each by a sensor of its own."""

NOT_KNOWN: Final = "Upbit cannot be reached, so what is held now is not known"


@callback
def async_get_tools(
    hass: HomeAssistant, llm_context: LLMContext, api_id: str
) -> LLMTools | None:
    """Return the tools for what the user has exposed, to the assistant that they have exposed it to."""
    assistant = llm_context.assistant
    if api_id != LLM_API_ASSIST or not assistant:
        return None
    tools: list[Tool] = []
    if any(_worths(hass, assistant)):
        tools.append(PortfolioTool())
    if any(_holdings(hass, assistant)):
        tools.append(HoldingTool())
    return LLMTools(tools=tools) if tools else None


def _accounts(hass: HomeAssistant) -> Iterator[Account]:
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        yield entry.runtime_data


def _exposed(hass: HomeAssistant, assistant: str, unique_id: str) -> bool:
    entity_id = er.async_get(hass).async_get_entity_id(
        Platform.SENSOR, DOMAIN, unique_id
    )
    return entity_id is not None and async_should_expose(hass, assistant, entity_id)


def _worths(hass: HomeAssistant, assistant: str) -> Iterator[Account]:
    """Yield the accounts whose total value is exposed."""
    for account in _accounts(hass):
        if _exposed(hass, assistant, f"{account.entry.entry_id}_{TOTAL_VALUE}"):
            yield account


def _holdings(hass: HomeAssistant, assistant: str) -> Iterator[tuple[Account, str]]:
    """Yield the currencies whose total is exposed."""
    for account in _accounts(hass):
        for currency in account.coordinator.holdings.of:
            unique_id = f"{account.entry.entry_id}_{currency}_total"
            if _exposed(hass, assistant, unique_id):
                yield account, currency


def _told(
    hass: HomeAssistant, assistant: str, account: Account, currency: str
) -> dict[str, Any]:
    """Return what is told of a currency: never an old amount as that of now."""
    report = report_of(account)
    if not report["summary"]["available"]:
        return {
            "error": NOT_KNOWN,
            "last_confirmed": report["summary"]["last_confirmed"],
        }
    prefix = f"{account.entry.entry_id}_{currency}"
    return {
        name: value
        for name, value in report["assets"].get(currency, {"total": "0"}).items()
        if name in PARTS
        or (name in WORTHS and _exposed(hass, assistant, f"{prefix}_{name}"))
    }


class PortfolioTool(Tool):
    """What the accounts are worth."""

    name = f"{DOMAIN}__get_portfolio"
    title = "Get the worth of the Upbit portfolio"
    integration = DOMAIN
    description = (
        "Returns what the user's accounts at the Upbit exchange are worth, in the currency named"
        " in the answer, with profit, profit rate in percent and profit of today."
    )
    parameters = vol.Schema({})
    annotations = ANNOTATIONS

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> JsonObjectType:
        """Answer for the accounts that are exposed."""
        assistant = llm_context.assistant
        return {
            # Two accounts may have the same title.
            "accounts": [
                {
                    "account": account.entry.title,
                    "currency": account.coordinator.cash,
                    **{
                        name: value
                        for name, value in report_of(account)["summary"].items()
                        if name in SUMS
                        and _exposed(
                            hass, assistant, f"{account.entry.entry_id}_{name}"
                        )
                    },
                }
                for account in _worths(hass, assistant)
            ]
        }


class HoldingTool(Tool):
    """How much of a currency is held."""

    name = f"{DOMAIN}__get_holding"
    title = "Get what is held of a currency at Upbit"
    integration = DOMAIN
    description = (
        "Returns how much of a currency, such as BTC, ETH or KRW, the user holds at the Upbit"
        " exchange: total, what of it is available and locked, and what it is worth."
    )
    parameters = vol.Schema(
        {vol.Required("currency", description="Code of the currency, such as BTC"): str}
    )
    annotations = ANNOTATIONS

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> JsonObjectType:
        """Answer for the currencies that are exposed."""
        wanted = str(tool_input.tool_args["currency"]).strip().upper()
        assistant = llm_context.assistant
        found: list[Any] = []
        for account, currency in _holdings(hass, assistant):
            if currency == wanted:
                told = _told(hass, assistant, account, currency)
                found.append({"account": account.entry.title, **told})
        if not found:
            return {"error": f"No account holds {wanted}, or it is not exposed"}
        return {"currency": wanted, "accounts": found}
