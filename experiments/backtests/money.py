"""The list of a back-test: how long it is, and what it costs and brings by the contact it is worked with."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments.backtests.walking import CutoffWalk
from experiments.comparisons.differences import ListTerms
from experiments.declared.definition import ExperimentDefinition
from experiments.trials.rows import ExperimentRows
from experiments.trials.summing_up import contact_of, list_costs_of
from experiments.trials.trial import tested_on


def declared_terms(
    definition: ExperimentDefinition, rows: ExperimentRows, walk: CutoffWalk
) -> ListTerms:
    """The list as declared, no longer than its contact has room for, at what that costs and is assumed to keep.

    Of how many who leave a contact keeps one is settled once, over the lists of all cutoffs by the models that were in
    use: so a list earns more than another only by whom it holds.
    """
    tests = [one.split.test_rows(rows.dataset) for one in walk.models]
    action = contact_of(definition)
    size = list_size(
        definition.campaign.list_size,
        0 if action is None else action.capacity_customers,
        [len(one.outcomes) for one in tests],
    )
    answers = [
        tested_on(one.rung.name, one.split.name, test, one.answers[one.seconds])
        for one, test in zip(walk.models, tests, strict=True)
    ]
    vectors = [one.vectors for one in tests]
    return ListTerms(size, list_costs_of(definition, rows, answers, vectors, list_size=size))


def list_size(declared: int, room: int, customers: Sequence[int]) -> int:
    """How long a list is; 0 for the riskiest tenth of each cutoff, where there is room for all of these.

    >>> list_size(0, 0, [200, 300]), list_size(50, 20, [200]), list_size(0, 25, [200, 300]), list_size(0, 40, [200])
    (0, 20, 25, 0)
    """
    if not room:
        return declared
    longest = declared or math.ceil(max(customers) / 10)
    return declared if longest <= room else room
