"""What the integration claims of the quality scale, as far as a program can check it."""

import ast
from collections.abc import Iterator
import importlib
from pathlib import Path
import re
import tomllib
from typing import Any

from homeassistant import components
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .clock import Clock
from .test_account import state
from .test_contract import INTEGRATION, ROOT, TEXTS, read
from .upbit_server import UpbitServer

PLATFORMS = ("binary_sensor", "button", "event", "sensor")

RAISED = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
}


def rules_of(folder: Path) -> dict[str, Any]:
    """Return what an integration says of each rule."""
    content = parse_yaml((folder / "quality_scale.yaml").read_text())
    assert isinstance(content, dict)
    rules: dict[str, Any] = content["rules"]
    return rules


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Return every module of the integration."""
    for path in sorted(INTEGRATION.rglob("*.py")):
        yield path.relative_to(INTEGRATION).as_posix(), ast.parse(path.read_text())


def test_every_rule_is_done_or_exempt_with_a_reason() -> None:
    """The rules are those that core's own integrations answer."""
    rules = rules_of(INTEGRATION)
    assert rules.keys() == rules_of(Path(components.__file__).parent / "monzo").keys()
    assert len(rules) == 54
    for rule, answer in rules.items():
        if answer != "done":
            assert answer["status"] == "exempt", rule
            assert len(answer["comment"]) > 20, rule
    assert read("manifest.json")["quality_scale"] == "platinum"


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    """None: nothing is fetched by an entity."""
    for platform in PLATFORMS:
        module = importlib.import_module(f"custom_components.upbit.{platform}")
        assert module.PARALLEL_UPDATES == 0


def test_every_exception_has_its_translation() -> None:
    """Where it is raised, or in the sentence that it is given."""
    found = 0
    for name, tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id not in RAISED:
                continue
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            found += 1
            assert given.keys() & {"translation_key", None}, f"{name}:{call.lineno}"
            key = given.get("translation_key")
            if isinstance(key, ast.Constant):
                assert f"exceptions.{key.value!s}.message" in TEXTS["en"]
    assert found >= 4


def test_the_entry_is_typed_everywhere() -> None:
    """Whoever reaches for the runtime data takes the typed entry."""
    for name, tree in trees():
        source = ast.unparse(tree)
        if "entry.runtime_data" in source:
            assert "UpbitConfigEntry" in source or "async_loaded_entries" in source, (
                name
            )


def test_the_types_are_strict_and_the_coverage_is_guarded() -> None:
    """Both are checked by scripts of their own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["mypy"]["strict"] is True
    lint = (ROOT / "scripts" / "lint").read_text()
    assert re.search(r"^\S*mypy .*\bcustom_components\b", lint, re.MULTILINE)
    assert "scripts/coverage" in (ROOT / "scripts" / "test").read_text()


async def test_every_entity_has_a_unique_id_a_device_and_a_translated_name(
    hass: HomeAssistant,
    every_entity_enabled: None,
    account: MockConfigEntry,
    server: UpbitServer,
    clock: Clock,
) -> None:
    """Ids build on the entry, so that another key changes nothing."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), account.entry_id)
    assert {entity.domain for entity in entities} == set(PLATFORMS)
    devices = dr.async_get(hass)
    for entity in entities:
        assert entity.unique_id.startswith(f"{account.entry_id}_")
        assert entity.device_id
        assert devices.async_get(entity.device_id)
        assert entity.translation_key
        icon = read("icons.json")["entity"][entity.domain][entity.translation_key]
        assert icon["default"]
        name = f"entity.{entity.domain}.{entity.translation_key}.name"
        assert (name in TEXTS["en"]) == (entity.original_name is not None), name
        assert state(hass, entity.entity_id)


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_the_documentation_tells_what_the_scale_asks_for(name: str) -> None:
    """Each action, trigger, condition, option and kind of sensor by its name."""
    language = "ko" if ".ko." in name else "en"
    readme = (ROOT / name).read_text()
    texts = TEXTS[language]
    for kind in ("services", "triggers", "conditions"):
        offered = parse_yaml((INTEGRATION / f"{kind}.yaml").read_text())
        assert isinstance(offered, dict)
        for key in offered:
            if not key.startswith("."):
                assert f"upbit.{key}" in readme, key
    for path, text in texts.items():
        if re.fullmatch(
            r"(options\.step\.init\.data\.\w+|entity\.\w+\.\w+\.name)", path
        ):
            assert text in readme, f"{path}: {text}"
    for path, text in texts.items():
        if re.fullmatch(r"config\.step\.user(\.sections\.advanced)?\.data\.\w+", path):
            assert text in readme, f"{path}: {text}"
