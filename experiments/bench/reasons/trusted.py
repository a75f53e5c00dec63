"""Whether the reasons can be trusted: every trial of a training, on public data and on the simulated company.

``SIZE=small`` leaves out the simulated company. Data sets are looked for in the folder that
``REGULARS_DATA`` names. The cost of shallow trees is measured on every test of each data set.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.models.__main__ import learned_from
from experiments.public_companies import PUBLIC
from experiments.world import WorldSpec, simulate
from training.families.churn.learning import Learned
from training.families.churn.rungs import BOOSTED, certain_directions
from training.families.churn.trust import (
    LEAST_OVERLAP,
    LEAST_PERSISTENT,
    LEAST_SAME_FIRST,
    MOST_PERMUTED,
    Trust,
    examine,
)
from training.ladder.rung import Rung
from training.learners.boosting import BoostedModel
from training.learners.usable import usable_features
from training.safeguards.trust.bars import FAITHFUL_GROUPS, LEAK_SHARE, LEAST_FAITHFUL
from training.safeguards.trust.cap import CapCost, cap_cost

_NAMES = ("telco_churn", "online_retail_2009_2010")


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("trusted reasons")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in _NAMES:
            if not (data / name).exists():
                print(f"{name}: not in {data.name}, so left out")
                continue
            claims += _claims(name, PUBLIC[name](data, folder / name), with_cap=True)
        if not given.is_small:
            world = simulate(WorldSpec(), folder / "world")
            claims += _claims("simulated company", world.settings_file, with_cap=False)
    return conclude("trusted_reasons", claims, given)


def _claims(name: str, settings_file: Path, *, with_cap: bool) -> list[Claim]:
    begin = time.process_time()
    learned = learned_from(settings_file)
    taught = time.process_time() - begin
    begin = time.process_time()
    trust = examine(learned)
    spent = time.process_time() - begin
    print(
        f"\n{name}: {learned.manifest.title}; learned in {taught:.0f} CPU s, tried in {spent:.0f}"
    )
    for bar in trust.bars:
        print(f"  {bar.name:38} {bar.figure} (should be {bar.bar})")
    for one in trust.faithfulness:
        print(
            f"  {one.groups} groups taken away: log-odds fall by {one.ours:.2f}; by occlusion "
            f"{one.occlusion:.2f}, one order {one.global_order:.2f}, at random {one.random:.2f}"
        )
    print(f"  {trust.specific:.0%} have other main reasons than the list as a whole")
    return [
        *_trust_claims(name, trust),
        Claim(f"{name}: CPU of the trials to that of learning", spent / taught, 0.5, "times"),
        *(_cap_claims(name, _cap_of(learned)) if with_cap else []),
    ]


def _trust_claims(name: str, trust: Trust) -> list[Claim]:
    held = trust.stability
    assert held is not None, "refitted by every training"
    found = [
        Claim(f"{name}: adding up", trust.additivity, 1e-9),
        Claim(f"{name}: same three groups in refits", held.top_three, LEAST_OVERLAP, "", "at least"),
        Claim(f"{name}: same first reason", held.first, LEAST_SAME_FIRST, "", "at least"),
        Claim(f"{name}: first or of similar weight", held.first_or_similar, LEAST_SAME_FIRST, "", "at least"),
        Claim(f"{name}: alike from senseless outcomes", held.permuted, MOST_PERMUTED),
        Claim(f"{name}: sentences contradicted", trust.contradictions, 0),
        Claim(f"{name}: largest part of one group", max(trust.shares.values()), LEAK_SHARE),
    ]  # fmt: skip
    for one in trust.faithfulness:
        if one.groups == FAITHFUL_GROUPS:
            found += [
                Claim(f"{name}: faithful, two groups", one.score, LEAST_FAITHFUL, "", "at least"),
                Claim(f"{name}: over one order for all", one.score - one.global_score, 0.0, "", "at least"),
            ]  # fmt: skip
    if trust.persistence is not None:
        same = trust.persistence.same
        found.append(Claim(f"{name}: kept over a day", same, LEAST_PERSISTENT, "", "at least"))
    return found


def _cap_of(learned: Learned) -> CapCost:
    """The cost over every test, whichever rung ships."""
    names = usable_features(learned.dataset).names
    directions = (
        certain_directions(names) if learned.manifest.task.question.kind != "stated" else {}
    )
    rungs = (Rung(BOOSTED, BoostedModel.family, names, "", directions=directions),)
    found = cap_cost(learned.ladder, rungs, learned.dataset, tuple(learned.splits.tests), threads=2)
    assert found is not None
    return found


def _cap_claims(name: str, cap: CapCost) -> list[Claim]:
    """At least one end of each interval must say that nothing is given up."""
    print(
        f"  shallow trees less free ones: log loss {cap.log_loss:+.5f} [{cap.log_loss_low:+.5f}, "
        f"{cap.log_loss_high:+.5f}], AUC {cap.auc:+.5f} [{cap.auc_low:+.5f}, {cap.auc_high:+.5f}]"
    )
    spread = (cap.log_loss_low, cap.log_loss_high)
    return [
        Claim(f"{name}: log loss given up by the cap, surely", cap.log_loss_low, 0.0, "", "at most", spread),
        Claim(f"{name}: AUC given up by the cap, surely", -cap.auc_high, 0.0, "", "at most", (-cap.auc_high, -cap.auc_low)),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
