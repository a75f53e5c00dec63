"""Where the gate keeps a churn model out, the best other rung is fitted in its place, and the notes say why."""

from __future__ import annotations

import numpy as np

from training.families.churn.learning import Learned, next_best


def passed_over(learned: Learned) -> list[str]:
    """Which rungs the notes say were passed over, in their order."""
    said = " was as good or better at the tests, and the gate keeps it out"
    return [note.partition(said)[0] for note in learned.manifest.notes if said in note]


def test_the_next_best_is_fitted_on_the_same_rows_and_each_that_was_passed_over_is_noted_once(
    learned_churn: Learned,
) -> None:
    learned = learned_churn
    second = next_best(learned, "reasons mislead")
    assert second is not None and second.manifest.title == second.ladder.winner.name
    assert passed_over(learned) == [] and passed_over(second)[0] == learned.manifest.title
    assert second.manifest.metrics["auc"] == second.ladder.winning_row.figures["auc"]
    rows = learned.dataset.vectors
    assert not np.array_equal(second.model.score(rows), learned.model.score(rows))
    last, names = second, [learned.manifest.title, second.manifest.title]
    while (below := next_best(last, "kept out")) is not None:
        last, names = below, [*names, below.manifest.title]
    noted = passed_over(last)
    assert len(noted) == len(set(noted)) and set(names[:-1]) <= set(noted)
