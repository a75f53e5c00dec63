"""The kernel as machine code: compiled once, kept as an object file, loaded without numba.

The file's name is a digest of everything the code depends on: the kernel's sources, the versions of
what compiles it, and the processor. So an edit or an upgrade never meets old code. It lies where
``NUMBA_CACHE_DIR`` says, or else beside the sources or in the user's cache; where none can be written,
the kernel is compiled anew in each process.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm

Entry = Callable[[int, int, int, int], int]
"""Called with four addresses: arrays, shapes, registers and values."""

_HERE = Path(__file__).parent
# numba's reference counting is linked in and never reached: no array here belongs to numba.
_STUBS = "define void @NRT_MemInfo_call_dtor(ptr %0) { ret void }"
# What the kernel takes in from beside its folder.
_LINKED = ("plan/program.py",)
_loading = threading.Lock()
_alive: list[object] = []


def entry() -> Entry:
    """The compiled kernel, ready to be called from any thread; other threads run meanwhile."""
    with _loading:
        return _entry()


@cache
def _entry() -> Entry:
    name, code = next(filter(None, map(_read, _places())), None) or _compile()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(_STUBS), machine)
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _alive.append(engine)  # its memory holds the code
    return_value, fault = ctypes.c_void_p(), ctypes.c_void_p()
    _alive.append((return_value, fault))
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 6)(
        engine.get_function_address(name)
    )
    out, excuse = ctypes.addressof(return_value), ctypes.addressof(fault)

    def call(arrays: int, shapes: int, floats: int, values: int) -> int:
        return int(function(out, excuse, arrays, shapes, floats, values))

    return call


def _compile() -> tuple[str, bytes]:
    name, code = _object_code()
    for path in _places():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
                draft.write(f"{name} {hashlib.sha256(code).hexdigest()}\n".encode() + code)
            Path(draft.name).replace(path)
            break
        except OSError:
            continue
    return name, code


def _object_code() -> tuple[str, bytes]:
    """The name of the kernel's entry and the object file that holds it."""
    # Imported here, because these bring numba in, which is needed only where nothing is kept yet.
    from features.kernel.compiled import indices_from_zero, machine_code

    with indices_from_zero():
        from features.kernel.entry import enter

    return machine_code(enter)


def _read(path: Path) -> tuple[str, bytes] | None:
    """What a file holds; None where there is none, or it is damaged, which would end the process."""
    try:
        head, _, code = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    name, _, checksum = head.partition(b" ")
    return (name.decode(), code) if checksum == hashlib.sha256(code).hexdigest().encode() else None


def _places() -> Iterator[Path]:
    """Where the object file may lie, the best place first."""
    name = f"kernel-{_digest()}.o"
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen) / name
        return
    yield _HERE / "__pycache__" / name
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    yield Path(home) / "regulars" / name


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted([*_HERE.glob("*.py"), *(_HERE.parent / name for name in _LINKED)]):
        digest.update(path.read_bytes())
    digest.update(f"{version('numba')} {version('llvmlite')}".encode())
    digest.update(f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}".encode())
    return digest.hexdigest()[:32]
