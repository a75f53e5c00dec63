"""Golden answers agree within the tolerance of their kind, and not a digit beyond."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from features.vocabulary.errors import BundleRefused
from tests.contracts.families.churn import churn
from training.bundles.golden import GOLDEN_FILE, agrees, answers_as_written, golden_file
from training.bundles.kind import Tolerance
from training.bundles.reference import archive, unarchive
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnKind

EXACT = Tolerance("", "")
MONEY = Tolerance("", "", absolute=1e-6, relative=1e-9, of_largest=1e-9)
PAIRS = Tolerance("", "", single=("values",), with_missing=True)


@pytest.mark.parametrize(
    ("tolerance", "name", "golden", "off", "same"),
    [
        (EXACT, "log_odds", 5.0, 0.9e-9, True),
        (EXACT, "log_odds", 5.0, 1.2e-9, False),
        (EXACT, "segments", 3.0, 1.0, False),
        (MONEY, "expected", 1e6, 0.0019, True),
        (MONEY, "expected", 1e6, 0.0021, False),
        (MONEY, "expected", 1.0, 1.1e-6, False),
        (PAIRS, "values", 1e4, 0.09, True),
        (PAIRS, "log_odds", 1e4, 0.09, False),
    ],
)
def test_an_answer_may_be_off_by_the_tolerance_alone(
    tolerance: Tolerance, name: str, golden: float, off: float, same: bool
) -> None:
    assert agrees(np.array([golden + off]), np.array([golden]), name, tolerance) is same


def test_a_missing_answer_or_another_shape_is_another_answer() -> None:
    missing, row = np.array([np.nan]), np.array([1.0])
    assert not agrees(missing, missing, "log_odds", EXACT)
    assert agrees(missing, missing, "values", PAIRS)
    assert not agrees(np.array([1.0, 1.0]), row, "log_odds", EXACT)


@pytest.fixture(scope="module")
def written() -> tuple[Bundle, dict[str, NDArray[Any]]]:
    """A model of who leaves, and its golden rows."""
    bundle = churn()
    return bundle, unarchive(golden_file(CHURN_KIND, bundle)[GOLDEN_FILE])


def test_golden_rows_are_answered_as_they_were_and_every_one_of_them(
    written: tuple[Bundle, dict[str, NDArray[Any]]],
) -> None:
    bundle, golden = written
    assert set(golden) == {"values", "log_odds", "probability", "contributions"}
    assert answers_as_written(CHURN_KIND, bundle, archive(golden))
    for name in golden:
        fewer = {one: golden[one] for one in golden if one != name}
        assert not answers_as_written(CHURN_KIND, bundle, archive(fewer))
    assert not answers_as_written(CHURN_KIND, bundle, archive(golden | {"more": golden["values"]}))
    for name in ("log_odds", "probability", "contributions"):
        other = golden[name].copy()
        other.flat[-1] += 1e-6
        assert not answers_as_written(CHURN_KIND, bundle, archive(golden | {name: other}))


class OtherContributions(ChurnKind):
    """A kind whose second program says something else of the last row."""

    def proven(self, model: Bundle, proof: Any) -> dict[str, NDArray[Any]]:
        found = {name: one.copy() for name, one in super().proven(model, proof).items()}
        found["contributions"][-1, 0] += 1e-6
        return {"log_odds": self.answers(model, proof)["log_odds"], **found}


def test_contributions_that_another_program_computes_otherwise_are_not_written(
    written: tuple[Bundle, dict[str, NDArray[Any]]],
) -> None:
    with pytest.raises(BundleRefused, match="contributions as LightGBM computes them"):
        golden_file(OtherContributions(), written[0])
