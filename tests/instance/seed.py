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
diagnostics:
history:
logbook:
logger:
system_health:
automation: !include automations.yaml
"""


def seed(
    config: Path,
    *,
    port: int,
    language: str,
    account: Mapping[str, str] | None,
) -> None:
    """Write the configuration into an empty folder.

    `account` is the data of the config entry, or `None` for an instance without one.
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
                "default_panel": "dashboard-upbit",
            },
            "home": {"welcome_banner_dismissed": True},
        },
    )
    if account is not None:
        store("core.config_entries", 1, 5, {"entries": [_entry(account)]})
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
    strategy = {"strategy": {"type": "custom:upbit"}}
    store("lovelace.dashboard_upbit", 1, 1, {"config": strategy})


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
