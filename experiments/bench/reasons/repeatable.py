"""Whether an adviser may repeat what is said: 200 customers of each company, read by rules a person would apply.

The rules read finished sentences and raw values and know nothing of how sentences are made: which way a fact goes
with the risk is a rank correlation of pandas over everybody. ``SIZE=small`` reads two companies.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.bench.claims import Claim, arguments, conclude
from experiments.bench.models.__main__ import learned_from
from experiments.public_companies import PUBLIC
from experiments.world import WorldSpec, simulate
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from training.bundles.own_plan import spoken
from training.families.churn.learning import Learned
from training.reasons.explanation import Explanation, Reason, explain_all
from training.reasons.points import leading_features, percentage_points, weighty
from training.reasons.wording import Wording

_READ = 200
_NAMES = ("telco_churn", "online_retail_2009_2010", "essec_purchases")
_LEAST_COVERED = 0.6
_NO_WAY = 0.1
_NOT_SAID_ALOUD = re.compile(
    r"\b(entropy|chance|lines?|pieces?|times the|missing|expect|contacts?)\b", re.IGNORECASE
)


def main() -> int:
    """Read, print, and answer with the exit code."""
    given = arguments("repeatable reasons")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in _NAMES[:1] if given.is_small else _NAMES:
            if not (data / name).exists():
                print(f"{name}: not in {data.name}, so left out")
                continue
            claims += reading_claims(name, learned_from(PUBLIC[name](data, folder / name)))
        customers = 3_000 if given.is_small else 20_000
        world = simulate(WorldSpec(customers=customers), folder / "world")
        claims += reading_claims("simulated company", learned_from(world.settings_file))
    return conclude("repeatable_reasons", claims, given)


def reading_claims(name: str, learned: Learned, count: int = _READ) -> list[Claim]:
    """Some customers from the riskiest to the calmest are explained and read."""
    vectors = learned.splits.shipped.calibration_rows(learned.dataset).vectors
    explanations, values, pushes = explanations_of(learned, vectors, count)
    ways = ways_of(learned, vectors)
    faults = Counter(
        fault
        for one, row in zip(explanations, values, strict=True)
        for fault in faults_of(one, row, ways)
    )
    covered = [covered_by(one, row) for one, row in zip(explanations, pushes, strict=True)]
    few = sum(is_too_few(one, row) for one, row in zip(explanations, pushes, strict=True))
    sentences = sum(len(one.reasons) for one in explanations)
    print(
        f"\n{name}: {learned.manifest.title}; {len(explanations)} customers read, {sentences} sentences"
    )
    for fault, times in faults.most_common():
        print(f"  {times:4} times: {fault}")
    for one in explanations[:3]:
        print(
            f"  {one.shown_probability} % = {one.shown_base} base "
            + " ".join(f"{reason.shown_points:+} {reason.text}." for reason in one.reasons)
            + f" {one.shown_other:+} rest"
        )
    return [
        Claim(f"{name}: sentences nobody should repeat", sum(faults.values()), 0),
        Claim(f"{name}: raising points that are told, median", float(np.nanmedian(covered)), _LEAST_COVERED, "", "at least"),
        Claim(f"{name}: customers with one raising reason where two weigh", few / len(explanations), 0.1),
    ]  # fmt: skip


def explanations_of(
    learned: Learned, vectors: Vectors, count: int
) -> tuple[list[Explanation], list[dict[str, float]], Floats]:
    """Customers evenly spaced by risk: what is told of them, their raw values by name, and all points."""
    model = learned.model
    features, groups = spoken(learned.manifest)
    wording = Wording(features, groups, learned.reference.peers, "EUR")
    order = np.argsort(-model.score(vectors), kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)]
    names = [one.name for one in features]
    positions = [vectors.feature_names.index(one) for one in names]
    values = np.ascontiguousarray(vectors.values[chosen][:, positions])
    read = [names.index(one) for one in model.columns.names]
    added = np.zeros(values.shape)
    added[:, read] = model.contributions(model.columns.prepare(values, np.array(read)))
    grouped = np.column_stack(
        [added[:, wording.group_of == one].sum(axis=1) for one in range(len(groups))]
    )
    points = percentage_points(grouped, model.base_log_odds, learned.calibration.apply)
    leading = leading_features(added, wording.group_of, points.by_group, wording.sayable(values))
    rows = [dict(zip(names, row, strict=True)) for row in values.tolist()]
    return explain_all(points, leading, values, wording), rows, points.by_group


def ways_of(learned: Learned, vectors: Vectors) -> dict[str, float]:
    """How each feature goes with the risk, as a rank correlation of pandas over everybody."""
    risk = pd.Series(learned.model.score(vectors))
    table = pd.DataFrame(vectors.values, columns=list(vectors.feature_names))
    table = table.loc[:, table.nunique() > 1]
    return {str(name): float(way) for name, way in table.corrwith(risk, method="spearman").items()}


def faults_of(
    explanation: Explanation, row: dict[str, float], ways: dict[str, float]
) -> Iterator[str]:
    """What a person would object to in one customer's reasons."""
    silence = row.get("days_since_order", float("nan"))
    silences = 0
    for one in explanation.reasons:
        if not one.text:
            yield f"a bare title: {one.title}"
        # What a company calls its own attributes is its own affair.
        is_ours = not one.group.startswith("declared_")
        if is_ours and (found := _NOT_SAID_ALOUD.search(one.text)):
            yield f"nobody says {found[0]!r}: {one.text}"
        silences += one.direction == "raises" and says_silence(one.text, silence)
        if against := speaks_against(one, ways):
            yield against
    if silences > 1:
        yield "silence is told twice"
    if len({one.text for one in explanation.reasons}) < len(explanation.reasons):
        yield "a sentence is said twice"


def says_silence(text: str, silent_days: float) -> bool:
    """Whether a sentence says that nothing was bought for a while."""
    if text.startswith("Silent for"):
        return True
    window = re.match(
        r"(?:No (?:orders?|spend|items?|[a-z ]*bought)|Spent €0|Bought on no)\b.*?(\d+) days", text
    )
    return window is not None and silent_days >= int(window[1])


def speaks_against(one: Reason, ways: dict[str, float]) -> str:
    """A comparison with peers that points the other way than the reason; empty where there is none."""
    if "(typical:" not in one.text:
        return ""
    fact = one.facts[0]
    if fact.value is None or fact.typical is None:
        return "a comparison without facts"
    if fact.value == fact.typical == 0:
        return f"no news: {one.text}"
    way = ways[fact.feature]
    if abs(way) < _NO_WAY / 2:
        return f"compares what goes no way: {one.text}"
    is_higher_risk = (fact.value > fact.typical) == (way > 0)
    return "" if is_higher_risk == (one.direction == "raises") else f"against its sign: {one.text}"


def covered_by(explanation: Explanation, pushes: Floats) -> float:
    """The part of all that raises a customer's risk that is told; unknown where nothing does."""
    raising = float(np.maximum(pushes, 0.0).sum())
    return sum(one.points for one in explanation.raising) / raising if raising > 0 else float("nan")


def is_too_few(explanation: Explanation, pushes: Floats) -> bool:
    """Whether fewer than two groups that raise the risk are told where two weigh enough."""
    weigh = int((weighty(pushes[None, :])[0] & (pushes > 0)).sum())
    return sum(1 + len(one.joined) for one in explanation.raising) < min(2, weigh)


if __name__ == "__main__":
    sys.exit(main())
