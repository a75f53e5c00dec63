"""The definitions of a company: found by their names, with the company's settings for what they leave out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declared.folder import DefinitionFolder, read_definition
from features.company.settings.questions import CampaignSettings, ChurnSettings
from features.company.settings.reading import Settings
from features.vocabulary.errors import SettingsRefused, UsageRefused

EXAMPLES = sorted(Path("experiments/definitions").glob("*.toml"))


def folder_of(place: Path, **files: str) -> DefinitionFolder:
    """A company with these definitions, by the names of their files."""
    (place / "experiments").mkdir()
    for name, text in files.items():
        (place / "experiments" / f"{name}.toml").write_text(text, encoding="utf-8")
    churn = ChurnSettings(horizon_days=60, minimum_orders=3)
    campaign = CampaignSettings(list_size=50)
    return DefinitionFolder(replace(Settings(), folder=place, churn=churn, campaign=campaign))


def test_what_is_left_out_is_the_companys(tmp_path: Path) -> None:
    read = folder_of(tmp_path, short="[churn]\nhorizon_days = 30\n").read("short")
    assert (read.churn.horizon_days, read.churn.minimum_orders) == (30, 3)
    assert read.campaign.list_size == 50 and read.name == "short"


def test_an_action_may_differ_in_one_price_alone(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, dear="[actions.call]\ncost_cents = 900\n")
    actions, usual = folder.read("dear").actions, Settings().actions
    assert actions.call == replace(usual.call, cost_cents=900)
    assert actions.letter == usual.letter


def test_a_name_inside_a_file_goes_before_that_of_the_file(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, first='name = "monthly"\n', second="")
    assert folder.names() == ["monthly", "second"]
    assert folder.read("monthly").name == "monthly"


def test_two_experiments_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, first='name = "second"\n', second="")
    with pytest.raises(SettingsRefused, match=r"'second' in first\.toml and in second\.toml"):
        folder.names()
    with pytest.raises(SettingsRefused, match="Give one of them another name"):
        folder.read("second")


def test_an_unknown_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, monthly="")
    with pytest.raises(UsageRefused, match='Did you mean "monthly"'):
        folder.read("montly")


def test_where_nothing_is_declared_it_is_said_how_to(tmp_path: Path) -> None:
    folder = DefinitionFolder(replace(Settings(), folder=tmp_path))
    assert folder.names() == []
    with pytest.raises(
        UsageRefused, match=r"write experiments/monthly\.toml beside regulars\.toml"
    ):
        folder.read("monthly")
    with pytest.raises(UsageRefused, match=r"write experiments/NAME\.toml"):
        folder.read("../monthly")


def test_a_broken_definition_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, broken="[churn\n", whole="")
    assert folder.read("whole").name == "whole"
    with pytest.raises(SettingsRefused, match=r"broken\.toml to be TOML"):
        folder.read("broken")


@pytest.mark.parametrize("name", ["../up", "a b", ".hidden", "é"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    folder = folder_of(tmp_path, one=f'name = "{name}"\n')
    with pytest.raises(SettingsRefused, match="letters, digits, - and _"):
        folder.read(name)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_read_and_says_what_it_finds_out(path: Path) -> None:
    read = read_definition(path, Settings())
    assert read.name == path.stem and read.description.endswith(".")


def test_there_are_the_two_halves_of_a_past_and_39_weeks_against_39() -> None:
    read = {one.name: one for one in (read_definition(path, Settings()) for path in EXAMPLES)}
    weeks, half = read["calibrate-39-hold-out-39"], read["half-year-against-half-year"]
    assert weeks.data.days == 2 * weeks.churn.horizon_days == 2 * 39 * 7
    assert half.data.days == 2 * half.churn.horizon_days == 364
    assert weeks.cutoffs.count == half.cutoffs.count == 1
