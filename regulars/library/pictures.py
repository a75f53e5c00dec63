"""The pictures of a training, found by its run or its version, as a notebook shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from features.company.settings.reading import Settings
from features.company.workspace import Workspace
from regulars.library.predictions import version_of
from training.families.kinds import kind_of
from training.registry.manifests import version_at
from training.registry.registry import Registry


@dataclass(frozen=True)
class Picture:
    """A picture that shows itself where it is the last of a notebook's cell; ``png`` are its bytes."""

    name: str
    png: bytes = field(repr=False)

    def _repr_png_(self) -> bytes:
        """What a notebook asks for."""
        return self.png


def pictures_of(
    settings: Settings, workspace: Workspace, model: str, run: str | int | None
) -> dict[str, Picture]:
    """The pictures of the training a version came from, by their names, in the order of these.

    Raises ``ModelRefused`` for a model nobody knows, and where there is no such version.
    """
    kind = kind_of(model)
    version = version_of(settings, workspace, model, run)
    with version_at(settings, workspace, kind, version) as (manifest, _):
        found = str(manifest.version)
    with TemporaryDirectory() as folder:
        files = Registry(settings, workspace, model).fetch_plots(found, Path(folder))
        return {one.stem: Picture(one.stem, one.read_bytes()) for one in files}
