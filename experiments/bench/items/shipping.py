"""Linear models of items on public splits as a training chooses and keeps them: what ships, and nothing else."""

from __future__ import annotations

from experiments.bench.items.linear import SEARCHED, LinearResult
from experiments.bench.items.splits import PublicSplit
from training.families.items.recommenders.kernels import NEIGHBOURS_PER_ITEM, kernels_for


def shipped_kernel(split: PublicSplit, count: int) -> LinearResult:
    """The one that finds most of those a training may choose, on a part held out; then fitted on all and tested."""
    part = split.held_out()
    asked = part.some(SEARCHED)
    kernels = kernels_for(split.learned.catalogue)
    judged: dict[str, tuple[float, float]] = {}
    for name, learn in kernels.items():
        judged[name] = part.judge(learn(part.learned).scores, count, asked)
        print(f"  {name}: {judged[name][0]:.4f} / {judged[name][1]:.4f}", flush=True)
    # By recall, as a training does.
    chosen = max(judged, key=lambda name: judged[name][0])
    tested = split.judge(kernels[chosen](split.learned).scores, count)
    said = f"what ships: {chosen}, {NEIGHBOURS_PER_ITEM} kept an item"
    return LinearResult(said, judged[chosen], tested)
