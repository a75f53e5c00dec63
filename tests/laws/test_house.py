"""The house itself: whose packages these are, which doors are open, what may not be written."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
import features
import regulars
import serving
import training

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("features", "training", "serving", "experiments", "regulars")

# Each heavy library has its doors; whoever needs more of it goes through them.
DOORS = {
    "duckdb": {"features/sources/connection.py"},
    "numba": {
        "features/kernel/compiled.py",
        "features/store/order_numbers.py",
        "training/compiled.py",
    },
    "llvmlite": {"features/kernel/native.py"},
    "pyspark": {"features/exports/spark.py", "features/exports/spark_session.py"},
    "lightgbm": {"training/learners/boosting.py", "training/learners/trees.py"},
    "mlflow": {"training/registry/registry.py"},
    "implicit": {"training/families/items/recommenders/neighbours.py"},
    "sklearn": {
        "training/families/items/recommenders/spectral.py",
        "training/families/segments/clusters.py",
        "training/learners/logistic.py",
    },
    "matplotlib": {"training/ladder/plots.py", "training/families/churn/evaluation/plots.py"},
    "shap": {"training/families/churn/evaluation/plots.py"},
    "bentoml": {"serving/process/bento.py", "serving/service.py"},
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
        "serving/pages/pages.py",
    },
    "sqlalchemy": {
        "features/sources/databases.py",
        "serving/ledger/audit.py",
        "serving/ledger/database.py",
        "serving/ledger/reported_events.py",
        "serving/ledger/feedback.py",
        "serving/ledger/offer_decisions.py",
        "serving/ledger/hold_out.py",
        "serving/ledger/jobs.py",
        "serving/ledger/ledger.py",
        "serving/ledger/privacy.py",
        "serving/ledger/idempotency.py",
    },
    "jinja2": {"serving/pages/pages.py"},
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


@pytest.mark.parametrize("package", [features, training, serving, experiments, regulars])
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
        "import sys\nfrom regulars.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', [name for name in {heavy} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert answer.stdout.splitlines()[-1] == "loaded: []"
