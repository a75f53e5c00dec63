"""``regulars.toml``: what it may say and how it is refused."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.company.settings.company import TableMapping
from features.company.settings.reading import Settings, load_settings, settings_from
from features.company.settings.sources import JoinedSource
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
        ({"campaign": {"kept_value_cents": -1}}, "campaign.kept_value_cents from 0 on"),
        ({"service": {"workers": 0}}, "service.workers from 1 to 64"),
        ({"campaign": {"hold_out_percent": 101}}, "campaign.hold_out_percent from 0 to 100"),
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


INDEPENDENT: dict[str, tuple[dict[str, Any], str]] = {
    "workspace": ({"workspace": 7}, "a text for workspace; found 7"),
    "chrun": ({"chrun": {}}, 'unknown setting "chrun". Did you mean "churn"?'),
    "folder": ({"folder": "elsewhere"}, 'unknown setting "folder"'),
    "company.name": ({"company": {"name": 7}}, "a text for company.name; found 7"),
    "company.language": ({"company": {"language": "fr"}}, "en or de for company.language"),
    "churn.horizon": ({"churn": {"horizon": 60}}, 'Did you mean "horizon_days"?'),
    "churn.horizon_days": ({"churn": {"horizon_days": 6.5}}, "a whole number for churn.horizon_days"),
    "churn.outcome": ({"churn": {"outcome": "leaving"}}, "or stated for churn.outcome"),
    "churn.grace_days": ({"churn": {"grace_days": -1}}, "churn.grace_days from 0 on; found -1"),
    "fairness.lawful": (
        {"fairness": {"lawful": {"age": 1}}},
        "names with texts for fairness.lawful",
    ),
    "leaks.known_before": (
        {"leaks": {"known_before": {"status": True}}},
        "names with texts for leaks.known_before",
    ),
    "reasons.groups": ({"reasons": {"groups": {"age": 1}}}, "names with texts for reasons.groups"),
    "campaign.hold_out_percent": ({"campaign": {"hold_out_percent": 101}}, "campaign.hold_out_percent from 0 to 100"),
    "campaign.kept_value_cents": ({"campaign": {"kept_value_cents": True}}, "a whole number for campaign.kept_value_cents"),
    "value.origins": ({"value": {"origins": 2}}, "value.origins of at least 3; found 2"),
    "recommendations": ({"recommendations": 30}, "a section for recommendations; found 30"),
    "offers.levers": ({"offers": {"levers": {"A": "ten"}}}, 'in offers.levers; found A = "ten"'),
    "service.workers": ({"service": {"workers": 65}}, "service.workers from 1 to 64; found 65"),
    "mlflow.shap_plots": ({"mlflow": {"shap_plots": 1}}, "true or false for mlflow.shap_plots"),
    "tables.purchase": ({"tables": {"purchase": {}}}, 'found [tables.purchase]. Did you mean "purchases"?'),
    "tables.items": ({"tables": {"items": 3}}, "a section for tables.items; found 3"),
    "tables.purchases.timezone": ({"tables": {"purchases": {**PURCHASES, "timezone": "Mars/Base"}}}, "a time zone for"),
}  # fmt: skip


def together(contents: list[dict[str, Any]]) -> dict[str, Any]:
    """One file that says what several say, section by section."""
    file: dict[str, Any] = {}
    for content in contents:
        for key, value in content.items():
            both = isinstance(value, dict) and isinstance(file.get(key), dict)
            file[key] = file[key] | value if both else value
    return file


@given(st.sets(st.sampled_from(sorted(INDEPENDENT)), min_size=1))
def test_all_faults_of_a_file_are_told_at_once(places: set[str]) -> None:
    chosen = [INDEPENDENT[place] for place in sorted(places)]
    with pytest.raises(SettingsRefused) as refusal:
        read(together([content for content, _ in chosen]))
    fault = refusal.value
    assert all(said in str(fault) for _, said in chosen)
    if len(places) > 1:
        assert fault.found == f"{len(places)} faults"
        assert set(fault.rows.split(", ")) == places
        assert len(fault.remedy.splitlines()) == 1 + len(places)


def test_the_only_fault_of_a_file_is_told_as_it_is() -> None:
    with pytest.raises(SettingsRefused) as refusal:
        read({"value": {"origins": 2}})
    assert refusal.value.as_dict() == {
        "fault": "SettingsRefused",
        "expected": "value.origins of at least 3",
        "found": "2",
        "rows": "",
        "remedy": "Correct value.origins in regulars.toml.",
    }


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
    ("path", "sentence"),
    every_setting()
    + every_setting(TableMapping, "tables.NAME.")
    + every_setting(JoinedSource, "tables.NAME.join.NAME."),
)
def test_every_setting_stands_in_the_documentation_with_its_sentence(
    path: str, sentence: str
) -> None:
    page = (Path(__file__).parents[4] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"| `{path}` |" in page
    assert sentence in page
