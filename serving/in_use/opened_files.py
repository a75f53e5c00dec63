"""What an answer is read from while it stands on the disk: whoever writes to a mapped file changes what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from features.company.block_digests import Stamp, stamps


@dataclass(frozen=True)
class OpenedFiles:
    """The files of some folders as they stood when they were opened."""

    folders: tuple[Path, ...] = ()
    stood: Mapping[tuple[int, int], Stamp] | None = None

    @classmethod
    def of(cls, *folders: Path | None) -> Self:
        """The files of folders as they stand now, as far as there are any."""
        there = tuple(one for one in folders if one is not None)
        return cls(there, _standing(there))

    @property
    def are_untouched(self) -> bool:
        """Whether nobody has written to any of them; what was deleted goes on being read as it was."""
        stood = self.stood or {}
        return all(stood.get(place, now) == now for place, now in _standing(self.folders).items())


def _standing(folders: tuple[Path, ...]) -> dict[tuple[int, int], Stamp]:
    return {one[:2]: one for folder in folders for one in stamps(folder)}
