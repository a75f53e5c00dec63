"""``regulars.toml``: what it may say and how it is refused."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from features.company.settings.reading import Settings, TableMapping, load_settings, settings_from
from features.vocabulary.errors import SettingsRefused

PURCHASES: dict[str, Any] = {
    "source": "sales.csv",
    "columns": {
        name: name
        for name in ("customer_id", "order_id", "ordered_at", "item_id", "quantity", "amount")
    },
}


def read(content: dict[str, Any]) -> Settings:
    return settings_from(content, folder=Path("company"))


def test_an_empty_file_means_the_defaults() -> None:
    settings = read({})
    assert settings.churn.horizon_days == 90
    assert settings.churn.population_days == 180
    assert settings.service.host == "127.0.0.1"
    assert settings.workspace_folder == Path("company/.workspace")


def test_sections_are_read_into_their_places() -> None:
    settings = read({"churn": {"horizon_days": 60}, "tables": {"purchases": PURCHASES}})
    assert settings.churn.horizon_days == 60
    assert settings.tables["purchases"].columns["amount"] == "amount"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"churn": {"horizon": 60}}, 'Did you mean "horizon_days"'),
        ({"chrun": {}}, 'Did you mean "churn"'),
        ({"churn": {"horizon_days": "60"}}, "a whole number for churn.horizon_days"),
        ({"churn": {"horizon_days": True}}, "a whole number for churn.horizon_days"),
        ({"churn": 60}, "a section for churn"),
        ({"mlflow": {"shap_plots": 1}}, "true or false for mlflow.shap_plots"),
        ({"campaign": {"contact_cents": -1}}, "campaign.contact_cents from 0 on"),
        ({"service": {"workers": 0}}, "service.workers from 1 to 64"),
        ({"campaign": {"success_percent": 101}}, "campaign.success_percent from 0 to 100"),
        ({"value": {"horizon_days": 0}}, "value.horizon_days of at least 1"),
        ({"value": {"origins": 2}}, "value.origins of at least 3"),
        ({"company": {"name": 7}}, "a text for company.name"),
        ({"folder": "elsewhere"}, 'unknown setting "folder"'),
        ({"tables": {"purchase": PURCHASES}}, 'Did you mean "purchases"'),
        ({"tables": {"purchases": {**PURCHASES, "source": ""}}}, "a source for"),
        ({"tables": {"purchases": {**PURCHASES, "timezone": "Mars/Base"}}}, "a time zone"),
        ({"tables": {"purchases": {**PURCHASES, "duplicates": "twice"}}}, "drop, keep or refuse"),
        ({"reasons": {"compared_days": -1}}, "reasons.compared_days from 0 to 365"),
        (
            {"tables": {"purchases": {"source": "x", "columns": {"customer_id": "c"}}}},
            "no order_id",
        ),
        (
            {
                "tables": {
                    "purchases": {**PURCHASES, "columns": {**PURCHASES["columns"], "ammount": "x"}}
                }
            },
            'Did you mean "amount"',
        ),
    ],
)
def test_a_wrong_setting_is_refused_by_name(content: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsRefused) as refusal:
        read(content)
    assert message in str(refusal.value)


def test_a_missing_file_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="regulars init"):
        load_settings(tmp_path / "regulars.toml")


def test_broken_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "regulars.toml"
    path.write_text("[churn]\nhorizon_days = = 60\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match="line 2"):
        load_settings(path)


def test_the_example_names_every_setting_and_its_values_are_the_defaults() -> None:
    example = load_settings(Path(__file__).parents[4] / "regulars.example.toml")
    default = Settings()
    assert example.company == default.company
    assert example.churn == default.churn
    assert example.reasons.compared_days == default.reasons.compared_days
    assert example.campaign == default.campaign
    assert example.service == default.service
    assert example.mlflow == default.mlflow
    assert set(example.tables) >= {"purchases", "customers", "items", "contacts"}


def every_setting(cls: type = Settings, section: str = "") -> list[tuple[str, str]]:
    """Each setting's path and sentence, walked through the sections."""
    hints = get_type_hints(cls)
    found: list[tuple[str, str]] = []
    for one in fields(cls):
        if one.metadata.get("internal") or one.name == "tables":
            continue
        path = f"{section}{one.name}"
        if is_dataclass(hints[one.name]):
            found += every_setting(hints[one.name], f"{path}.")
        else:
            found.append((path, one.metadata["help"]))
    return found


@pytest.mark.parametrize(
    ("path", "sentence"), every_setting() + every_setting(TableMapping, "tables.NAME.")
)
def test_every_setting_stands_in_the_documentation_with_its_sentence(
    path: str, sentence: str
) -> None:
    page = (Path(__file__).parents[4] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"| `{path}` |" in page
    assert sentence in page
