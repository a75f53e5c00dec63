"""All settings enter the recipe; a family reads its own part of them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from features.company.settings.reading import Settings
from training.families.families import FAMILIES

PROJECT = Path(__file__).resolve().parents[2]


def taking_all_settings(source: str) -> list[str]:
    """The functions of a source that are given everything the settings say."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(argument.annotation, ast.Name) and argument.annotation.id == "Settings"
            for argument in (*node.args.args, *node.args.kwonlyargs)
        )
    ]


def test_who_is_given_all_settings_is_seen() -> None:
    source = "def own(self, settings: Settings): ...\ndef learn(*, all: Settings, more: int): ..."
    assert taking_all_settings(source) == ["own", "learn"]


def test_of_a_family_only_the_choice_of_its_own_settings_sees_all() -> None:
    found = {
        str(path.relative_to(PROJECT / "training" / "families")): names
        for path in (PROJECT / "training" / "families").glob("*/**/*.py")
        if (names := taking_all_settings(path.read_text(encoding="utf-8")))
    }
    folders = ("churn", "items", "offers", "segments", "value")
    assert found == {f"{folder}/family.py": ["own"] for folder in folders}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_familys_own_settings_are_not_all_of_them(name: str) -> None:
    own = FAMILIES[name].own(Settings())
    assert own is not None and not isinstance(own, Settings)
    assert not any(isinstance(part, Settings) for part in vars(own).values())
