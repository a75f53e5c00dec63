"""Two models over the same customers of one day: every figure by plain arithmetic, and none of a single customer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.store.store import open_store
from serving.nightly.beside import beside, happened_after
from serving.snapshot.columns import Ranking
from serving.snapshot.reading import Snapshot
from tests.serving.company import Company
from training.families.churn.bundle import current_bundle


def ranked(snapshot: Snapshot, risks: dict[int, float]) -> Snapshot:
    """The same scores of these customers alone, with other risks, the riskiest first."""
    keys = sorted(risks, key=lambda key: (-risks[key], key))
    count = len(keys)
    columns = {
        name: getattr(snapshot.ranking, name)[:count] for name in Ranking.__dataclass_fields__
    }
    columns |= {
        "customer_keys": np.array(keys, np.int32),
        "probability": np.array([risks[key] for key in keys]),
    }
    return replace(snapshot, ranking=Ranking(**columns))


def test_figures_are_of_those_whom_both_judged(snapshot: Snapshot) -> None:
    mine = {key: (20 - key) / 20 for key in range(20)}
    theirs = {key: risk / 2 for key, risk in mine.items() if key != 19} | {40: 0.99}
    found = beside(ranked(snapshot, mine), ranked(snapshot, theirs))
    assert found is not None and found.customers == 19
    assert found.champion_mean == pytest.approx(np.mean([(20 - key) / 20 for key in range(19)]))
    assert found.challenger_mean == pytest.approx(found.champion_mean / 2)
    # Two of nineteen are the riskiest tenth, down to a risk of .95; nobody is as risky to the challenger.
    assert found.champion_above == pytest.approx(2 / 19) and found.challenger_above == 0.0
    assert found.agreement == 1.0 and found.cutoff_seconds == snapshot.cutoff_seconds
    of_five = beside(ranked(snapshot, mine), ranked(snapshot, theirs), list_size=5)
    assert of_five is not None and of_five.champion_above == pytest.approx(5 / 19)


def test_of_the_riskiest_thousand_those_are_counted_whom_both_name(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.nightly.beside.RISKIEST", 4)
    mine = {key: (20 - key) / 20 for key in range(12)}
    turned = {key: (1 + (key + 2) % 12) / 20 for key in range(12)}
    found = beside(ranked(snapshot, mine), ranked(snapshot, turned))
    # The champion names 0 to 3, the challenger 9, 8, 7 and 6 by the largest of what is left over.
    largest = sorted(turned, key=lambda key: -turned[key])[:4]
    assert found is not None
    assert found.agreement == len({0, 1, 2, 3} & set(largest)) / 4


def test_of_fewer_than_ten_nothing_is_told(snapshot: Snapshot) -> None:
    nine = {key: 0.1 * (key + 1) for key in range(9)}
    assert beside(ranked(snapshot, nine), ranked(snapshot, nine)) is None
    ten = nine | {9: 0.05}
    assert beside(ranked(snapshot, ten), ranked(snapshot, ten)) is not None


def test_what_came_of_a_day_is_not_known_before_its_horizon_is_over(
    demo_workspace: Company,
) -> None:
    bundle, store = current_bundle(demo_workspace.workspace), open_store(demo_workspace.workspace)
    pack = store.pack()
    last = pack.last_known - pack.last_known % 86_400
    days = bundle.manifest.horizon_days
    assert happened_after(bundle, store, pack, last - (days - 2) * 86_400) is None
    share = happened_after(bundle, store, pack, last - days * 86_400)
    assert share is not None and 0 < share < 1
