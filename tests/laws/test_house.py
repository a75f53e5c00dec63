"""The house itself: whose packages these are, which doors are open, what may not be written."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

import experiments
import features
import regulars
import serving
import training
from tests.laws.test_documentation import every_verb

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("features", "training", "serving", "experiments", "regulars")

# Each heavy library has its doors; whoever needs more of it goes through them.
DOORS = {
    "argon2": {"serving/ledger/accounts/passwords.py"},
    "duckdb": {"features/sources/connection.py"},
    "numba": {
        "features/kernel/compiled.py",
        "features/store/order_numbers.py",
        "training/compiled.py",
    },
    "llvmlite": {"features/kernel/native.py"},
    "pyspark": {"features/exports/spark.py", "features/exports/spark_session.py"},
    "lightgbm": {"training/learners/boosting.py", "training/learners/trees.py"},
    "mlflow": {
        "training/registry/experiment_runs.py",
        "training/registry/nights.py",
        "training/registry/weeks.py",
        "training/registry/places.py",
        "training/registry/registry.py",
        "training/registry/runs/writing.py",
    },
    "implicit": {
        "training/families/items/recommenders/alternating_least_squares.py",
        "training/families/items/recommenders/neighbours.py",
    },
    "sklearn": {
        "training/learners/estimators/classifiers.py",
        "training/families/items/recommenders/spectral.py",
        "training/families/segments/clusters.py",
        "training/learners/logistic.py",
        "training/measures/metrics.py",
    },
    "matplotlib": {"training/plots/style.py", "training/families/churn/evaluation/plots.py"},
    "optuna": {"experiments/searches/studying.py"},
    "shap": {"training/families/churn/evaluation/plots.py"},
    "bentoml": {"serving/process/bento.py", "serving/service.py"},
    "fastapi": {
        "serving/adapters/dataverse.py",
        "serving/adapters/hubspot.py",
        "serving/adapters/mlflow/routes.py",
        "serving/adapters/routes.py",
        "serving/adapters/salesforce.py",
        "serving/contract/answering.py",
        "serving/contract/application.py",
        "serving/contract/change_routes.py",
        "serving/contract/client_routes.py",
        "serving/contract/customer_routes.py",
        "serving/contract/discovery_routes.py",
        "serving/contract/job_routes.py",
        "serving/contract/list_routes.py",
        "serving/contract/plan_routes.py",
        "serving/contract/privacy_routes.py",
        "serving/contract/item_routes.py",
        "serving/contract/proposal_routes.py",
        "serving/contract/quick_route.py",
        "serving/contract/event_routes.py",
        "serving/contract/routes.py",
        "serving/contract/score_routes.py",
        "serving/pages/account/door.py",
        "serving/pages/account/own_account.py",
        "serving/pages/answers.py",
        "serving/pages/campaigns/campaign_pages.py",
        "serving/pages/pages.py",
    },
    "sqlalchemy": {
        "features/sources/databases.py",
        "serving/ledger/audit.py",
        "serving/ledger/campaigns.py",
        "serving/ledger/database.py",
        "serving/ledger/decisions.py",
        "serving/ledger/accounts/accounts.py",
        "serving/ledger/accounts/sessions.py",
        "serving/ledger/accounts/signing_in.py",
        "serving/ledger/keys.py",
        "serving/ledger/reported_events.py",
        "serving/ledger/spoken_of.py",
        "serving/ledger/feedback.py",
        "serving/ledger/offer_decisions.py",
        "serving/ledger/hold_out.py",
        "serving/ledger/salts.py",
        "serving/ledger/jobs.py",
        "serving/ledger/ledger.py",
        "serving/ledger/privacy.py",
        "serving/ledger/idempotency.py",
        "serving/ledger/schema.py",
        "serving/ledger/migrations/versions/about.py",
        "serving/ledger/migrations/versions/accounts.py",
        "serving/ledger/migrations/versions/campaigns.py",
        "serving/ledger/migrations/versions/demands.py",
        "serving/ledger/migrations/versions/rooms.py",
    },
    "alembic": {
        "serving/ledger/schema.py",
        "serving/ledger/migrations/env.py",
        "serving/ledger/migrations/versions/about.py",
        "serving/ledger/migrations/versions/accounts.py",
        "serving/ledger/migrations/versions/campaigns.py",
        "serving/ledger/migrations/versions/demands.py",
        "serving/ledger/migrations/versions/rooms.py",
    },
    "mcp": {"regulars/assistant/server.py"},
    "jinja2": {"serving/pages/pages.py"},
    "rich": {"regulars/narrator.py"},
    "click": {
        "regulars/assistants.py",
        "regulars/backups.py",
        "regulars/call.py",
        "regulars/campaigns.py",
        "regulars/company.py",
        "regulars/dataset.py",
        "regulars/demo.py",
        "regulars/evaluating.py",
        "regulars/experiments.py",
        "regulars/keys.py",
        "regulars/main.py",
        "regulars/monitoring.py",
        "regulars/narrator.py",
        "regulars/nightly.py",
        "regulars/offers.py",
        "regulars/options.py",
        "regulars/scoring.py",
        "regulars/service.py",
        "regulars/training.py",
        "regulars/users.py",
        "regulars/vectors.py",
    },
}

# A child process answers its parent on its own output, in JSON, and one that is forked empties what waits to be printed, lest
# it comes twice; nobody else but the command line writes there.
CHILDREN = {"training/families/child.py", "training/recipe/apart.py"}

# The service is a program of its own: at its start it is given the time that everything in it is handed.
CLOCKS = {"regulars/call.py", "serving/service.py"}

# Programs of their own, which are started by a developer alone.
PROGRAMS = ("experiments/bench/", "experiments/mutants/")

PRINTING = {"print", "sys.stdout", "sys.stderr"}
TELLING_TIME = {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
}


def sources() -> list[Path]:
    """Every module of the packages."""
    return [path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py"))]


@cache
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


@cache
def said(path: Path) -> frozenset[str]:
    """The names a module says, such as ``print`` or ``sys.stdout``, outside its texts."""
    return frozenset(
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
    )


def users(wanted: set[str]) -> set[str]:
    """The modules that say one of these names; programs of their own are left out."""
    named = {str(path.relative_to(PROJECT)) for path in sources() if said(path) & wanted}
    return {name for name in named if not name.startswith(PROGRAMS)}


def test_nothing_prints_but_the_command_line() -> None:
    assert users(PRINTING) == {"regulars/narrator.py"} | CHILDREN


def test_every_file_a_spreadsheet_opens_is_written_where_no_cell_becomes_a_formula() -> None:
    assert users({"csv.writer", "csv.DictWriter", "csv.CSVWriter", "csv.write_csv"}) == {
        "features/vocabulary/cells.py",
        "features/exports/table_files.py",
    }


def test_the_day_is_read_at_the_edge_alone() -> None:
    assert users(TELLING_TIME) == CLOCKS


def modules_after(*calls: Sequence[str]) -> list[str]:
    """What a fresh process has loaded after the command line was called in these ways."""
    program = (
        "import sys\nfrom regulars.main import main\n"
        f"for words in {[list(words) for words in calls]}:\n"
        "    try:\n        main(words)\n"
        "    except SystemExit as end:\n        assert end.code == 0, words\n"
        "print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return answer.stdout.splitlines()[-1].split()


def ours(modules: Sequence[str]) -> set[str]:
    """Those that are our own, without the five packages themselves."""
    inside = tuple(f"{package}." for package in PACKAGES)
    return {name for name in modules if name.startswith(inside)}


def test_listing_the_verbs_loads_none_of_them() -> None:
    assert ours(modules_after(["--help"])) == {"regulars.main"}


def test_the_help_of_a_training_loads_no_training() -> None:
    assert ours(modules_after(["train", "--help"])) == {
        "regulars.main",
        "regulars.training",
        "regulars.call",
        "regulars.narrator",
        "regulars.options",
        "features.company",
        "features.company.block_digests",
        "features.company.disk",
        "features.company.workspace",
        "features.vocabulary",
        "features.vocabulary.errors",
        "features.vocabulary.time",
    }


def test_the_command_line_answers_for_help_without_a_heavy_import() -> None:
    heavy = {*DOORS, "numpy", "pandas", "pydantic", "scipy", "pyarrow"} - {"click"}
    verbs = [name.split()[1:] for name, _ in every_verb()]
    assert heavy & set(modules_after(["--help"], *([*words, "--help"] for words in verbs))) == set()
