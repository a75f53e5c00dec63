"""Where in a company's past a question can be asked: the splits for its pack."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.store.pack import Pack
from features.vectors.refresh import end_of_data
from features.vocabulary.errors import UsageRefused
from features.vocabulary.time import Cutoff, Horizon
from training.datasets.folds import customer_folds
from training.datasets.splits import Splits, rolling_origins, stated_origins
from training.questions.question import Question
from training.questions.stated import MOST_CUTOFFS, Stated


def splits_of(pack: Pack, question: Question, settings: ChurnSettings) -> Splits:
    """The splits a question can be learned and tested by.

    A stated question is asked at the cutoffs of its table, in time where three or more leave room for
    it and over folds of customers otherwise; any other at cutoffs counted back from the end of the
    data. Raises ``ModelRefused`` when there are too few events or days.
    """
    if isinstance(question, Stated):
        cutoffs = question.cutoffs(pack)
        horizon = Horizon(question.horizon_days, question.gap_days)
        in_time = stated_origins(cutoffs, horizon, most=MOST_CUTOFFS)
        return in_time or customer_folds(pack.customer_ids, cutoffs, horizon)
    first = int(np.min(question.stream(pack).seconds))
    return rolling_origins(
        first,
        end_of_data(pack),
        settings.horizon,
        origins=settings.origins,
        settling_days=question.settling_days,
    )


def splits_at(pack: Pack, question: Question, cutoffs: Sequence[Cutoff]) -> Splits:
    """The splits over cutoffs of one's own choice: in time where they leave room for a test, else over customers.

    Raises ``UsageRefused`` without a cutoff, for one before which nothing had happened, and for one whose outcome is
    not known by the end of the data; a stated question knows the cutoffs of its table alone.
    """
    horizon = Horizon(question.horizon_days + question.settling_days, question.gap_days)
    _require_known(pack, question, horizon, cutoffs)
    wanted = sorted(set(cutoffs))
    in_time = stated_origins(wanted, horizon, most=len(wanted))
    return in_time or customer_folds(pack.customer_ids, wanted, horizon)


def _require_known(
    pack: Pack, question: Question, horizon: Horizon, cutoffs: Sequence[Cutoff]
) -> None:
    if isinstance(question, Stated):
        stated = question.cutoffs(pack)
        expected = f"cutoffs of the table of outcomes: {', '.join(map(str, stated))}"
        wrong = [one for one in cutoffs if one not in stated]
    else:
        first = Cutoff(int(np.min(question.stream(pack).seconds)))
        last = end_of_data(pack).plus_days(-horizon.days - horizon.gap_days)
        expected = f"cutoffs after {first} and up to {last}, whose outcome the data tell"
        wrong = [one for one in cutoffs if not first < one <= last]
    if wrong or not cutoffs:
        raise UsageRefused(
            expected=expected,
            found=", ".join(map(str, wrong)) or "no cutoff",
            remedy="Choose cutoffs out of these, or leave them out for those a training would use.",
        )
