"""Where in a company's past a question can be asked: the splits for its pack."""

from __future__ import annotations

import numpy as np

from features.company.settings.questions import ChurnSettings
from features.store.pack import Pack
from features.vectors.refresh import end_of_data
from features.vocabulary.time import Horizon
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
