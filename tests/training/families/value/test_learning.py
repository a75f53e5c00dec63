"""A company whose money few customers carry is told what they do to the bias of its value model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.company.settings.questions import ValueSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from tests.training.companies import company, spend
from training.families.value.learning import LearnedValue, learn_value


def with_wholesalers(pack: Pack, few: int = 5) -> Pack:
    """The same company, whose largest customers spend sixty times as much."""
    stream = pack.streams["purchases"]
    owners = np.repeat(np.arange(len(stream.offsets) - 1), np.diff(stream.offsets))
    cents = np.array(stream.columns["amount_cents"])
    largest = np.argsort(-np.bincount(owners, cents), kind="stable")[:few]
    cents[np.isin(owners, largest)] *= 60
    carried = replace(stream, columns={**stream.columns, "amount_cents": cents})
    return replace(pack, streams={**pack.streams, "purchases": carried})


@pytest.mark.slow
def test_wholesalers_are_told_apart_in_the_figures_and_in_the_notes() -> None:
    pack = with_wholesalers(company(400, days=420))
    settings = ValueSettings(horizon_days=60)
    found = learn_value(pack, standard_plan(pack), settings, spend(pack), threads=1).manifest
    others, largest = found.metrics["bias_without_largest"], found.metrics["bias_of_largest"]
    # The whole lies between its parts, and nearer to those who bring most.
    assert largest < found.metrics["bias"] < others and abs(others) < 0.25
    assert found.metrics["largest_customers"] == 10
    (note,) = [one for one in found.notes if "bring" in one and "of the money" in one]
    assert f"the bias is {others:+.1%}, of them alone {largest:+.1%}" in note


def test_where_the_money_is_spread_no_figure_is_added(learned_value: LearnedValue) -> None:
    assert "carried_by_few" not in learned_value.manifest.evaluation
    assert not {"bias_without_largest", "bias_of_largest"} & set(learned_value.manifest.metrics)


def test_of_a_history_in_which_no_season_comes_twice_it_is_said(
    learned_value: LearnedValue,
) -> None:
    notes = [one for one in learned_value.manifest.notes if "less than two years" in one]
    assert len(notes) == 1 and "cannot be told from growth" in notes[0]
