"""Whether a promotion is felt: two workers under steady load while two models take turns twenty times.

The load comes at four fifths of what the service was just seen to bear. Quiet stretches and stretches with
promotions alternate, so that both see the same machine. Every answer is compared with its model's own score of that
customer, computed here from the bundle that the answer names: an answer of parts of two models would show. ``SIZE=small``
looks briefly, at a small model.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.service.contenders import by_id, ours
from experiments.bench.service.ground import BenchCompany, another_model, laid
from experiments.bench.service.load import LoadCall
from experiments.bench.service.steady import Answered, Stretch, borne, steady
from features.company.workspace import Workspace
from serving.snapshot.reading import open_snapshot
from training.bundles.bundle import admitted, opened_in_place
from training.bundles.manifest import Manifest
from training.bundles.promoted import PromotedBundles
from training.families.churn.bundle import CHURN_KIND

WORKERS, CONNECTIONS, SWAPS = 2, 8, 20
SHARE_OF_CAPACITY = 0.8
_SAME = 1e-9
_TAKEN_IN_SECONDS = 8.0


@dataclass
class SwapResult:
    """What was seen, one entry a stretch, and which models answered how often while they changed."""

    swaps: int = 0
    capacity: float = 0.0
    quiet_ms: list[float] = field(default_factory=list)
    swapping_ms: list[float] = field(default_factory=list)
    refused: int = 0
    mixed: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def ratio(self) -> float:
        """The p99 with promotions to the p99 without, each at the median of its stretches."""
        return median(self.swapping_ms) / median(self.quiet_ms)


def swapped(
    ground: BenchCompany,
    other_digest: str,
    *,
    swaps: int = SWAPS,
    stretches: int = 5,
    pause_seconds: float = 3.5,
    port: int = 3111,
    share: float = SHARE_OF_CAPACITY,
) -> SwapResult:
    """Serve, load, and let the two models take turns; ``swaps`` promotions shared out over the stretches.

    Each stretch has an even number of them, so that all begin with the same model.
    """
    assert swaps % (2 * stretches) == 0
    shelf = PromotedBundles(ground.workspace, CHURN_KIND)
    first = shelf.champion_manifest()
    assert first is not None
    other = admitted(CHURN_KIND, ground.workspace, shelf.exported(other_digest))
    manifests = [first, other.manifest]
    customers = ground.customers[:200]
    truth = {one.digest: own_scores(ground.workspace, one.digest, customers) for one in manifests}
    found = SwapResult(swaps)
    with ours(ground, port, WORKERS, cores=range(os.cpu_count() or 1)) as (_, key):
        calls = by_id(key, customers)
        # The first model's answers stand in the nightly run, the second has to judge each call: it bears less.
        shelf.put_to_use(manifests[1], action="promote", reason="bench")
        time.sleep(_TAKEN_IN_SECONDS)
        turns = swaps // stretches

        def under(meanwhile: Callable[[], None]) -> Stretch:
            stretch = steady(
                port,
                calls,
                a_second=share * found.capacity,
                seconds=turns * pause_seconds + pause_seconds / 2,
                connections=4 * CONNECTIONS,
                meanwhile=meanwhile,
            )
            found.refused += stretch.refused
            found.mixed += mixed(stretch.answered, customers, truth)
            return stretch

        for turn in range(stretches):
            # Anew each time, for what the machine can bear may change where others use it too.
            found.capacity = _capacity(port, calls)
            found.quiet_ms.append(under(lambda: None).milliseconds(99))
            promotions = _turns(shelf, manifests, turns, pause_seconds)
            stretch = under(promotions)
            by_second = [one for one in stretch.answered if _model(one) == manifests[1].version]
            # The quiet stretch is the second model's, whose answers cost more: like is compared with like.
            found.swapping_ms.append(Stretch(by_second, 0).milliseconds(99))
            found.answers.update(_model(one) for one in stretch.answered if one.status == 200)
            print(
                f"  Stretch {turn + 1}: {found.capacity:.0f} calls a second at most, p99 {found.quiet_ms[-1]:.1f} ms quiet, "
                f"{found.swapping_ms[-1]:.1f} ms with {turns} promotions",
                flush=True,
            )
    return found


def own_scores(workspace: Workspace, digest: str, customers: Sequence[str]) -> Mapping[str, float]:
    """What a bundle by itself says of customers, past the service's own way of scoring."""
    bundle = opened_in_place(CHURN_KIND, PromotedBundles(workspace, CHURN_KIND).exported(digest))
    snapshot = open_snapshot(workspace)
    rows = snapshot.vector_rows[[snapshot.find(one) for one in customers]]
    values = bundle.bind(snapshot.vectors)[rows]
    return dict(zip(customers, bundle.probability(bundle.log_odds(values)).tolist(), strict=True))


def mixed(
    answered: Iterable[Answered],
    customers: Sequence[str],
    truth: Mapping[str, Mapping[str, float]],
) -> int:
    """How many answers do not agree with the model they name."""
    wrong = 0
    for one in answered:
        if one.status == 200:
            answer = json.loads(one.body)
            expected = truth.get(answer["model"]["digest"], {}).get(customers[one.which], np.nan)
            row = answer["rows"][0]
            points = sum(reason["points"] for reason in row["reasons"]) + row["other_points"]
            adds_up = abs(100 * (row["probability"] - answer["base"]) - points) < 1e-6
            wrong += not (adds_up and abs(row["probability"] - expected) < _SAME)
    return wrong


def _model(one: Answered) -> str:
    """The version that answered; empty where nothing did."""
    return str(json.loads(one.body)["model"]["version"]) if one.status == 200 else ""


def _capacity(port: int, calls: list[LoadCall]) -> float:
    borne(port, calls, seconds=1.0, connections=CONNECTIONS)
    return borne(port, calls, seconds=3.0, connections=CONNECTIONS)


def _turns(
    shelf: PromotedBundles[Any, Any],
    manifests: Sequence[Manifest],
    turns: int,
    pause_seconds: float,
) -> Callable[[], None]:
    def promote() -> None:
        for turn in range(turns):
            time.sleep(pause_seconds)
            # The second is in use at the start: it is rolled back, then promoted again, and so on.
            shelf.put_to_use(
                manifests[turn % 2],
                action="promote" if turn % 2 else "rollback",
                reason="bench",
            )

    return promote


def claims(found: SwapResult) -> list[Claim]:
    """What a promotion is held to."""
    return [
        Claim("answers by the first model while promoting", found.answers["1"], 1, "", "at least"),
        Claim("answers by the second model while promoting", found.answers["2"], 1, "", "at least"),
        Claim(f"failed calls over {found.swaps} promotions", found.refused, 0),
        Claim("answers that do not agree with the model they name", found.mixed, 0),
        Claim("p99 with promotions to p99 without", found.ratio, 1.5, "times"),
    ]


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("promotions while the service answers")
    with tempfile.TemporaryDirectory() as scratch:
        print("Simulating a company and growing 300 trees twice.", flush=True)
        ground = laid(Path(scratch) / "company", 1_000 if given.is_small else 6_000)
        other = another_model(ground, "2")
        stretches, pause = (1, 1.5) if given.is_small else (5, 3.5)
        swaps = 4 if given.is_small else SWAPS
        found = swapped(ground, other, swaps=swaps, stretches=stretches, pause_seconds=pause)
    return conclude("service_swaps", claims(found), given)


if __name__ == "__main__":
    sys.exit(main())
