"""What each feature adds, customer by customer, as the shap library draws it.                    [shap]

The amounts are the model's own exact contributions, which are shap's to the last digits; shap's own
explainer would only take longer. At most 500 customers are drawn, as dots without a name, and their
values are rounded to two digits before they are.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.learners.model import Model
from training.plots.style import STRONG

MOST_ROWS = 500
SHOWN_FEATURES = 15


def shap_plots(model: Model, vectors: Vectors, *, threads: int = 1) -> dict[str, bytes]:
    """The summary and the dependence of the four strongest features, as PNG by file name.

    Nothing for a model that reads no feature, or without customers.
    """
    sample = _sample(vectors)
    prepared = model.columns.prepare(sample.values, model.columns.positions(vectors.feature_names))
    names = model.columns.names
    if not names or not len(prepared):
        return {}
    added = model.contributions(prepared, threads=threads)
    strongest = np.argsort(-np.abs(added).mean(axis=0), kind="stable")
    shown = strongest[:SHOWN_FEATURES]
    with _drawing() as (shap, pyplot):
        explained = shap.Explanation(
            values=added[:, shown],
            base_values=np.full(len(added), model.base_log_odds),
            data=rounded(prepared[:, shown]),
            feature_names=[names[one] for one in shown],
        )
        return {
            "shap_summary.png": _summary(shap, pyplot, explained),
            "shap_dependence.png": _dependence(shap, pyplot, explained),
        }


def rounded(values: NDArray[np.float32]) -> Floats:
    """Numbers to two significant digits, so that no customer is known by an amount.

    >>> rounded(np.array([1234.0, 0.0, -0.0567], np.float32)).tolist()
    [1200.0, 0.0, -0.057]
    """
    wide = values.astype(np.float64)
    size = np.floor(
        np.log10(np.abs(wide), where=(wide != 0) & ~np.isnan(wide), out=np.zeros_like(wide))
    )
    return np.asarray(np.round(wide / 10.0**size, 1) * 10.0**size).round(12)


def _sample(vectors: Vectors) -> Vectors:
    if vectors.rows <= MOST_ROWS:
        return vectors
    drawn = np.random.default_rng(1).choice(vectors.rows, MOST_ROWS, replace=False)
    return vectors.select(np.sort(drawn))


def _summary(shap: Any, pyplot: Any, explained: Any) -> bytes:
    shap.plots.beeswarm(explained, max_display=SHOWN_FEATURES, show=False, plot_size=(9.0, 6.0))
    pyplot.title("What each feature adds to the log-odds of leaving", fontsize=11)
    pyplot.xlabel("added to the log-odds of leaving")
    return _png(pyplot)


def _dependence(shap: Any, pyplot: Any, explained: Any) -> bytes:
    _, grid = pyplot.subplots(2, 2, figsize=(9.0, 6.6), squeeze=False)
    places = list(grid.flat)
    for place, axes in enumerate(places):
        if place < len(explained.feature_names):
            shap.plots.scatter(explained[:, place], ax=axes, show=False, hist=False, color=STRONG)
            axes.set_ylabel("added to the log-odds" if place % 2 == 0 else "")
        else:
            axes.set_visible(False)
    return _png(pyplot)


def _png(pyplot: Any) -> bytes:
    buffer = io.BytesIO()
    pyplot.tight_layout()
    pyplot.savefig(buffer, format="png", dpi=90, metadata={"Software": None})
    pyplot.close()
    return buffer.getvalue()


@contextmanager
def _drawing() -> Iterator[tuple[Any, Any]]:
    """Shap and pyplot, drawing to memory whatever screen there is, with the backend put back after."""
    import matplotlib

    before, drawn = matplotlib.rcParams["backend"], np.random.get_state()
    with warnings.catch_warnings():
        # Shap calls what matplotlib is about to give up; that is between the two of them.
        warnings.simplefilter("ignore")
        matplotlib.use("Agg")
        import shap
        from matplotlib import pyplot

        # Where dots overlap shap spreads them by NumPy's global generator.
        np.random.seed(1)
        try:
            yield shap, pyplot
        finally:
            np.random.set_state(drawn)
            pyplot.close("all")
            matplotlib.use(before)
