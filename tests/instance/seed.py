"""The configuration of an instance: no onboarding, no login from loopback, the account already there."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any, Final

USER_ID: Final = "d" * 32
ENTRY_ID: Final = "01K0UPB1TDEM000000000000AA"
CREATED: Final = "2026-01-01T00:00:00+00:00"

CONFIGURATION: Final = """\
homeassistant:
  name: Home
  time_zone: Asia/Seoul
  currency: KRW
  country: KR
  language: {language}
  unit_system: metric
  auth_providers:
    - type: trusted_networks
      trusted_networks: [127.0.0.1]
      allow_bypass_login: true
history:
logbook:
automation: !include automations.yaml
"""

TEXTS: Final = {
    "en": {
        "holdings": "Holdings",
        "exact": "To the last digit",
        "available": "available",
        "locked": "locked in orders",
        "movement": "The last hour",
        "connection": "Connection",
    },
    "ko": {
        "holdings": "보유자산",
        "exact": "마지막 자리까지",
        "available": "주문가능",
        "locked": "주문중",
        "movement": "최근 1시간",
        "connection": "연결",
    },
}


def seed(
    config: Path,
    *,
    port: int,
    language: str,
    account: Mapping[str, str] | None,
    currencies: tuple[str, ...] = (),
) -> None:
    """Write the configuration into an empty folder.

    `account` is the data of the config entry, or `None` for an instance without one; the dashboard
    shows `currencies`.
    """
    storage = config / ".storage"
    storage.mkdir(parents=True)
    config.chmod(0o700)  # it will hold a key
    (config / "configuration.yaml").write_text(CONFIGURATION.format(language=language))
    (config / "automations.yaml").write_text("[]\n")
    components = Path(__file__).parents[2] / "custom_components"
    (config / "custom_components").symlink_to(components)

    def store(key: str, version: int, minor: int, data: Any) -> None:
        content = {"version": version, "minor_version": minor, "key": key, "data": data}
        (storage / key).write_text(json.dumps(content, ensure_ascii=False))

    done = ["user", "core_config", "analytics", "integration"]
    store("onboarding", 4, 1, {"done": done})
    store("http", 1, 1, {"server_port": port, "server_host": ["127.0.0.1"]})
    store("auth", 1, 1, _auth())
    store(
        "frontend.system_data",
        1,
        1,
        {
            "core": {
                "onboarded_version": "2026.10.0",
                **({"default_panel": "dashboard-upbit"} if currencies else {}),
            },
            "home": {"welcome_banner_dismissed": True},
        },
    )
    if account is not None:
        store("core.config_entries", 1, 5, {"entries": [_entry(account)]})
    if currencies:
        dashboard = {
            "id": "dashboard_upbit",
            "url_path": "dashboard-upbit",
            "title": "Upbit",
            "icon": "mdi:finance",
            "show_in_sidebar": True,
            "require_admin": False,
            "mode": "storage",
        }
        store("lovelace_dashboards", 1, 1, {"items": [dashboard]})
        view = _view(currencies, TEXTS[language])
        store("lovelace.dashboard_upbit", 1, 1, {"config": {"views": [view]}})


def _auth() -> dict[str, Any]:
    user = {
        "id": USER_ID,
        "group_ids": ["system-admin"],
        "is_owner": True,
        "is_active": True,
        "name": "Demo",
        "system_generated": False,
        "local_only": False,
    }
    return {
        "users": [user],
        "groups": [{"id": "system-admin", "name": "Administrators"}],
        "credentials": [],
        "refresh_tokens": [],
    }


def _entry(account: Mapping[str, str]) -> dict[str, Any]:
    return {
        "created_at": CREATED,
        "modified_at": CREATED,
        "data": dict(account),
        "disabled_by": None,
        "discovery_keys": {},
        "domain": "upbit",
        "entry_id": ENTRY_ID,
        "version": 1,
        "minor_version": 1,
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": "Upbit",
        "unique_id": None,
    }


def _view(currencies: tuple[str, ...], texts: Mapping[str, str]) -> dict[str, Any]:
    """Lay out a view of Home Assistant's own cards."""
    sensors = [f"sensor.upbit_{code.lower()}" for code in currencies]
    exact = "\n".join(
        f"**{code}** {{{{ states('{sensor}') }}}}<br>"
        f"{texts['available']} {{{{ state_attr('{sensor}', 'balance') }}}}<br>"
        f"{texts['locked']} {{{{ state_attr('{sensor}', 'locked') }}}}\n"
        for code, sensor in zip(currencies, sensors, strict=True)
        if code in ("KRW", "BTC", "XRP")
    )
    holdings = [
        {"type": "tile", "entity": sensor, "name": code, "vertical": False}
        for code, sensor in zip(currencies, sensors, strict=True)
    ]
    graphs = [
        {"type": "history-graph", "hours_to_show": 1, "entities": [{"entity": one}]}
        for one in ("sensor.upbit_krw", "sensor.upbit_btc")
    ]
    connection = [
        {"type": "tile", "entity": "binary_sensor.upbit_connection"},
        {"type": "tile", "entity": "sensor.upbit_last_change"},
    ]
    return {
        "title": "Upbit",
        "path": "upbit",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            _section(texts["holdings"], "mdi:wallet", holdings),
            _section(texts["movement"], "mdi:chart-line", graphs),
            _section(
                texts["exact"],
                "mdi:decimal",
                [{"type": "markdown", "content": exact}],
            ),
            _section(texts["connection"], "mdi:lan-connect", connection),
        ],
    }


def _section(title: str, icon: str, cards: list[dict[str, Any]]) -> dict[str, Any]:
    heading = {"type": "heading", "heading": title, "icon": icon}
    return {"type": "grid", "cards": [heading, *cards]}
