"""A question at cutoffs of one's own choice: its rows are those of a training, and what is not known is refused."""

from __future__ import annotations

import numpy as np
import pytest

from features.company.settings.questions import ChurnSettings
from features.plan.plan import standard_plan
from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused, UsageRefused
from features.vocabulary.time import Cutoff
from tests.builders import Outcome, at, order, pack_of
from tests.training.companies import company
from training.datasets.folds import FoldSplit
from training.datasets.splits import OriginSplit
from training.questions.kinds import question_of
from training.questions.labelled import Labelled, labelled, labelled_at
from training.questions.origins import splits_of

SETTINGS = ChurnSettings(horizon_days=60)
STATED = ChurnSettings(outcome="stated", outcome_name="left", horizon_days=30)


@pytest.fixture(scope="module")
def shop() -> Pack:
    """Four hundred customers over four hundred days from the first of January 2010 on."""
    return company()


def asked_at(pack: Pack, *days: str, settings: ChurnSettings = SETTINGS) -> Labelled:
    cutoffs = [Cutoff.parse(day) for day in days]
    return labelled_at(pack, standard_plan(pack), question_of(settings), cutoffs)


def test_at_the_cutoffs_of_a_training_the_rows_are_those_of_the_training(shop: Pack) -> None:
    plan, question = standard_plan(shop), question_of(SETTINGS)
    trained = labelled(shop, plan, question, SETTINGS)
    found = labelled_at(shop, plan, question, trained.splits.cutoffs)
    assert np.array_equal(found.dataset.outcomes, trained.dataset.outcomes)
    assert np.array_equal(
        found.dataset.vectors.values, trained.dataset.vectors.values, equal_nan=True
    )
    assert found.splits.tests[0].as_dict() == trained.splits.tests[0].as_dict()


def test_cutoffs_without_room_for_a_test_in_time_are_tested_on_other_customers(shop: Pack) -> None:
    found = asked_at(shop, "2010-06-01", "2010-06-01")
    assert np.unique(found.dataset.vectors.cutoff_seconds).tolist() == [at("2010-06-01").seconds]
    assert isinstance(found.splits.tests[0], FoldSplit)
    several = asked_at(shop, "2010-08-01", "2010-04-01", "2010-06-01")
    assert isinstance(several.splits.tests[0], OriginSplit)


def test_the_last_cutoff_is_the_one_whose_horizon_ends_with_the_data(shop: Pack) -> None:
    assert asked_at(shop, "2010-12-07").dataset.rows
    with pytest.raises(UsageRefused, match=r"after 2010-01-01.* and up to 2010-12-07") as refused:
        asked_at(shop, "2010-12-08", "2010-06-01", "2009-06-01")
    assert refused.value.found == "2010-12-08, 2009-06-01"
    with pytest.raises(UsageRefused, match="found no cutoff"):
        asked_at(shop)


def test_a_cutoff_at_which_nobody_is_judged_is_refused_and_says_who_would_be() -> None:
    once = pack_of({"anna": [order("2025-01-01")], "bert": [order("2025-12-31")]})
    with pytest.raises(ModelRefused, match="found nobody at 2025-02-01"):
        asked_at(once, "2025-02-01")


def test_a_stated_outcome_is_asked_at_the_cutoffs_of_its_table_alone() -> None:
    days = ("2025-03-01", "2025-04-01")
    bought = [order("2025-01-01"), order("2025-02-01")]
    stated = pack_of(
        {
            name: [*bought, *(Outcome(at(day).seconds, value=left) for day in days)]
            for name, left in (("anna", True), ("bert", False))
        }
    )
    found = asked_at(stated, "2025-04-01", settings=STATED)
    assert found.dataset.outcomes.tolist() == [1.0, 0.0]
    with pytest.raises(
        UsageRefused, match="of the table of outcomes: 2025-03-01, 2025-04-01; found"
    ):
        asked_at(stated, "2025-03-02", settings=STATED)


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (["2025-03-01", "2025-04-01"], FoldSplit),
        (["2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01"], OriginSplit),
    ],
)
def test_a_stated_outcome_is_tested_in_time_where_its_table_knows_enough_cutoffs(
    days: list[str], kind: type
) -> None:
    stated = pack_of(
        {
            name: [order("2025-01-01"), *(Outcome(at(day).seconds, value=left) for day in days)]
            for name, left in (("anna", True), ("bert", False))
        }
    )
    splits = splits_of(stated, question_of(STATED), STATED)
    assert splits.tests and all(isinstance(one, kind) for one in splits.tests)
    assert {str(one) for one in splits.cutoffs} == set(days)
