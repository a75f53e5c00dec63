"""Arrays by what stands in them, for annotations that read as whole words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers that are reckoned with: risks, amounts, shares."""
Ints = NDArray[np.int64]
"""Whole numbers: seconds, cents, places, counts."""
Truths = NDArray[np.bool_]
"""Whether something holds, an entry a row."""
Rows = NDArray[np.float32]
"""Behaviour vectors, one a row and a feature a column."""
Row = NDArray[np.float32]
"""One behaviour vector."""
