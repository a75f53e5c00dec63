"""How loops over trees, rows and items become machine code: the one door to numba in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile at the first call, keep the machine code beside the file, let other threads run."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_for_sums(function: Function) -> Function:
    """The same where sums may be taken several numbers at a time, in an order that is always the same."""
    reordered = {"reassoc", "contract", "nsz"}
    return cast(
        Function, njit(cache=True, nogil=True, error_model="numpy", fastmath=reordered)(function)
    )
