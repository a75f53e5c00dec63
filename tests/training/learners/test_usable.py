"""Which features a model can learn from, and which are left out."""

from __future__ import annotations

import numpy as np
import pytest

from features.vectors.vectors import Vectors
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS
from tests.training.companies import dataset
from training.datasets.dataset import Dataset
from training.learners.usable import TIME_OF_YEAR, usable_features


def test_constant_and_rare_features_are_left_out_and_said() -> None:
    learned = dataset()
    values = np.column_stack([learned.vectors.values, np.ones(600), np.full(600, np.nan)])
    values[:9, 5] = 1.0
    names = (*learned.vectors.feature_names, "always_one", "hardly_ever")
    wider = Vectors(
        "p",
        names,
        learned.vectors.customer_keys,
        learned.vectors.cutoff_seconds,
        values.astype(np.float32),
    )
    usable = usable_features(Dataset(wider, learned.outcomes))
    assert usable.names == learned.vectors.feature_names
    assert "always_one" in usable.notes[0] and "hardly_ever" in usable.notes[1]


def test_features_that_are_the_same_for_everybody_teach_nothing() -> None:
    learned = dataset()
    flat = Vectors(
        "p",
        learned.vectors.feature_names,
        learned.vectors.customer_keys,
        learned.vectors.cutoff_seconds,
        np.ones_like(learned.vectors.values),
    )
    with pytest.raises(ModelRefused, match="4 constant"):
        usable_features(Dataset(flat, learned.outcomes))


@pytest.mark.parametrize(("days", "read"), [(700, False), (760, True)])
def test_the_time_of_year_is_read_only_where_the_cutoffs_show_every_season_twice(
    days: int, read: bool
) -> None:
    learned = dataset()
    cutoffs = np.arange(600) % 9 * (days * DAY_SECONDS // 8)
    values = np.column_stack([learned.vectors.values, np.arange(600) % 7, np.arange(600) % 5])
    names = (*learned.vectors.feature_names, *TIME_OF_YEAR)
    vectors = Vectors("p", names, learned.vectors.customer_keys, cutoffs, values.astype(np.float32))
    usable = usable_features(Dataset(vectors, learned.outcomes))
    assert set(usable.names) >= set(learned.vectors.feature_names)
    assert (set(TIME_OF_YEAR) <= set(usable.names)) is read
    assert any("no season seen twice" in one for one in usable.notes) is not read


@pytest.mark.parametrize("of_company", [False, True])
def test_what_the_company_did_is_read_only_by_models_of_what_it_does(of_company: bool) -> None:
    learned = dataset()
    ours = (
        "outbound_contacts_count_30d",
        "days_since_outbound_contact",
        "outbound_contact_call_count_90d",
    )
    values = np.column_stack([learned.vectors.values, *(np.arange(600) % n for n in (5, 7, 9))])
    names = (*learned.vectors.feature_names, *ours)
    keys, cutoffs = learned.vectors.customer_keys, learned.vectors.cutoff_seconds
    vectors = Vectors("p", names, keys, cutoffs, values.astype(np.float32))
    usable = usable_features(Dataset(vectors, learned.outcomes), of_company=of_company)
    assert set(usable.names) == set(names) - (set() if of_company else set(ours))
    assert any("done by the company" in one for one in usable.notes) is not of_company
