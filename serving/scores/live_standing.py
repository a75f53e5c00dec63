"""Where a customer stands once newer events are known: the rules of the night, by the behaviour as it is now."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import LifecycleSettings, LifecycleStatus, Stage, lifecycle
from features.store.pack import Attributes
from training.families.churn.bundle import Bundle
from training.families.churn.timing.probably_gone import ProbablyGone

Standing = tuple[Stage, LifecycleStatus]


class LiveStanding:
    """The stage and status of single customers by a bundle's own features, and by what they declared.

    ``gone`` says from which risk on a late one is probably gone; None where nobody is called so.
    """

    @classmethod
    def by(cls, bundle: Bundle, attributes: Attributes) -> Self:
        """By the rule that the bundle's own training has found."""
        gone = ProbablyGone.read(bundle.manifest.evaluation.get("probably_gone"))
        return cls(bundle, attributes, gone)

    def __init__(
        self, bundle: Bundle, attributes: Attributes, gone: ProbablyGone | None = None
    ) -> None:
        self._bundle, self._attributes = bundle, attributes
        self._rules = LifecycleSettings(horizon_days=bundle.manifest.horizon_days)
        self._gone = gone

    def of(
        self, key: int, vector: NDArray[np.float32], as_of_seconds: int, risk: float | None
    ) -> Standing:
        """Where the customer of a key of the store stands before an instant; without a risk nobody is probably gone."""
        nobodys = self._bundle.vectors_of(vector[None, :])
        row = replace(
            nobodys,
            customer_keys=np.array([key], np.int32),
            cutoff_seconds=np.array([as_of_seconds], np.int64),
        )
        found = lifecycle(row, self._attributes, self._rules)
        status = found.status
        if self._gone is not None and risk is not None:
            status = self._gone.status_of(status, np.array([risk]))
        return Stage(int(found.stage[0])), LifecycleStatus(int(status[0]))
