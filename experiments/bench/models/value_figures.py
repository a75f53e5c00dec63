"""Customer value on public data: every rung's order, level and ranges, and what is claimed of the one that ships.

The data are read from the folder that ``REGULARS_DATA`` names. The value is what customers spend over the longest
horizon their history allows; the model that ships is tested at two or three past cutoffs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.bench.claims import Claim, arguments, conclude
from experiments.public_companies import PUBLIC
from features.company.settings.questions import ValueSettings
from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from features.plan.plan import standard_plan
from features.store.ingestion import ingest
from features.store.store import open_store
from training.families.value.learning import LearnedValue, learn_value
from training.families.value.margins import line_margins
from training.families.value.models import TWEEDIE, TWO_PART

DATASETS = ("essec_purchases", "retail_transactions", "online_retail_2009_2010")
MOST_BIAS, MOST_DECILE_ERROR = 0.05, 0.25
HELD_BETWEEN = (0.75, 0.85)


@dataclass(frozen=True)
class ValueFigure:
    """One rung on one data set; ``customers`` counts tested customers over all test cutoffs.

    ``coverage`` is of the customers of whose like more than a fifth bought, ``coverage_of_all`` of
    everybody; ``bias_by_cutoff`` tells the test cutoffs apart.
    """

    dataset: str
    horizon_days: int
    rung: str
    ships: bool
    customers: int
    gini: float
    gini_low: float
    gini_high: float
    bias: float
    bias_by_cutoff: dict[str, float]
    decile_mape: float
    coverage: float
    coverage_of_all: float


def value_figures(
    data: Path, datasets: Sequence[str] = DATASETS, *, threads: int = 2
) -> list[ValueFigure]:
    """Every rung on every data set found in a folder; data sets that are not there are left out."""
    rows: list[ValueFigure] = []
    for name in datasets:
        if (data / name).exists():
            with tempfile.TemporaryDirectory() as scratch:
                learned = learned_value(name, data, Path(scratch), threads=threads)
            rows += [_figure(name, learned, row.as_dict()) for row in learned.ladder.rows]
    return rows


def learned_value(name: str, data: Path, folder: Path, *, threads: int) -> LearnedValue:
    """One public data set, ingested and learned from."""
    return value_of(PUBLIC[name](data, folder), threads=threads)


def value_of(settings_file: Path, *, threads: int) -> LearnedValue:
    """A company ingested and learned from, without publishing anything."""
    settings = load_settings(settings_file)
    workspace = Workspace(settings.workspace_folder)
    ingest(settings, workspace, threads=threads)
    store = open_store(workspace)
    pack = store.pack()
    margins = line_margins(store, pack.streams["purchases"])
    return learn_value(pack, standard_plan(pack), ValueSettings(), margins, threads=threads)


def value_claims(rows: Sequence[ValueFigure]) -> list[Claim]:
    """What is claimed of the rung that ships, on every data set measured."""
    claims: list[Claim] = []
    for ships in (row for row in rows if row.ships):
        others = [
            row.gini
            for row in rows
            if row.dataset == ships.dataset and row.rung in (TWEEDIE, TWO_PART)
        ]
        what, spread = f"{ships.dataset}, value", (ships.gini_low, ships.gini_high)
        low, high = HELD_BETWEEN
        claims += [
            Claim(f"{what}: Gini of {ships.rung}", ships.gini, max(others), "", "at least", spread),
            Claim(f"{what}: bias, either way", abs(ships.bias), MOST_BIAS),
            Claim(f"{what}: decile MAPE", ships.decile_mape, MOST_DECILE_ERROR),
            Claim(f"{what}: 80 % ranges hold, at least", ships.coverage, low, "", "at least"),
            Claim(f"{what}: 80 % ranges hold, at most", ships.coverage, high),
        ]
    return claims


def lines(rows: Sequence[ValueFigure]) -> list[str]:
    """The rows as lines of a report."""
    found = []
    for row in rows:
        biases = " ".join(f"{cutoff} {bias:+.1%}" for cutoff, bias in row.bias_by_cutoff.items())
        found.append(
            f"{row.dataset:24} {row.horizon_days:4} d  {row.rung:22}{'*' if row.ships else ' '} "
            f"Gini {row.gini:.4f} [{row.gini_low:.3f}, {row.gini_high:.3f}]  bias {row.bias:+.1%}  "
            f"MAPE {row.decile_mape:.3f}  ranges {row.coverage:.1%} (all {row.coverage_of_all:.1%})  "
            f"n {row.customers:,}  ({biases})"
        )
    return found


def _figure(name: str, learned: LearnedValue, row: dict[str, Any]) -> ValueFigure:
    tested = learned.ladder.of(row["name"])
    return ValueFigure(
        dataset=name,
        horizon_days=learned.manifest.horizon_days,
        rung=row["name"],
        ships=row["ships"],
        customers=sum(len(one.brought) for one in tested),
        gini=row["gini"],
        gini_low=row["gini_low"],
        gini_high=row["gini_high"],
        bias=row["bias"],
        bias_by_cutoff={str(one.cutoff): one.figures["bias"] for one in tested},
        decile_mape=row["decile_mape"],
        coverage=row["coverage_of_buyers"],
        coverage_of_all=row["coverage"],
    )


def main() -> int:
    """Measure, print, and answer with the exit code."""
    given = arguments("customer value on public data")
    data = Path(os.environ.get("REGULARS_DATA", "../shared/data")).resolve()
    rows = value_figures(data, DATASETS[1:2] if given.is_small else DATASETS)
    print("\n".join(lines(rows)) or f"no public data at {data}: set REGULARS_DATA")
    return conclude("value", value_claims(rows), given)


if __name__ == "__main__":
    sys.exit(main())
