"""Keep what only training needs out of the serving process: it would double its memory and start."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TRAINING_ONLY = ("matplotlib", "mlflow", "pandas", "shap", "sklearn")


@contextmanager
def libraries_hidden(names: Sequence[str] = TRAINING_ONLY) -> Iterator[None]:
    """Inside the block, a library that is not loaded yet looks as if it were not installed.

    LightGBM loads pandas and scikit-learn wherever it finds them, though it needs neither to predict.
    """
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
