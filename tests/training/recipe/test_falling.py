"""Where the gate keeps out what was chosen, the best it lets through takes its place; with none, a person decides."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest
from features.vocabulary.errors import ModelRefused
from tests.contracts.families.churn import churn
from tests.oracles.mlflow_client import tags_of
from tests.training.registry.test_registry import write_company
from training.bundles.bundle import opened
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND, Bundle
from training.recipe.family import ALWAYS_ANEW, Given
from training.recipe.recipe import train
from training.recipe.report import Report
from training.registry.gate import Check
from training.registry.promotion import promote
from training.registry.registry import Registry

RUNGS = ("trees", "line", "rule")
bundle_of = cache(churn)


@dataclass
class Rungs:
    """A family of three rungs, the best first; those in ``faults`` are kept out on their own, those in ``weak`` by a champion."""

    faults: Mapping[str, str]
    weak: Sequence[str] = ()
    for_a_person: Sequence[str] = ()
    asked: list[str] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)
    kind = CHURN_KIND
    description = "rungs"
    recompute = None

    def own(self, settings: Settings) -> None:
        return None

    def is_current(self, given: Given[None]) -> bool:
        return False

    def still_fits(self, given: Given[None]) -> str:
        return ALWAYS_ANEW

    def learn(self, given: Given[None]) -> str:
        return RUNGS[0]

    def next_best(self, given: Given[None], learned: str, why: str) -> str | None:
        self.asked.append(why)
        below = RUNGS[RUNGS.index(learned) + 1 :]
        return below[0] if below else None

    def model(self, learned: str) -> tuple[Manifest[Any], Bundle]:
        return replace(bundle_of().manifest, title=learned), bundle_of()

    def report(self, given: Given[None], learned: str, manifest: Manifest[Any]) -> Report:
        above = RUNGS[: RUNGS.index(learned)]
        return Report(
            f"a card of {learned}",
            {},
            {},
            (),
            customers=1,
            rows=1,
            features=("days_since_order",),
            outcome="inactivity",
            headlines=("auc",),
            plots=partial(self.draw, learned),
            passed_over={one: self.faults[one] for one in above},
        )

    def draw(self, learned: str) -> Mapping[str, bytes]:
        self.drawn.append(learned)
        return {"ladder.png": learned.encode()}

    def checks(self, folder: Path, champion: Manifest[Any] | None) -> Sequence[Check]:
        title = opened(CHURN_KIND, folder).manifest.title
        fault = self.faults.get(title, "")
        beaten = champion is not None and title in self.weak
        return [
            Check(
                "against the champion", not beaten, "-0.1" if beaten else "+0.1", "nothing lower"
            ),
            Check(
                "sound",
                not fault,
                fault or "as it should be",
                "no fault",
                asks_a_person=title in self.for_a_person,
            ),
        ]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = write_company(tmp_path_factory.mktemp("company"))
    ingest(settings, Workspace(settings.workspace_folder))
    return settings


@pytest.fixture
def place(company: Settings, tmp_path: Path) -> tuple[Settings, Workspace]:
    shutil.copytree(company.workspace_folder, tmp_path / "workspace")
    return company, Workspace(tmp_path / "workspace")


def in_use(workspace: Workspace) -> str:
    champion = PromotedBundles(workspace, CHURN_KIND).champion_manifest()
    return "" if champion is None else champion.title


def test_the_first_that_passes_is_used_and_nothing_else_is_asked(
    place: tuple[Settings, Workspace],
) -> None:
    family = Rungs({"line": "unread"})
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("trees", True, True)
    assert in_use(place[1]) == "trees" and family.asked == []
    assert summary.as_dict()["passed_over"] == {} and not summary.refused


def test_the_ladder_falls_to_the_best_rung_that_passes(place: tuple[Settings, Workspace]) -> None:
    family = Rungs({"trees": "reasons mislead", "line": "off in spring"})
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("rule", True, True)
    assert in_use(place[1]) == "rule"
    assert list(summary.passed_over) == ["trees", "line"]
    assert family.asked == [
        "sound reasons mislead, allowed no fault",
        "sound off in spring, allowed no fault",
    ]
    # One training is one version, and its run holds the files of what ships alone.
    assert summary.version == "1" and summary.card == "a card of rule"
    registry = Registry(*place, CHURN_KIND.name)
    assert tags_of(registry, "1")["title"] == "rule"
    assert tags_of(registry, "1")["validated"] == "yes"
    logged = place[1].mlflow / "artifacts" / summary.run_id / "artifacts"
    assert sorted(path.name for path in logged.iterdir()) == [
        "bundle",
        "card.md",
        "data.md",
        "plots",
        "tables",
    ]
    assert (logged / "plots" / "ladder.png").read_text() == "rule" and family.drawn == ["rule"]


def test_with_none_that_passes_the_first_waits_for_a_person_who_may_overrule_the_gate(
    place: tuple[Settings, Workspace],
) -> None:
    family = Rungs(dict.fromkeys(RUNGS, "off in spring"))
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("trees", False, False)
    assert [check.name for check in summary.refused] == ["sound"] and family.drawn == ["trees"]
    assert summary.passed_over == {}
    assert in_use(place[1]) == "" and summary.version == "1"
    registry = Registry(*place, CHURN_KIND.name)
    assert "forced" not in tags_of(registry, "1")
    with pytest.raises(ModelRefused, match="off in spring"):
        promote(*place, 1, kind=CHURN_KIND, gate=family.checks, reason="we know why")
    forced = promote(
        *place, 1, kind=CHURN_KIND, gate=family.checks, reason="we know why", force=True
    )
    assert forced.promoted and forced.forced and in_use(place[1]) == "trees"
    told = tags_of(registry, "1")
    assert (told["validated"], told["reason"]) == ("no", "we know why")
    assert told["forced"] == "sound off in spring, allowed no fault"


def test_what_a_person_has_to_answer_is_not_hidden_by_a_lesser_model(
    place: tuple[Settings, Workspace],
) -> None:
    family = Rungs({"trees": "off in spring", "line": "a leak"}, for_a_person=["trees", "line"])
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("trees", False, False)
    assert family.asked == [] and in_use(place[1]) == ""
    # Further down it is no other: the first is told of, which every figure of the report is about.
    family = Rungs({"trees": "off in spring", "line": "a leak"}, for_a_person=["line"])
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("trees", False, False)
    assert family.asked == ["sound off in spring, allowed no fault"]


def test_a_model_that_is_sound_and_no_better_than_the_champion_is_not_exchanged_for_a_lesser(
    place: tuple[Settings, Workspace],
) -> None:
    assert train(Rungs({"trees": "reasons mislead"}), *place).title == "line"
    family = Rungs({}, weak=["trees"])
    summary = train(family, *place)
    assert (summary.title, summary.promoted, summary.is_sound) == ("trees", False, True)
    assert [check.name for check in summary.refused] == ["against the champion"]
    assert family.asked == [] and summary.version == "2"


def test_without_promotion_the_ladder_falls_all_the_same_and_nothing_is_refused(
    place: tuple[Settings, Workspace],
) -> None:
    summary = train(Rungs({"trees": "reasons mislead"}), *place, promote=False)
    assert (summary.title, summary.promoted, list(summary.refused)) == ("line", False, [])
    assert in_use(place[1]) == ""
