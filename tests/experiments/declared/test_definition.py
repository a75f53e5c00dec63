"""What can be declared: each setting is held to what it may be, and all that is wrong is said at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.declared.definition import (
    FEATURE_FAMILIES,
    FIGURES,
    INHERITED,
    ExperimentDefinition,
    FeatureSettings,
    by_place,
)
from experiments.declared.folder import read_definition
from features.behaviour import FAMILIES
from features.company.settings.reading import Settings
from features.vocabulary.errors import SettingsRefused
from training.measures.metrics import measure

PAGE = Path("docs/experiments.md")
WRONG = [
    ("[cutofs]\ncount = 3", "setting of own.toml", 'Did you mean "cutoffs"?'),
    ("[cutoffs]\nsteps_days = 3", "setting of [cutoffs]", 'Did you mean "step_days"?'),
    ("[churn]\nhorizon = 3", "setting of [churn]", 'Did you mean "horizon_days"?'),
    ('[features]\nwithout = ["contact"]', "features.without", 'Did you mean "contacts"?'),
    ("[features]\nonly = [3]", "a list of texts for features.only", "in own.toml"),
    ('[features]\nonly = "rhythm"', "a list for features.only", "'rhythm'"),
    ('[figures]\nshown = ["acu"]', "a figure in figures.shown", 'Did you mean "auc"?'),
    ("[figures]\nshown = []", "at least one figure", "found none"),
    ("[figures]\nresamples = 5", "figures.resamples from 100 to 10000", "found 5"),
    ("[cutoffs]\nstep_days = 30", "cutoffs.count", "leave the others out"),
    ("[cutoffs]\ncount = 3\ntests = 0", "cutoffs.tests of at least 1", "found 0"),
    ('[data]\nuntil = "spring"', "a day such as 2026-10-01 for data.until", "'spring'"),
    ('[learner]\nestimator = "forest"', "learner.estimator", "'forest'"),
    ('[learner]\ncalibration = "no"', "learned or none for learner.calibration", 'mean "none"'),
    ("[learner.parameters]\nleaves = 7", "parameters of one learner", "0 rungs"),
    ("[budget]\nminutes = -1", "budget.minutes from 0 on", "found -1"),
    ("[search]\nspaces = 3", "setting of [search]", 'Did you mean "space"?'),
    ("[search.space]\nleaves = 3", "search.space.leaves such as", "found 3"),
    (
        "[search.space]\nleaves = { lo = 3, high = 9 }",
        "choices for search.space.leaves",
        'Did you mean "low"?',
    ),
    ("[search.space]\nleaves = { low = 9, high = 3 }", "a higher one for search.space.leaves", "9"),
    (
        "[search.space]\nleaves = { low = 0, high = 3, log = true }",
        "true with a low above 0 alone",
        "search.space.leaves",
    ),
    ('[search.space]\nkind = { choices = ["a"] }', "two choices or more", "search.space.kind"),
    ("[search]\ntrials = 0", "search.trials from 1 to 10000", "found 0"),
    ("[search]\nfigure = 'loss'", "log_loss or auc for search.figure", "log_loss"),
    ("[churn]\ndrop_percent = 0", "churn.drop_percent from 1 to 100", "in own.toml"),
    ("name = 3", "a text for name", "found 3"),
]


def definition(folder: Path, text: str) -> ExperimentDefinition:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_definition(path, Settings())


@pytest.mark.parametrize(("text", "expected", "also"), WRONG)
def test_a_wrong_setting_is_named_with_what_to_do(
    tmp_path: Path, text: str, expected: str, also: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        definition(tmp_path, text)
    assert expected in str(refused.value) and also in str(refused.value)
    assert "regulars.toml" not in str(refused.value)


def test_all_faults_of_a_definition_are_said_at_once(tmp_path: Path) -> None:
    text = '[features]\nonly = ["rythm", "ofers"]\n[budget]\nminutes = -1\n'
    with pytest.raises(SettingsRefused, match="3 faults") as refused:
        definition(tmp_path, text)
    for said in ('"rhythm"', '"offers"', "budget.minutes", "no fault in own.toml"):
        assert said in str(refused.value)


def test_what_it_says_is_plain_and_flat(tmp_path: Path) -> None:
    said = definition(tmp_path, '[features]\nwithout = ["offers"]\n[churn]\nhorizon_days = 60\n')
    assert said.as_dict()["features"] == {"only": [], "without": ["offers"]}
    places = by_place(said.as_dict())
    assert places["churn.horizon_days"] == 60
    assert places["learner.parameters"] == {}
    assert places["actions.call.cost_cents"] == Settings().actions.call.cost_cents


def test_the_company_is_asked_the_question_of_the_experiment(tmp_path: Path) -> None:
    said = definition(tmp_path, "[campaign]\nlist_size = 7\n")
    settings = said.of_company(Settings())
    assert settings.campaign.list_size == 7 and settings.churn == Settings().churn


def test_another_name_and_other_features_leave_the_rest_as_it_is(tmp_path: Path) -> None:
    said = definition(tmp_path, "[churn]\nhorizon_days = 60\n")
    other = said.renamed("other", FeatureSettings(only=("rhythm",)))
    assert (other.name, other.features.only) == ("other", ("rhythm",))
    assert other.churn == said.churn


def test_the_families_and_figures_that_can_be_named_are_those_there_are() -> None:
    assert set(FEATURE_FAMILIES) == {one.__name__ for one in FAMILIES} | {"buying"}
    assert set(FIGURES) == set(
        measure(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.2, 0.6, 0.4]))
    )


def own_settings() -> Iterator[tuple[str, Any, str]]:
    """What only a definition has: the place of each setting, its default and its sentence."""
    usual = ExperimentDefinition()
    for table in fields(ExperimentDefinition):
        value = getattr(usual, table.name)
        if table.name in INHERITED:
            continue
        if not is_dataclass(value):
            yield table.name, value, table.metadata["help"]
            continue
        for one in fields(value):
            yield f"{table.name}.{one.name}", getattr(value, one.name), one.metadata["help"]


def test_every_setting_stands_on_the_page_with_its_default_and_its_sentence() -> None:
    page = PAGE.read_text(encoding="utf-8")
    expected = [
        f"| `{place}` | `{json.dumps(usual, default=dict)}` | {said} |"
        for place, usual, said in own_settings()
    ]
    assert len(expected) == 24
    assert [line for line in expected if line not in page] == []
    assert all(f"`{name}`" in page for name in FEATURE_FAMILIES)


def test_the_definition_on_the_page_can_be_read_as_it_stands(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    read = definition(tmp_path, text)
    assert (read.data.days, read.churn.horizon_days, read.cutoffs.count) == (364, 182, 1)
    assert read.churn.overdue_percent == Settings().churn.overdue_percent
