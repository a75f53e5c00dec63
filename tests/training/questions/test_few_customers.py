"""A small company's dataset: cutoffs pooled where each has too few outcomes, a refusal where all together have."""

from __future__ import annotations

import pytest

from features.store.pack import Pack
from features.vocabulary.errors import ModelRefused
from features.vocabulary.time import DAY_SECONDS
from tests.builders import Event, Outcome, pack_of
from tests.training.questions.test_labelled import START, STATED, dataset_of
from training.datasets.pooled import PooledSplit


def small(left: int, stayed: int, *, customers: int = 80, cutoffs: int = 4) -> Pack:
    """A table of so many customers at four cutoffs: so many left at one of them, all but so few stayed at one."""
    always = customers - stayed
    histories: dict[str, list[Event | Outcome]] = {}
    for key in range(customers):
        leaves_at = range(cutoffs) if key < always else [key % cutoffs] if key < left else []
        histories[f"c{key:04d}"] = [
            Outcome(START + 30 * place * DAY_SECONDS, value=place in leaves_at)
            for place in range(cutoffs)
        ]
    return pack_of(histories)


@pytest.mark.parametrize(
    ("left", "stayed", "customers"),
    [(30, 80, 80), (31, 80, 80), (80, 30, 80), (30, 60, 60), (60, 30, 60)],
)
def test_where_cutoffs_have_too_few_outcomes_they_are_pooled(
    left: int, stayed: int, customers: int
) -> None:
    found = dataset_of(small(left, stayed, customers=customers), STATED)
    assert all(isinstance(one, PooledSplit) for one in (*found.splits.tests, found.splits.shipped))
    assert found.dataset.rows == 4 * customers and len(found.splits.cutoffs) == 4
    [note] = [one for one in found.notes if "small company" in one]
    assert f'{left} different customers who had "left" and {stayed} who did not' in note
    assert note.startswith("a small company, pooled over 4 cutoffs")
    assert "not on later days" in found.splits.said


@pytest.mark.parametrize(
    ("left", "stayed", "customers", "said"),
    [
        (29, 80, 80, '29 who had "left" and 80 who did not, of 80 judged at 4 cutoffs'),
        (80, 29, 80, '80 who had "left" and 29 who did not, of 80 judged at 4 cutoffs'),
        (30, 59, 59, '30 who had "left" and 59 who did not, of 59 judged at 4 cutoffs'),
    ],
)
def test_below_what_can_be_said_at_all_the_refusal_stays(
    left: int, stayed: int, customers: int, said: str
) -> None:
    with pytest.raises(ModelRefused) as refused:
        dataset_of(small(left, stayed, customers=customers), STATED)
    assert refused.value.found == said
    assert "at least 30 judged customers" in refused.value.expected
    assert "of 60 different customers" in refused.value.expected


@pytest.mark.parametrize(
    ("positives", "is_small"), [(30, True), (59, True), (60, False), (61, True), (90, True)]
)
def test_a_table_without_time_and_with_few_outcomes_is_a_small_companys(
    positives: int, is_small: bool
) -> None:
    """Of a hundred and twenty customers; of ninety it came true and of thirty not."""
    table = {f"c{key:03d}": [Outcome("2025-11-07", value=key < positives)] for key in range(120)}
    found = dataset_of(pack_of(table), STATED)
    assert isinstance(found.splits.shipped, PooledSplit) is is_small
    assert ("pooled over 1 cutoff and" in found.splits.said) is is_small


@pytest.mark.parametrize("positives", [29, 91])
def test_a_table_without_time_and_too_few_outcomes_is_refused(positives: int) -> None:
    table = {f"c{key:03d}": [Outcome("2025-11-07", value=key < positives)] for key in range(120)}
    with pytest.raises(ModelRefused) as refused:
        dataset_of(pack_of(table), STATED)
    assert refused.value.found.endswith("of 120 judged at 1 cutoff")
