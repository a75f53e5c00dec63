"""How loops over trees, rows and items become machine code: the one door to numba in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile at the first call, keep the machine code beside the file, let other threads run."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))
