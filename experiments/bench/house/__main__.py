"""How the house stands: its rooms and ties, the length of its files, and where a customer goes while a call runs.

``SIZE=full`` follows one score while it runs; ``SIZE=small`` reads the code alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
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
from experiments.bench.house.walks import Walk, holding, walked
from experiments.bench.service.ground import laid
from serving.contract.score_messages import ScoreRequest
from serving.contract.score_routes import scored
from serving.in_use.models_in_use import ModelsInUse

_ROOMS = {"features": 13, "training": 14, "serving": 14}
_TIES = {"features": 42, "training": 92, "serving": 56}
_CUSTOMERS = 400


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("the house itself")
    claims = [*_rooms(), *_sizes()]
    if not given.is_small:
        with tempfile.TemporaryDirectory() as folder:
            claims += _walks(Path(folder))
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
    """Follow a customer through one call."""
    ground = laid(folder, _CUSTOMERS)
    customer = ground.customers[0]
    models = ModelsInUse(ground.settings, ground.workspace, now=lambda: 1, ticks=time.monotonic)
    try:
        question = ScoreRequest.model_validate({"customer_id": customer})
        scored(models, question)
        by_id = walked(holding(customer), lambda: scored(models, question))
    finally:
        models.close()
    return _told("a customer, from the call to the answered row", by_id, 5, 2)


def _told(name: str, walk: Walk, most_files: int, most_returns: int) -> list[Claim]:
    print(f"  {name}: {', '.join(walk.files)}")
    print(f"    as {', '.join(walk.names)}")
    return [
        Claim(f"{name}: files", len(walk.files), most_files),
        Claim(f"{name}: returns", walk.returns, most_returns),
    ]


if __name__ == "__main__":
    sys.exit(main())
