"""Golden rows: invented inputs with the answers a model gave when it was written, asked again at every opening."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.bundles.kind import Asked, Kind, Model, Tolerance
from training.bundles.manifest import damaged
from training.bundles.reference import archive, unarchive

GOLDEN_FILE = "golden.npz"
_SINGLE = 1e-5


def golden_file(kind: Kind[Model, Asked], model: Model) -> dict[str, bytes]:
    """The file of a model's golden rows; ``BundleRefused`` where another program gives other answers."""
    proof = kind.proof(model)
    answers, proven = kind.answers(model, proof), kind.proven(model, proof)
    # Opening the bundle then proves its contributions against another program, not against themselves.
    if not all(agrees(answers[name], one, name, kind.tolerance) for name, one in proven.items()):
        raise damaged("contributions as LightGBM computes them", "others")
    return {GOLDEN_FILE: archive({**proof, **answers, **proven})}


def answers_as_written(kind: Kind[Model, Asked], model: Model, content: bytes) -> bool:
    """Whether a model answers its golden rows as it did, every one of them and no others."""
    golden, drawn = unarchive(content), kind.proof(model)
    if not set(drawn) <= set(golden):
        return False
    proof = {name: golden[name].astype(one.dtype, copy=False) for name, one in drawn.items()}
    answers = kind.answers(model, proof)
    return set(golden) == {*proof, *answers} and all(
        agrees(answer, golden[name], name, kind.tolerance) for name, answer in answers.items()
    )


def agrees(answer: NDArray[Any], golden: NDArray[Any], name: str, tolerance: Tolerance) -> bool:
    """Whether two answers of a name are the same, as far as the tolerance tells them apart."""
    largest = float(np.abs(golden).max(initial=0.0)) if tolerance.of_largest else 0.0
    return answer.shape == golden.shape and bool(
        np.allclose(
            answer,
            golden,
            rtol=_SINGLE if name in tolerance.single else tolerance.relative,
            atol=max(tolerance.absolute, tolerance.of_largest * largest),
            equal_nan=tolerance.with_missing,
        )
    )
