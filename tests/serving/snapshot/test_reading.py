"""Scores as a reader opens them: money by hand from the files themselves, and what is known told from what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.company.workspace import Workspace
from features.lifecycle.stages import LifecycleStatus, Stage
from features.vocabulary.errors import WorkspaceRefused
from serving.ledger.privacy import Withheld
from serving.snapshot.reading import Snapshot, open_snapshot, open_snapshot_folder
from tests.oracles.published import Published
from tests.serving.company import Company


def published(company: Company) -> Published:
    folder = company.workspace.scores.current
    assert folder is not None
    return Published(folder, company.settings_path.parent)


def test_at_risk_is_risk_times_what_they_bring_if_they_are_kept(
    valued_company: Company, valued: Snapshot
) -> None:
    told = published(valued_company)
    found = valued.at_risk_cents(np.arange(valued.judged))
    by_hand = [told.risk(place) * told.of("value_if_kept_cents", place) for place in range(told.judged)]  # fmt: skip
    assert found.tolist() == pytest.approx(by_hand)
    other = [told.risk(place) * told.of("value_cents", place) for place in range(told.judged)]
    assert sum(found) > 1.01 * sum(other)


def test_without_a_value_model_it_is_risk_times_the_years_spend_and_never_below_nothing(
    demo_workspace: Company, snapshot: Snapshot
) -> None:
    told = published(demo_workspace)
    spend = np.array(snapshot.spend_cents)
    first, second = (told.key(place) for place in (0, 1))
    spend[first], spend[second] = -5_000, 20_000
    found = replace(snapshot, spend_cents=spend).at_risk_cents(np.array([1, 0]))
    assert found.tolist() == pytest.approx([told.risk(1) * 20_000, 0.0])


def test_a_value_of_nothing_is_known_and_an_unknown_one_is_not_told(valued: Snapshot) -> None:
    columns: dict[str, Any] = {
        "value_cents": np.array([0, -1, 900]),
        "value_low_cents": np.array([0, -1, 500]),
        "value_high_cents": np.array([7, -1, 1_200]),
        "value_if_kept_cents": np.array([8, -1, 1_500]),
    }
    found = replace(valued, **columns)
    assert found.value_of(0) == {
        "expected_cents": 0, "low_cents": 0, "high_cents": 7, "if_kept_cents": 8, "horizon_days": 90,
    }  # fmt: skip
    assert found.value_of(1) is None and found.valued(1) is None
    assert found.value_of(2) == {
        "expected_cents": 900, "low_cents": 500, "high_cents": 1_200, "if_kept_cents": 1_500,
        "horizon_days": 90,
    }  # fmt: skip
    without = replace(found, manifest={**valued.manifest, "value": None})
    assert without.value_of(2) is None and without.value_money == ""


def test_the_last_order_is_a_day_since_1970_or_none(snapshot: Snapshot) -> None:
    found = replace(snapshot, last_order_day=np.array([0, -1, 20_000], np.int32))
    assert found.last_order(0) == date(1970, 1, 1) and found.last_order(1) is None
    assert found.last_order(2) == date(2024, 10, 4)


def test_a_customer_stands_where_the_ranking_has_them(snapshot: Snapshot) -> None:
    keys = snapshot.ranking.customer_keys.tolist()
    for key, place in enumerate(snapshot.places.tolist()):
        assert place == (keys.index(key) if key in keys else -1)


def test_facts_are_those_of_the_raw_rows(demo_workspace: Company) -> None:
    told = published(demo_workspace)
    for place in range(told.judged):
        assert told.of("spend_cents", place) == told.spend_cents(place)
        last = told.last_order(place)
        assert told.of("last_order_seconds", place) == int(last.timestamp())
        assert told.of("last_order_day", place) == (last.date() - date(1970, 1, 1)).days


def test_terciles_are_thirds_by_value_if_kept(valued_company: Company) -> None:
    told = published(valued_company)
    codes = {"low": 0, "middle": 1, "high": 2}
    assert told["value_tercile"].tolist() == [codes[value] for value, _ in told.cells()]


def test_where_nobody_was_scored_the_command_that_scores_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceRefused, match=r"found none\. Run `regulars score` first"):
        open_snapshot(Workspace(tmp_path))
    with pytest.raises(WorkspaceRefused, match=r"no readable digests\.json"):
        open_snapshot_folder(tmp_path)


def test_whoever_is_withheld_has_no_place_and_whoever_was_erased_is_nobody(
    snapshot: Snapshot,
) -> None:
    first, second, third = (
        snapshot.customer_ids[int(key)] for key in snapshot.ranking.customer_keys[:3]
    )
    hidden = snapshot.without(Withheld(frozenset({first}), frozenset({third, "who never was"})))
    keys = [snapshot.find(one) for one in (first, second, third)]
    assert min(keys) >= 0 and snapshot.find("who never was") == -1
    assert [hidden.find(one) for one in (first, second, third)] == [keys[0], keys[1], -1]
    assert hidden.withheld_places.tolist() == [0, 2]
    assert hidden.shown_places.tolist() == [1, *range(3, snapshot.judged)]
    assert snapshot.shown_places.tolist() == list(range(snapshot.judged))
    # Who is not judged has no place that could be hidden.
    unjudged = snapshot.customer_ids[int(np.flatnonzero(snapshot.places < 0)[0])]
    other = snapshot.without(Withheld(frozenset({unjudged}), frozenset()))
    assert other.withheld_places.tolist() == [] and len(other.shown_places) == snapshot.judged


def test_a_stage_and_a_status_are_told_together_or_neither(snapshot: Snapshot) -> None:
    columns: dict[str, Any] = {
        "stage": np.array([0, -1, int(Stage.REPEAT)], np.int8),
        "lifecycle_status": np.array([0, 0, int(LifecycleStatus.LAPSED)], np.int8),
    }
    found = replace(snapshot, **columns)
    assert found.standing(0) == (Stage(0), LifecycleStatus(0)) and found.standing(1) is None
    assert found.standing(2) == (Stage.REPEAT, LifecycleStatus.LAPSED)


def test_values_are_in_the_order_the_model_names_its_features_in(snapshot: Snapshot) -> None:
    features = snapshot.manifest["features"]
    assert np.array_equal(snapshot.values, snapshot.vectors.values, equal_nan=True)
    turned = replace(snapshot, manifest={**snapshot.manifest, "features": features[::-1]})
    assert np.array_equal(turned.values, snapshot.vectors.values[:, ::-1], equal_nan=True)


def test_money_is_called_as_the_value_model_means_it(valued: Snapshot, snapshot: Snapshot) -> None:
    manifest = {**valued.manifest, "value": {"horizon_days": 30, "money": "margin"}}
    found = replace(valued, manifest=manifest)
    assert (found.value_days, found.value_money) == (30, "margin")
    assert (snapshot.value_days, snapshot.value_money, snapshot.value_of(0)) == (0, "", None)
