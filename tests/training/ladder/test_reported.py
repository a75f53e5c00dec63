"""What is said of how a rung was chosen, and which figures are told first."""

from __future__ import annotations

from features.vocabulary.time import DAY_SECONDS, Cutoff, Horizon
from training.datasets.splits import rolling_origins
from training.ladder.reported import LAST_REFIT, choice_sentences, chosen_at, headline


def said(reserved: str, *choosing: str, passed_over: tuple[str, ...] = ()) -> str:
    told = {"reserved": reserved, "choosing": list(choosing), "passed_over": list(passed_over)}
    first, last = choice_sentences(told)
    assert last == LAST_REFIT
    return first


def test_a_reserved_test_is_named_with_those_that_chose() -> None:
    assert said("2026-03-01", "2026-02-01", "2026-01-01") == (
        "The rung was chosen at 2026-02-01 and 2026-01-01; 2026-03-01 is reserved: nothing was chosen by it, and its "
        "figures are told first."
    )


def test_what_is_optimistic_is_called_so() -> None:
    alone = said("", "2026-01-01")
    assert (
        alone == "Optimistic: the rung was chosen on the same test it is reported on (2026-01-01)."
    )
    folds = said("", *(f"round 1, fold {one}" for one in range(1, 6)))
    assert folds == "Optimistic: the rung was chosen on the same tests it is reported on."
    fallen = said("2026-03-01", "2026-02-01", passed_over=("LightGBM",))
    assert fallen.startswith("Optimistic: 2026-03-01 was reserved, and then helped to choose")
    assert "kept out LightGBM" in fallen


def test_a_manifest_of_before_says_nothing_of_it() -> None:
    assert choice_sentences({}) == []


def test_the_reserved_test_is_told_first_where_there_is_one() -> None:
    at_reserved = {"test": "2026-03-01", "auc": 0.7}
    assert headline({"auc": 0.8, "at_reserved": at_reserved}) == at_reserved
    assert headline({"auc": 0.8, "at_reserved": {}})["auc"] == 0.8
    assert headline({"auc": 0.8})["auc"] == 0.8


def test_a_manifest_names_the_tests_that_chose_and_the_one_that_did_not() -> None:
    several = rolling_origins(0, Cutoff(400 * DAY_SECONDS), Horizon(60), origins=6)
    latest, *others = [one.name for one in several.tests]
    assert chosen_at(several, ["LightGBM"]) == {
        "reserved": latest,
        "choosing": others,
        "passed_over": ["LightGBM"],
    }
    alone = rolling_origins(0, Cutoff(400 * DAY_SECONDS), Horizon(60), origins=3)
    assert chosen_at(alone, []) == {"reserved": "", "choosing": [latest], "passed_over": []}
