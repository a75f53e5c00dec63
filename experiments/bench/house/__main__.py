"""How the house stands: its rooms and ties, the length of its files, and where a customer goes while a call runs.

``SIZE=full`` follows a score and a training while they run, makes four changes in a copy of the tree and starts the
command line; ``SIZE=small`` reads the code alone.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from experiments.bench.claims import Claim, Stopwatch, arguments, conclude
from experiments.bench.house.example_family import FAMILY
from experiments.bench.house.examples import ENDPOINT, FEATURE, PAGE
from experiments.bench.house.structure import (
    FLOORS,
    PRODUCT,
    ROOT,
    House,
    files_by_folder,
    functions,
    lines_of,
    median_lines,
    sources,
)
from experiments.bench.house.walks import Walk, folder_with, holding, of_type, walked
from experiments.bench.service.ground import laid
from features.company.settings.reading import Settings
from features.company.workspace import CURRENT
from features.vocabulary.time import Cutoff
from serving.contract.score_messages import ScoreRequest
from serving.contract.score_routes import scored
from serving.in_use.models_in_use import ModelsInUse
from training.bundles.manifest import MANIFEST_FILE
from training.families.families import FAMILIES
from training.recipe.recipe import train

_ROOMS = {"features": 13, "training": 14, "serving": 14}
_TIES = {"features": 42, "training": 92, "serving": 56}
_CUSTOMERS = 400
_STARTS = 5
_ADDITIONS = (
    ("a feature", FEATURE, 2),
    ("an endpoint", ENDPOINT, 5),
    ("a page", PAGE, 8),
    ("a family", FAMILY, 17),
)


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the house itself")
    claims = [*_rooms(), *_sizes()]
    if not given.is_small:
        with tempfile.TemporaryDirectory() as folder:
            claims += _walks(Path(folder))
        claims += [*_additions(), _start()]
    return conclude("house", claims, given)


def _rooms() -> list[Claim]:
    house = House(FLOORS)
    claims = []
    for floor, most in _ROOMS.items():
        ties = house.ties(floor, counted_one_by_one=("training.families",))
        claims += [
            Claim(f"rooms of {floor}", len(house.rooms(floor)), most),
            Claim(f"rooms of {floor} of which one imports the other", ties, _TIES[floor]),
        ]
    return [*claims, Claim("imports that close a circle, at any depth", len(house.circles()), 0)]


def _sizes() -> list[Claim]:
    paths = sources()
    longest = max(paths, key=lines_of)
    function = max((one for path in paths for one in functions(path)), key=lambda one: one.lines)
    folder, files = max(files_by_folder(paths).items(), key=lambda entry: entry[1])
    product = sum(lines_of(path) for path in sources(PRODUCT))
    print(
        f"  the longest file is {longest.relative_to(ROOT)}, the longest function {function.place}"
    )
    print(f"  the largest folder is {folder.relative_to(ROOT)} with {files} files")
    print(f"  {product:,} lines of the product, {sum(map(lines_of, paths)):,} with the experiments")
    return [
        Claim("longest file", lines_of(longest), 350, "lines"),
        Claim("longest function", function.lines, 60, "lines"),
        Claim("median file", median_lines(paths), 120, "lines"),
    ]


def _walks(folder: Path) -> list[Claim]:
    """Follow a customer through one call, and what a churn model is made from through one training."""
    ground = laid(folder, _CUSTOMERS)
    customer = ground.customers[0]
    models = ModelsInUse(ground.settings, ground.workspace, now=lambda: 1, ticks=time.monotonic)
    try:
        question = ScoreRequest.model_validate({"customer_id": customer})
        scored(models, question)
        [by_id] = walked(holding(customer), work=lambda: scored(models, question))
    finally:
        models.close()
    # The bench's own model was never measured, so nothing can be compared with it.
    (ground.workspace.bundles / "churn" / CURRENT).unlink()
    cutoff, settings, bundle = walked(
        of_type(Cutoff),
        of_type(Settings),
        folder_with(MANIFEST_FILE),
        work=lambda: train(FAMILIES["churn"], ground.settings, ground.workspace),
    )
    return [
        *_followed("a customer, from the call to the answered row", by_id, 5, 2),
        *_followed("a cutoff, through a churn training", cutoff, 6),
        *_followed("the settings, through a churn training", settings, 4),
        *_followed("a bundle's folder, through a churn training", bundle, 9),
    ]


def _followed(
    name: str, walk: Walk, most_files: int, most_returns: int | None = None
) -> list[Claim]:
    print(f"  {name}: {', '.join(walk.files)}")
    print(f"    as {', '.join(walk.names)}; {walk.returns} returns")
    claims = [Claim(f"{name}: files", len(walk.files), most_files)]
    if most_returns is not None:
        claims.append(Claim(f"{name}: returns", walk.returns, most_returns))
    return claims


def _additions() -> list[Claim]:
    """Make each kind of change in a copy of the tree, and count what a person touched for it."""
    claims = []
    for name, addition, most in _ADDITIONS:
        with tempfile.TemporaryDirectory() as folder:
            files = addition.made_in(Path(folder))
        print(f"  {name} touches {', '.join(sorted(files))}")
        claims.append(Claim(f"files touched for {name}", len(files), most))
    return claims


def _start() -> Claim:
    """What the command line costs before it does anything: CPU seconds of ``--help``, of several starts."""
    seconds = []
    for _ in range(_STARTS):
        with Stopwatch() as watch:
            subprocess.run(
                [sys.executable, "-m", "regulars", "--help"], check=True, capture_output=True
            )
        seconds.append(watch.cpu_seconds)
    return Claim(
        "regulars --help",
        statistics.median(seconds),
        0.3,
        "CPU s",
        spread=(min(seconds), max(seconds)),
    )


if __name__ == "__main__":
    sys.exit(main())
