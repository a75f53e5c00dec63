"""The gate holds back what reads a suspected column, until a person has said that it is known before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.training.companies import dataset, manifest_of
from tests.training.safeguards.leaks.worlds import company, report_of
from training.learners.logistic import LogisticModel
from training.safeguards.leaks.gate import NAME, known_beforehand, spoken_for
from training.safeguards.leaks.report import LeakReport
from training.safeguards.leaks.words import leak_lines, leak_rows, leak_sentences, leak_tables

MODEL = LogisticModel.fit(dataset(40))
WHY = "Anna Berg: it is the tariff of the year before"


def planted(known_before: dict[str, str] | None = None) -> LeakReport:
    honest = company(1)
    pack = honest.with_flag("closed", honest.outcomes)
    return report_of(pack, honest.outcomes, known_before)


@pytest.fixture(scope="module")
def found() -> LeakReport:
    return planted()


def manifest(leaks: dict[str, Any] | None) -> Any:
    return manifest_of(MODEL, evaluation={} if leaks is None else {"leaks": leaks})


def test_a_planted_leak_is_held_back_by_name_with_its_figure_and_a_remedy(
    found: LeakReport,
) -> None:
    check = known_beforehand(manifest(found.as_dict()))
    assert not check.passed and check.name == NAME
    assert check.figure.startswith("closed (1.000 alone) closed_declared is set for ")
    assert 'as closed = "…" in [leaks.known_before]' in check.limit and "known_at" in check.limit


def test_what_a_person_says_lifts_it_and_is_kept_with_whose_training_it_was() -> None:
    told = planted({"closed": WHY, "clsed": "a slip"}).as_dict()
    check = known_beforehand(manifest(told))
    assert check.passed and check.figure == "said to be: closed"
    kept = spoken_for(manifest(told))
    assert kept["known_before"] == f"closed: {WHY}" and kept["known_before_by"]
    said = leak_sentences(told, measured="AUC")
    assert (
        f"is said to be known before: {WHY}." in said
        and "names what no feature reads: clsed" in said
    )


def test_nothing_is_kept_of_who_spoke_where_nobody_had_to(found: LeakReport) -> None:
    assert spoken_for(manifest(found.as_dict())) == {} == spoken_for(manifest(None))


def test_models_of_before_were_not_tried_and_are_not_held_back() -> None:
    check = known_beforehand(manifest(None))
    assert check.passed and "not tried" in check.figure


def test_a_column_the_model_does_not_read_is_named_and_holds_nothing_back(
    found: LeakReport,
) -> None:
    other = found.as_dict() | {"blocking": []}
    assert known_beforehand(manifest(other)).passed
    (row,) = [one for one in leak_rows(other) if one[0] == "closed"]
    assert row[-1].startswith("suspected, and not read by this model")


def test_the_report_names_columns_features_figures_and_what_is_lost(found: LeakReport) -> None:
    told = found.as_dict()
    first = leak_rows(told)[0]
    assert first[0] == "closed" and first[1] == "1.000" and first[4] == "closed_declared 1.000"
    assert first[5] == "taken to be known at all times" and first[6].startswith("suspected: ")
    assert float(first[2]) < 0.9 and float(first[3]) == pytest.approx(
        1 - float(first[2]), abs=0.002
    )
    assert len(told["features"]) == 10 and told["features"][0]["feature"] == "closed_declared"
    assert next(one["column"] for one in told["columns"] if one["beats_history"]) == "closed"
    (line,) = leak_lines(told)
    assert line.strip().startswith("closed ") and "[leaks.known_before]" in line
    files = leak_tables(told)
    assert (
        files["leaks.csv"].splitlines()[1].startswith("closed,")
        and "| closed |" in files["leaks.md"]
    )


def test_the_report_is_the_same_each_time(found: LeakReport) -> None:
    assert planted().as_dict() == found.as_dict()


def test_too_few_outcomes_are_said_and_hold_nothing_back() -> None:
    honest = company(1)
    pack = honest.with_flag("closed", honest.outcomes)
    few = np.zeros(len(honest.outcomes))
    few[:19] = 1.0
    told = report_of(pack, few).as_dict()
    assert told["columns"] == [] == told["blocking"] and leak_tables(told) == {
        "leaks.md": "",
        "leaks.csv": "",
    }
    assert leak_sentences(told, measured="AUC").startswith("Too few outcomes")
    assert known_beforehand(manifest(told)).passed


def test_amounts_are_tried_as_well_as_outcomes() -> None:
    honest = company(1)
    amounts = np.where(honest.outcomes == 1, 0.0, honest.generator.gamma(2.0, 40.0, 1_200))
    revenue = amounts * honest.generator.normal(1.0, 0.05, 1_200)
    report = report_of(honest.with_numbers("revenue_next", revenue), amounts)
    assert list(report.blocking) == ["revenue_next"] and report.columns[0].alone > 0.95
    assert report_of(honest.as_it_is(), amounts).blocking == {}


def test_who_goes_on_paying_what_they_paid_is_told_by_that_alone_and_nothing_is_held_back() -> None:
    honest = company(1)
    pack = honest.as_it_is()
    purchases = pack.streams["purchases"]
    owners = np.repeat(np.arange(len(purchases.offsets) - 1), np.diff(purchases.offsets))
    paid = np.asarray(purchases.columns["amount_cents"], np.float64)
    amounts = np.bincount(owners, paid, minlength=len(honest.outcomes))
    assert list(report_of(pack, amounts, own_table="purchases").blocking) == ["purchases.amount"]
    own = report_of(pack, amounts, own_table="purchases", own_columns=["purchases.amount"])
    assert own.blocking == {}
    assert own.strongest[0][1] > 0.95
    assert "purchases.amount" not in [one.column.name for one in own.columns]


@pytest.mark.parametrize(
    ("said", "blocking", "known_before", "verdict"),
    [
        ({}, [], {}, ""),
        ({"beats_history": True}, [], {}, "tells more than all that is dated"),
        ({"beats_history": True, "one_sided": "set for 20"}, [], {}, "set for 20"),
        ({"why": "echoes", "one_sided": "set for 20"}, ["fee"], {}, "suspected: echoes"),
        ({"why": "echoes"}, [], {"fee": WHY}, "said to be known before"),
        ({"why": "echoes"}, [], {}, "suspected, and not read by this model: echoes"),
    ],
)
def test_the_table_says_of_a_column_what_weighs_most(
    said: dict[str, Any], blocking: list[str], known_before: dict[str, str], verdict: str
) -> None:
    row = {
        "column": "fee",
        "feature": "fee",
        "known": "always",
        "why": "",
        "one_sided": "",
        "alone": 0.7,
        "without": 0.65,
        "fall": 0.05,
        "feature_auc": 0.7,
        "beats_history": False,
        **said,
    }
    leaks = {"columns": [row], "blocking": blocking, "known_before": known_before}
    shown = ("fee", "0.700", "0.650", "+0.050", "fee 0.700", "always", verdict)
    assert leak_rows(leaks) == [shown]
