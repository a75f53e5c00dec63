"""Where customers stand once newer events are known: the rules of the night, by the behaviour as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from features.lifecycle.stages import (
    LifecycleSettings,
    LifecycleStatus,
    Stage,
    features_read,
    lifecycle,
)
from features.store.pack import Attributes
from features.vectors.vectors import Vectors
from training.families.churn.bundle import Bundle
from training.families.churn.timing.probably_gone import ProbablyGone

Standing = tuple[Stage, LifecycleStatus]


class CustomerNow(NamedTuple):
    """A customer of the store by key, what was known of them before an instant, and at what risk they are; NaN of none."""

    key: int
    vector: NDArray[np.float32]
    as_of_seconds: int
    risk: float


class LiveStanding:
    """The stage and status of customers by a bundle's own features, and by what they declared.

    ``gone`` says from which risk on a late one is probably gone; None where nobody is called so.
    """

    def __init__(
        self, bundle: Bundle, attributes: Attributes, gone: ProbablyGone | None = None
    ) -> None:
        self._attributes, self._gone = attributes, gone
        self._rules = LifecycleSettings(horizon_days=bundle.manifest.horizon_days)
        asked = features_read(self._rules)
        names = enumerate(bundle.manifest.feature_names)
        self._columns = {name: place for place, name in names if name in asked}

    @classmethod
    def by(cls, bundle: Bundle, attributes: Attributes) -> Self:
        """By the rule that the bundle's own training has found."""
        gone = ProbablyGone.read(bundle.manifest.evaluation.get("probably_gone"))
        return cls(bundle, attributes, gone)

    def of(self, customers: Sequence[CustomerNow]) -> list[Standing]:
        """Where each of some customers stands; all of them cost hardly more than one."""
        if not customers:
            return []
        # The rules look at a dozen of hundreds of columns.
        columns = list(self._columns.values())
        rows = Vectors(
            plan_hash="",
            feature_names=tuple(self._columns),
            customer_keys=np.array([one.key for one in customers], np.int32),
            cutoff_seconds=np.array([one.as_of_seconds for one in customers], np.int64),
            values=np.array([one.vector[columns] for one in customers]),
        )
        found = lifecycle(rows, self._attributes, self._rules)
        status = found.status
        if self._gone is not None:
            status = self._gone.status_of(status, np.array([one.risk for one in customers]))
        stages = zip(found.stage.tolist(), status.tolist(), strict=True)
        return [(Stage(stage), LifecycleStatus(one)) for stage, one in stages]
