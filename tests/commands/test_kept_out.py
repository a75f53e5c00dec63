"""A training whose model the gate keeps out: the cause in words, exit code 1, and a next step that works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import Result

from features.company.settings.reading import load_settings
from features.company.workspace import Workspace
from tests.commands.shop import SETTINGS, line, own_copy_of, write_shop
from tests.commands.test_refusals import run
from tests.oracles.mlflow_client import tags_of
from training.bundles.bundle import current, opened
from training.families.value.bundle import VALUE_KIND
from training.registry.gate import MOST_BIAS
from training.registry.registry import Registry

HORIZON, CUSTOMERS = 30, 120
SWINGING = f"{SETTINGS}\n[value]\nhorizon_days = {HORIZON}\n"


def dear_and_cheap(periods: int = 7) -> list[str]:
    """Everybody buys every few days, and all of it costs two thirds more in every other stretch of thirty days.

    A level learned in one stretch is too low for the next and too high for the one after: on average about right.
    """
    return [
        line(customer, day, price=f"{(3 + customer % 9) * (5 if (day // HORIZON) % 2 else 3)}.00")
        for customer in range(CUSTOMERS)
        for day in range(customer % 5, periods * HORIZON, 6 + customer % 7)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A shop that swings, and what its training says."""
    settings = write_shop(tmp_path_factory.mktemp("shop"), dear_and_cheap(), settings=SWINGING)
    assert run(settings, "ingest").exit_code == 0
    return settings, run(settings, "train", "value")


def test_a_value_model_whose_tests_err_in_opposite_directions_is_kept_out(
    shop: tuple[Path, Result], tmp_path: Path
) -> None:
    settings, told = shop
    assert told.exit_code == 1 and told.output.lstrip().count("✗ Trained value version 1") == 1
    loaded = load_settings(settings)
    workspace = Workspace(loaded.workspace_folder)
    assert current(VALUE_KIND, workspace) is None
    registry = Registry(loaded, workspace, "value")
    assert tags_of(registry, "1")["validated"] == "no"
    figures = opened(VALUE_KIND, registry.fetch_bundle("1", tmp_path)).manifest.metrics
    off = [one["bias"] for one in figures["by_cutoff"].values()]
    assert len(off) == 3 and min(off) < -0.3 and max(off) > 0.5
    # The mean of them would have passed, and was asked alone before.
    assert abs(figures["bias"]) < MOST_BIAS


def test_the_cause_stands_in_the_sentence_and_the_tests_in_a_table_with_bars(
    shop: tuple[Path, Result],
) -> None:
    said = " ".join(shop[1].output.split())
    assert "The gate keeps it out: level, latest test" in said
    assert "Nothing else that was tried passes; what was in use before stays" in said
    assert "How the level held, the latest test first" in said
    bars = re.findall(r"[·█]{10}│[·█]{10}", shop[1].output)
    assert len(bars) == 3 and {one.startswith("·" * 10) for one in bars} == {True, False}


def test_the_next_step_works_and_is_on_record(shop: tuple[Path, Result], tmp_path: Path) -> None:
    settings, told = own_copy_of(shop[0], tmp_path), shop[1]
    (command,) = re.findall(r"Next: `regulars (promote [^`]*)`", " ".join(told.output.split()))
    assert command == 'promote 1 --model value --force --reason "…"'
    answer = run(settings, *shlex.split(command.replace("…", "we know our prices")))
    assert answer.exit_code == 0, answer.output
    loaded = load_settings(settings)
    workspace = Workspace(loaded.workspace_folder)
    bundle = current(VALUE_KIND, workspace)
    assert bundle is not None and bundle.manifest.version == "1"
    found = tags_of(Registry(loaded, workspace, "value"), "1")
    assert (found["validated"], found["reason"]) == ("no", "we know our prices")
    assert found["forced"].startswith("level, latest test")
