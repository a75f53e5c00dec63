"""How the kernel's loops become machine code: the one door to numba in features.

numba is needed once, to compile. What it makes is kept as an object file by ``native`` and loaded
without numba ever after, because numba takes longer to start than a million lines take to walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from numba import njit, types
from numba.np import arrayobj
from numba.np.numpy_support import carray

Function = TypeVar("Function", bound=Callable[..., Any])

array_at = carray
"""A view of the memory at an address, inside compiled code."""

_OPTIONS: Any = {"nogil": True, "error_model": "numpy"}
_pointer: Any = types.CPointer
_ENTRY: Any = types.void(
    _pointer(_pointer(types.int64)),
    _pointer(types.int64),
    _pointer(types.float64),
    _pointer(types.float32),
)


def compiled(function: Function) -> Function:
    """Have a function compiled into those that call it; it may not make an array.

    No array it sees is numba's own, so nothing counts references.
    """
    return cast(Function, njit(**{**_OPTIONS, "_nrt": False})(function))


def opening(function: Function) -> Function:
    """The same for a function that makes arrays of addresses."""
    return cast(Function, njit(**_OPTIONS)(function))


def by_address(function: Function) -> Function:
    """Have a function compiled at once, to be called from machine code and never from Python."""
    options = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return cast(Function, njit(_ENTRY, **options)(function))


def machine_code(entry: Any) -> tuple[str, bytes]:
    """The name of a function that was compiled by its address, and the object file that holds it."""
    made = entry.overloads[_ENTRY.args]
    library = made.library
    code = library._codegen._tm.emit_object(library._final_module)
    return made.fndesc.llvm_func_name, code


@contextmanager
def indices_from_zero() -> Iterator[None]:
    """Compile without the care that numba takes of indices below zero, of which the kernel has none.

    numba has no setting for it, and it is a third of the kernel's time.
    """
    usual = arrayobj.fix_integer_index
    arrayobj.fix_integer_index = lambda context, builder, kind, index, size: context.cast(
        builder, index, kind, types.intp
    )
    try:
        yield
    finally:
        arrayobj.fix_integer_index = usual
