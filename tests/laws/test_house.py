"""The house itself: whose packages these are, which doors are open, what may not be written."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
import features
import serving
import training

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("features", "training", "serving", "experiments")

# Each heavy library has its doors; whoever needs more of it goes through them.
DOORS = {
    "duckdb": {"features/sources.py"},
    "numba": {
        "features/kernel/compiled.py",
        "features/order_numbers.py",
        "training/compiled.py",
    },
    "llvmlite": {"features/kernel/native.py"},
    "pyspark": {"features/spark.py", "features/spark_session.py"},
    "lightgbm": {"training/boosting.py", "training/trees.py"},
    "mlflow": {"training/registry.py"},
    "implicit": {
        "training/items/alternating_least_squares.py",
        "training/items/neighbours.py",
    },
    "sklearn": {
        "training/items/spectral.py",
        "training/segments/clusters.py",
        "training/logistic.py",
        "training/metrics.py",
    },
    "matplotlib": {"training/report.py", "training/evaluation/shap_plots.py"},
    "shap": {"training/evaluation/shap_plots.py"},
    "bentoml": {"serving/bento.py", "serving/service.py"},
    "fastapi": {
        "serving/contract/answering.py",
        "serving/contract/application.py",
        "serving/contract/change_routes.py",
        "serving/contract/customer_routes.py",
        "serving/contract/discovery_routes.py",
        "serving/contract/job_routes.py",
        "serving/contract/privacy_routes.py",
        "serving/contract/item_routes.py",
        "serving/contract/proposal_routes.py",
        "serving/contract/quick_route.py",
        "serving/contract/event_routes.py",
        "serving/contract/score_routes.py",
        "serving/pages.py",
    },
    "sqlalchemy": {
        "features/databases.py",
        "serving/audit.py",
        "serving/database.py",
        "serving/events.py",
        "serving/feedback.py",
        "serving/offer_decisions.py",
        "serving/hold_out.py",
        "serving/jobs.py",
        "serving/ledger.py",
        "serving/privacy.py",
        "serving/repeats.py",
    },
    "jinja2": {"serving/pages.py"},
}


def sources() -> list[Path]:
    """Every module of the four packages."""
    return [path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The top-level names a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", [features, training, serving, experiments])
def test_the_packages_are_ours_and_not_namesakes(package: object) -> None:
    assert Path(str(package.__file__)).is_relative_to(PROJECT)  # type: ignore[attr-defined]


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_heavy_library_comes_in_by_its_doors_alone(library: str) -> None:
    users = {str(path.relative_to(PROJECT)) for path in sources() if library in imported(path)}
    benches = {user for user in users if user.startswith("experiments/bench/")}
    assert users - benches == DOORS[library]


@pytest.mark.parametrize(
    "library", ["pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"]
)
def test_nothing_is_pickled(library: str) -> None:
    assert [path for path in sources() if library in imported(path)] == []


def test_the_command_line_answers_for_help_without_a_heavy_import() -> None:
    heavy = [*sorted(DOORS), "numpy", "pandas", "rich", "scipy", "pyarrow"]
    program = (
        "import sys, regulars\n"
        "try:\n    regulars.main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', [name for name in {heavy} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert answer.stdout.splitlines()[-1] == "loaded: []"
