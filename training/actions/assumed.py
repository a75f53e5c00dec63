"""What is assumed of a contact as long as no campaign has measured it."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from features.vocabulary.arrays import Floats

_Chance = TypeVar("_Chance", float, Floats)


def still_to_lose(risk: _Chance, beside_rule: float | Floats = 1.0) -> _Chance:
    """The chance that a customer leaves and has not left yet: what a contact can avert of a risk.

    Of a high risk most is that of having left already, which nothing averts. How much it is nobody can tell for one
    customer; the rule is ``risk * (1 - risk)``, as if they had left by now with the chance with which they will.
    ``beside_rule`` is how many times as many have left on past days as the rule said. Never more than the risk.

    >>> [round(still_to_lose(one), 2) for one in (0.1, 0.5, 0.9)]
    [0.09, 0.25, 0.09]
    >>> round(still_to_lose(0.5, 0.4), 2), still_to_lose(0.5, 3.0)
    (0.1, 0.5)
    """
    found = risk * np.minimum(beside_rule * (1.0 - risk), 1.0)
    return found if isinstance(risk, np.ndarray) else float(found)
