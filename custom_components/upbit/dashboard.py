"""The dashboard strategy: one JavaScript module that the frontend loads."""

from pathlib import Path
from typing import Final

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .const import DOMAIN

URL: Final = f"/{DOMAIN}/strategy.js"
MODULE: Final = Path(__file__).parent / "frontend" / "strategy.js"


async def async_register_strategy(hass: HomeAssistant) -> None:
    """Let the frontend load the module, where there is a frontend.

    The version in the address makes browsers take a new one after an update.
    """
    if not {"frontend", "http"} <= hass.config.components:
        return
    integration = await async_get_integration(hass, DOMAIN)
    await hass.http.async_register_static_paths(
        [StaticPathConfig(URL, str(MODULE), cache_headers=False)]
    )
    add_extra_js_url(hass, f"{URL}?v={integration.version}")
