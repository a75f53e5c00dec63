"""The model on disk: what goes in comes out, and nothing damaged is ever believed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from features.company.workspace import Workspace, point_at
from features.vocabulary.errors import BundleRefused, ModelRefused, WorkspaceRefused
from tests.training.companies import DECLARATIONS, NAMES, QUESTION, dataset, manifest_of
from training.bundles.bundle import opened, write
from training.bundles.manifest import Manifest
from training.bundles.reference import Reference, archive, unarchive
from training.bundles.sealing import stamp
from training.bundles.signature import Signing
from training.families.churn.bundle import CHURN_KIND, Bundle, ChurnTask, current_bundle
from training.families.churn.timing.hazard import fit_hazard
from training.families.churn.timing.waits import Waits
from training.learners.boosting import BoostedModel
from training.learners.calibration import calibrate
from training.learners.logistic import LogisticModel
from training.learners.model import Model

LEARNED = dataset()


def written(folder: Path, model: Model, **changes: object) -> Manifest:
    curve = calibrate(model.score(LEARNED.vectors), LEARNED.outcomes)
    reference = Reference.learn(LEARNED.vectors, curve.apply(model.score(LEARNED.vectors)))
    manifest = manifest_of(model, **changes)
    bundle = Bundle(manifest, model, curve, reference, declarations=DECLARATIONS)
    return write(CHURN_KIND, manifest, bundle, folder)


@pytest.fixture(scope="module", params=[LogisticModel, BoostedModel], ids=lambda one: one.family)
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    written(folder, request.param.fit(LEARNED))
    return folder


@pytest.fixture(scope="module")
def bundle(sound: Path) -> Bundle:
    return opened(CHURN_KIND, sound)


def test_groups_and_base_add_up_to_the_log_odds(bundle: Bundle) -> None:
    values = bundle.bind(LEARNED.vectors)
    groups = bundle.contributions(values)
    assert groups.shape == (LEARNED.rows, 3)
    total = bundle.base_log_odds + groups.sum(axis=1)
    np.testing.assert_allclose(total, bundle.log_odds(values), rtol=0, atol=1e-9)


def test_a_group_is_the_sum_of_its_features(bundle: Bundle) -> None:
    values = bundle.bind(LEARNED.vectors)
    single = bundle.feature_contributions(values)
    # rhythm holds days_since_order and gap_mean_days, spend the money, frequency the orders.
    expected = np.column_stack([single[:, 1] + single[:, 3], single[:, 2], single[:, 0]])
    np.testing.assert_allclose(bundle.contributions(values), expected, rtol=0, atol=1e-12)


def test_a_feature_without_a_reason_is_refused_by_name(tmp_path: Path) -> None:
    model = LogisticModel.fit(LEARNED)
    features = [dict(one) for one in manifest_of(model).features]
    features[1] |= {"group": "moon phase"}
    with pytest.raises(ModelRefused) as refused:
        written(tmp_path / "bundle", model, features=features)
    assert refused.value.found == 'days_since_order in "moon phase"'
    assert not (tmp_path / "bundle").exists()


def test_a_feature_that_german_has_no_words_for_is_written_all_the_same(tmp_path: Path) -> None:
    model = LogisticModel.fit(LEARNED)
    features = [dict(one) for one in manifest_of(model).features]
    features[1] |= {"said": "{value} moons ago"}
    assert written(tmp_path / "bundle", model, features=features).features[1] == features[1]
    assert (tmp_path / "bundle").exists()


def test_columns_are_bound_by_name_and_another_plan_is_refused(bundle: Bundle) -> None:
    order = [3, 1, 0, 2]
    shuffled = replace(
        LEARNED.vectors,
        feature_names=tuple(NAMES[one] for one in order),
        values=LEARNED.vectors.values[:, order],
    )
    np.testing.assert_array_equal(bundle.bind(shuffled), bundle.bind(LEARNED.vectors))
    with pytest.raises(BundleRefused, match="plan"):
        bundle.bind(replace(LEARNED.vectors, plan_hash="another"))
    with pytest.raises(BundleRefused, match="gap_mean_days"):
        bundle.bind(
            replace(LEARNED.vectors, feature_names=NAMES[:3], values=LEARNED.vectors.values[:, :3])
        )


def test_those_outside_the_population_are_not_eligible(bundle: Bundle) -> None:
    values = np.array([[2, 120, 0, 0], [1, 5, 0, 0], [9, 121, 0, 0]], np.float32)
    assert bundle.eligible(values).tolist() == [True, False, False]


def test_probability_and_percentile_rise_with_the_log_odds(bundle: Bundle) -> None:
    probability = bundle.probability(np.linspace(-6, 6, 200))
    assert (np.diff(probability) > 0).all()
    percentile = bundle.percentile(probability)
    assert (np.diff(percentile) >= 0).all()
    assert percentile.min() >= 0 and percentile.max() <= 100


def test_a_stamp_changes_version_and_run_but_not_the_digest(sound: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    before = opened(CHURN_KIND, copy).manifest
    stamp(copy, version="12", run_id="a run")
    after = opened(CHURN_KIND, copy).manifest
    assert (after.version, after.run_id, after.digest) == ("12", "a run", before.digest)


def test_another_figure_is_another_digest(tmp_path: Path) -> None:
    model = LogisticModel.fit(LEARNED)
    one = written(tmp_path / "one", model)
    same = written(tmp_path / "same", model)
    other = written(tmp_path / "other", model, task=ChurnTask(replace(QUESTION, horizon_days=90)))
    assert one.digest == same.digest != other.digest


def test_golden_rows_are_nobodys_rows(sound: Path) -> None:
    golden = unarchive((sound / "golden.npz").read_bytes())["values"]
    real = {row.tobytes() for row in LEARNED.vectors.values}
    assert len(golden) == 64
    assert not any(row.tobytes() in real for row in golden)


def test_quantiles_keep_no_single_customers_extreme() -> None:
    values = LEARNED.vectors.values.copy()
    values[10, 2] = 1e12
    learned = Reference.learn(replace(LEARNED.vectors, values=values), np.linspace(0, 1, 600))
    assert learned.features[:, 2].max() < 1e6


def test_a_probability_many_share_stands_in_their_middle() -> None:
    same = Reference.learn(LEARNED.vectors, np.full(LEARNED.rows, 0.4))
    assert same.percentile(np.array([0.4])).tolist() == [50.0]


def mutations() -> list[tuple[str, Callable[[Path], object]]]:
    """Ways to damage a bundle: bits, lengths, names and meanings."""
    found: list[tuple[str, Callable[[Path], object]]] = []
    for place in range(12):
        for kind in ("flip", "cut", "insert", "zero"):
            found.append((f"{kind} {place}", _bytes_damaged(kind, place)))
    for place in range(5):
        found.append((f"without file {place}", partial(_removed, place=place)))
        found.append((f"empty file {place}", partial(_emptied, place=place)))
        found.append((f"swapped files {place}", partial(_swapped, place=place)))
    return [
        *found,
        ("an extra file", lambda folder: (folder / "extra.txt").write_text("x")),
        ("a hidden file", lambda folder: (folder / ".hidden").write_text("x")),
        ("a folder", lambda folder: (folder / "more").mkdir()),
        ("a link", _linked),
        ("an unknown schema", lambda folder: _edited(folder, schema_version=1)),
        ("another learner", lambda folder: _edited(folder, learner="pickle")),
        ("another version", lambda folder: _edited(folder, version="99")),
        ("another run", lambda folder: _edited(folder, run_id="forged")),
        ("a nicer figure", lambda folder: _edited(folder, metrics={"auc": 1.0})),
        ("an unknown field", lambda folder: _edited(folder, surprise=1)),
        ("a list", lambda folder: (folder / "manifest.json").write_text("[]")),
        ("deep nesting", lambda folder: (folder / "manifest.json").write_text("[" * 100_000)),
    ]


def _file(folder: Path, place: int) -> Path:
    names = sorted(one for one in folder.iterdir())
    return names[place % len(names)]


def _bytes_damaged(kind: str, place: int) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        path = _file(folder, place)
        content = bytearray(path.read_bytes())
        position = int(np.random.default_rng(place).integers(0, len(content)))
        if kind == "flip":
            content[position] ^= 1 << (place % 8)
        elif kind == "cut":
            del content[position:]
        elif kind == "insert":
            content[position:position] = b" "
        else:
            content[position : position + 8] = bytes(8)
        path.write_bytes(content)

    return damage


def _removed(folder: Path, place: int) -> None:
    _file(folder, place).unlink()


def _emptied(folder: Path, place: int) -> None:
    _file(folder, place).write_bytes(b"")


def _swapped(folder: Path, place: int) -> None:
    one, other = _file(folder, place), _file(folder, place + 1)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _linked(folder: Path) -> None:
    path = folder / "calibration.json"
    moved = folder.parent / "elsewhere.json"
    path.rename(moved)
    path.symlink_to(moved)


def _edited(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    content = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize(
    "damage", [one for _, one in mutations()], ids=[name for name, _ in mutations()]
)
def test_a_damaged_bundle_is_refused_and_nothing_dies(
    sound: Path, damage: Callable[[Path], object], tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sound, folder)
    opened(CHURN_KIND, folder)
    damage(folder)
    with pytest.raises(BundleRefused):
        opened(CHURN_KIND, folder)


def test_golden_rows_that_score_otherwise_are_refused(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(sound, folder)
    golden = unarchive((folder / "golden.npz").read_bytes())
    golden["log_odds"] = golden["log_odds"] + 1e-8
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".json"}
    files |= {path.name: path.read_bytes() for path in folder.glob("[!m]*.json")}
    files["golden.npz"] = archive(golden)
    manifest = Manifest.from_bytes((folder / "manifest.json").read_bytes()).with_files(files)
    (folder / "golden.npz").write_bytes(files["golden.npz"])
    (folder / "manifest.json").write_bytes(manifest.to_bytes())
    with pytest.raises(BundleRefused, match="golden"):
        opened(CHURN_KIND, folder)


def test_the_current_bundle_is_the_one_the_pointer_names(sound: Path, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(WorkspaceRefused, match="regulars train churn"):
        current_bundle(workspace)
    digest = opened(CHURN_KIND, sound).manifest.digest
    family = workspace.bundles / "churn"
    shutil.copytree(sound, family / digest)
    Signing(workspace).sign(family / digest)
    point_at(family / "CURRENT", digest)
    assert current_bundle(workspace).manifest.digest == digest
    for name in ("../elsewhere", "f" * 64, ""):
        point_at(family / "CURRENT", name)
        with pytest.raises(BundleRefused):
            current_bundle(workspace)


def test_a_bundle_in_the_folder_of_another_digest_is_refused(sound: Path, tmp_path: Path) -> None:
    family = Workspace(tmp_path).bundles / "churn"
    shutil.copytree(sound, family / ("a" * 64))
    Signing(Workspace(tmp_path)).sign(family / ("a" * 64))
    point_at(family / "CURRENT", "a" * 64)
    with pytest.raises(BundleRefused, match="pointer"):
        current_bundle(Workspace(tmp_path))


def test_importing_bundles_brings_no_training_library() -> None:
    heavy = ["mlflow", "pandas", "sklearn", "matplotlib", "scipy", "lightgbm", "numba", "duckdb"]
    program = f"import sys, training.families.churn.bundle\nprint([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.stdout.strip() == "[]"


def test_a_bundle_that_tells_when_tells_the_same_once_opened(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    days = generator.exponential(60, LEARNED.rows)
    waited = Waits(np.minimum(days, 60.0), days < 60)
    vectors = LEARNED.vectors
    hazard = fit_hazard(vectors, waited, vectors, waited, horizon_days=60)
    model = LogisticModel.fit(LEARNED)
    curve = calibrate(model.score(vectors), LEARNED.outcomes)
    reference = Reference.learn(vectors, curve.apply(model.score(vectors)))
    bundle = Bundle(manifest_of(model), model, curve, reference, hazard, DECLARATIONS)
    write(CHURN_KIND, bundle.manifest, bundle, tmp_path)
    bundle = opened(CHURN_KIND, tmp_path)
    assert bundle.hazard is not None and bundle.hazard.periods == hazard.periods
    np.testing.assert_array_equal(bundle.silence(bundle.bind(vectors)), hazard.silence(vectors))
