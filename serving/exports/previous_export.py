"""What was written to a target last time, so that the next file can hold what is new alone.

A customer and a row are remembered as eight bytes of a hash each, so the note names nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from features.company.workspace import Workspace

Hashes = NDArray[np.uint64]


class Exported:
    """The rows one target has."""

    def __init__(self, workspace: Workspace, target: str) -> None:
        self._file = workspace.folder / "exports" / f"{target}.npy"

    def are_new(self, customer_ids: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Of each row whether the target does not have it as it is."""
        kept = self._previous_hashes()
        names, contents = hashes_of(customer_ids, rows)
        places = np.minimum(np.searchsorted(kept[0], names), max(kept.shape[1] - 1, 0))
        if not kept.shape[1]:
            return [True] * len(rows)
        known = (kept[0][places] == names) & (kept[1][places] == contents)
        return [not one for one in known.tolist()]

    def keep(self, names: Hashes, contents: Hashes) -> None:
        """Remember all rows the target has now; call it once the file is in place."""
        order = np.argsort(names, kind="stable")
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self._file.with_suffix(".new.npy")
        np.save(beside, np.vstack([names[order], contents[order]]))
        beside.replace(self._file)

    def _previous_hashes(self) -> Hashes:
        if not self._file.exists():
            return np.empty((2, 0), np.uint64)
        kept: Hashes = np.load(self._file, allow_pickle=False)
        return kept


def hashes_of(
    customer_ids: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> tuple[Hashes, Hashes]:
    """Customers and rows as eight bytes each."""
    names = [_hash(one.encode("utf-8", "surrogatepass")) for one in customer_ids]
    contents = [_hash(orjson.dumps(one, option=orjson.OPT_SORT_KEYS)) for one in rows]
    return np.array(names, np.uint64), np.array(contents, np.uint64)


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest())
