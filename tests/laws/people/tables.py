"""What a notebook is given of people, once for everybody in the world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from regulars.library.tables import as_arrow, describe
from regulars.library.workspace import OpenWorkspace
from tests.laws.people.files import answered_for
from tests.laws.people.world import Seen, World
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND

TableReader = Callable[[World, Path], Seen]


def _opened(world: World) -> OpenWorkspace[Any]:
    company = world.company
    return OpenWorkspace(company.settings_path, company.settings, world.workspace, 1, as_arrow)


def _seen(world: World, table: Any) -> Seen:
    """Who stands in a table, of which every column says what it means."""
    about = describe(table)
    assert about.index[about.meaning == ""].tolist() == []
    return world.seen(str(table.to_pylist()))


def _read(name: str) -> TableReader:
    def read(world: World, folder: Path) -> Seen:
        return _seen(world, getattr(_opened(world), name)())

    return read


def _predicted(world: World, folder: Path) -> Seen:
    champion = PromotedBundles(world.workspace, CHURN_KIND).champion_manifest()
    assert champion is not None
    with answered_for(world, champion.digest, folder):
        return _seen(world, _opened(world).predictions())


TABLES: dict[str, tuple[str, TableReader]] = {
    "vectors": ("demo", _read("vectors")),
    "dataset": ("demo", _read("dataset")),
    "predictions": ("demo", _predicted),
    "scores": ("demo", _read("scores")),
    "items": ("items", _read("items")),
    "decisions": ("demo", _read("decisions")),
    "truth": ("demo", _read("truth")),
}
"""Each with the world it is read in."""
