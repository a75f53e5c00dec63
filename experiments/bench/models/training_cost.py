"""What a training costs beside the LightGBM fits it contains: run as a process of its own.

``python -m experiments.bench.models.training_cost CUSTOMERS FOLDER`` simulates a company and ingests it where the
folder has none. Called again it trains on twelve past cutoffs with every customer judged, and prints one
line of JSON: CPU seconds of the whole training and of LightGBM alone, peak memory and the size of the
training matrix.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.world import WorldSpec, simulate
from features.company.settings.reading import Settings, load_settings
from features.company.workspace import Workspace
from features.store.ingestion import ingest

_SETTINGS = """
[tables.purchases]
source = "purchases.parquet"
columns = {{ {columns} }}

[churn]
horizon_days = 45
minimum_orders = 1
active_within_days = 3650
origins = 12
"""
_COLUMNS = (
    "customer_id",
    "order_id",
    "ordered_at",
    "item_id",
    "quantity",
    "amount",
    "discount",
    "channel",
)


@dataclass(frozen=True)
class TrainingCost:
    """One training's cost; the matrix is all vectors of all cutoffs as float32."""

    rows: int
    features: int
    cpu_seconds: float
    lightgbm_cpu_seconds: float
    peak_bytes: int
    idle_bytes: int
    matrix_bytes: int


class LightGBMWatch:
    """Adds up the CPU seconds that LightGBM's own training and binning take while it is held."""

    def __init__(self) -> None:
        self.cpu_seconds = 0.0

    def __enter__(self) -> LightGBMWatch:
        import lightgbm

        self._before = lightgbm.train
        lightgbm.train = self._timed(lightgbm.train)
        return self

    def __exit__(self, *fault: object) -> None:
        import lightgbm

        lightgbm.train = self._before

    def _timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return work(*given, **named)
            finally:
                self.cpu_seconds += time.process_time() - start

        return timed


def prepared(customers: int, folder: Path) -> Settings:
    """A simulated company's purchases, ingested once."""
    settings_file = folder / "regulars.toml"
    if not settings_file.exists():
        simulate(WorldSpec(customers=customers), folder)
        columns = ", ".join(f'{name} = "{name}"' for name in _COLUMNS)
        settings_file.write_text(_SETTINGS.format(columns=columns), encoding="utf-8")
        settings = load_settings(settings_file)
        ingest(settings, Workspace(settings.workspace_folder))
    return load_settings(settings_file)


def measured(settings: Settings) -> TrainingCost:
    """Train once and say what it cost."""
    from training.families.churn.bundle import current_bundle
    from training.families.churn.family import CHURN_FAMILY
    from training.recipe.recipe import train

    workspace = Workspace(settings.workspace_folder)
    idle = _peak_bytes()
    start = time.process_time()
    with LightGBMWatch() as watch:
        summary = train(CHURN_FAMILY, settings, workspace, threads=2)
    cpu_seconds = time.process_time() - start
    features = len(current_bundle(workspace).manifest.feature_names)
    return TrainingCost(
        rows=summary.rows,
        features=features,
        cpu_seconds=cpu_seconds,
        lightgbm_cpu_seconds=watch.cpu_seconds,
        peak_bytes=_peak_bytes(),
        idle_bytes=idle,
        matrix_bytes=summary.rows * features * 4,
    )


def _peak_bytes() -> int:
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kibibytes * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Prepare what is not there yet and stop; train where it is, and print the cost."""
    customers, folder = int(sys.argv[1]), Path(sys.argv[2])
    is_ready = (folder / "regulars.toml").exists()
    settings = prepared(customers, folder)
    if is_ready:
        print(json.dumps(asdict(measured(settings))))


if __name__ == "__main__":
    main()
