"""The model on disk: a folder of text, JSON and plain arrays that is verified before it is parsed.

A bundle holds everything a score needs and no customer: the model, its calibration curve, quantiles
of its training customers, and golden rows (invented inputs with the answers they must give), which
are scored again each time the bundle is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.declarations.values import Declaration, Feature, ReasonGroup
from features.plan.text import plan_from_text, plan_to_text
from features.vectors.vectors import Vectors
from features.vocabulary.errors import BundleRefused, ModelRefused, PlanRefused, WorkspaceRefused
from training.bundles.admission import admitted_folder, refuse_other_digest
from training.bundles.manifest import MANIFEST_FILE, Manifest, damaged, sha256
from training.bundles.reference import GOLDEN_ROWS, Reference, archive, unarchive
from training.bundles.signature import SIGNATURE_FILE
from training.families.churn.timing.hazard import HAZARD_FILE, Hazard
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration
from training.learners.logistic import LogisticModel
from training.learners.model import Floats, Model
from training.questions.kinds import question_from

FAMILIES: Mapping[str, type[Model]] = {
    one.family: one for one in (LogisticModel, BoostedModel, BlendedModel)
}
GOLDEN_TOLERANCE = 1e-9
PLAN_FILE = "plan.json"
"""The declarations of the features the model is a function of."""
LARGEST_FILE_BYTES = 64 * 1024 * 1024
_CALIBRATION, _REFERENCE, _GOLDEN = "calibration.json", "reference.npz", "golden.npz"
_GOLDEN_SEED = 20_100_101


class Bundle:
    """An opened model: scores, contributions and probabilities of behaviour vectors.

    ``declarations`` are those of its features, by which a vector can be computed anew. ``values`` is
    float32 with one column per entry of ``manifest.feature_names``, in that order; use
    ``bind`` to get it from vectors. All results are float64.
    """

    def __init__(
        self,
        manifest: Manifest,
        model: Model,
        calibration: Calibration,
        reference: Reference,
        hazard: Hazard | None = None,
        declarations: Sequence[Declaration] = (),
    ) -> None:
        self.manifest = manifest
        self.declarations = tuple(declarations)
        self.model = model
        self.calibration = calibration
        self.reference = reference
        self.hazard = hazard
        self.base_log_odds = model.base_log_odds
        self._positions = model.columns.positions(manifest.feature_names)
        self._group_of = _group_positions(manifest)
        self.question = question_from(manifest.question)
        self._places = {name: place for place, name in enumerate(manifest.feature_names)}
        if not set(self.question.needs) <= set(self._places):
            raise KeyError("a feature by which customers are judged")

    def bind(self, vectors: Vectors) -> NDArray[np.float32]:
        """The vectors' values in the bundle's own column order, found by name.

        Raises ``BundleRefused`` when the vectors were made by another plan or lack a column.
        """
        if vectors.plan_hash != self.manifest.plan_hash:
            raise _other_features(
                f"vectors of plan {self.manifest.plan_hash[:12]}",
                f"vectors of plan {vectors.plan_hash[:12]}",
            )
        known = {name: position for position, name in enumerate(vectors.feature_names)}
        absent = [name for name in self.manifest.feature_names if name not in known]
        if absent:
            raise _other_features("every feature of the model", f"no {', '.join(absent[:5])}")
        if tuple(self.manifest.feature_names) == vectors.feature_names:
            return vectors.values
        return vectors.values[:, [known[name] for name in self.manifest.feature_names]]

    def eligible(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether each row belongs to the customers this model judges."""
        places = self._places
        return self.question.eligible(
            lambda name: values[:, places[name]] if name in places else None, len(values)
        )

    def log_odds(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """The model's answer before calibration, one a row."""
        return self.model.log_odds(self.prepared(values), threads=threads)

    def feature_contributions(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each feature adds to the log-odds; features the model does not read add nothing."""
        return self._spread(self.model.contributions(self.prepared(values), threads=threads))

    def proven_contributions(self, values: NDArray[np.float32]) -> Floats:
        """The same by other means, as golden rows keep them; slow."""
        return self._spread(self.model.proven_contributions(self.prepared(values)))

    def _spread(self, added: Floats) -> Floats:
        whole = np.zeros((len(added), len(self.manifest.feature_names)))
        whole[:, self._positions] = added
        return whole

    def contributions(self, values: NDArray[np.float32], *, threads: int = 1) -> Floats:
        """What each reason group adds: a row plus ``base_log_odds`` sums to the log-odds."""
        group_of, groups = self._group_of[self._positions], len(self.manifest.groups)
        return self.model.grouped_contributions(
            self.prepared(values), group_of, groups, threads=threads
        )

    def grouped(self, added: Floats) -> Floats:
        """Feature contributions summed by reason group, in the manifest's order of groups."""
        totals = np.zeros((len(added), len(self.manifest.groups)))
        for column, group in enumerate(self._group_of):
            totals[:, group] += added[:, column]
        return totals

    def probability(self, log_odds: Floats) -> Floats:
        """The calibrated probability of leaving; it rises strictly with the log-odds."""
        return self.calibration.apply(np.asarray(log_odds, np.float64))

    def interval(self, log_odds: Floats, probability: Floats) -> tuple[Floats, Floats]:
        """Where the true share among customers of such log-odds lies, nine times in ten."""
        return self.calibration.interval(np.asarray(log_odds, np.float64), probability)

    def silence(self, values: NDArray[np.float32]) -> Floats:
        """The chance of no order by the end of each period, falling from 1; needs a ``hazard``."""
        assert self.hazard is not None, "this bundle does not tell when"
        nobody = np.zeros(len(values), np.int32)
        names = tuple(self.manifest.feature_names)
        return self.hazard.silence(
            Vectors(self.manifest.plan_hash, names, nobody, nobody.astype(np.int64), values)
        )

    def percentile(self, probability: Floats) -> Floats:
        """Where a probability stands among the training reference customers, from 0 to 100."""
        return self.reference.percentile(np.asarray(probability, np.float64))

    def prepared(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The columns the model reads, in its order and held to their training bounds."""
        prepared: NDArray[np.float32] = self.model.columns.prepare(values, self._positions)
        return prepared


def write_bundle(
    folder: Path,
    manifest: Manifest,
    *,
    model: Model,
    calibration: Calibration,
    reference: Reference,
    declarations: Sequence[Declaration],
    hazard: Hazard | None = None,
) -> Manifest:
    """Write a bundle into an empty or absent folder; returns the manifest with its digest.

    The manifest's ``files`` and ``digest`` are filled in here, its ``family`` must be the model's and
    its features those of the declarations. Raises ``ModelRefused`` for a feature without a reason group.
    """
    # Refuses a feature without a reason group.
    spoken(manifest)
    bundle = Bundle(manifest, model, calibration, reference, hazard)
    contents = model.to_files() | ({} if hazard is None else hazard.to_files())
    contents |= {
        _CALIBRATION: calibration.to_bytes(),
        _REFERENCE: reference.to_bytes(),
        _GOLDEN: _golden(bundle),
        PLAN_FILE: plan_to_text(declarations).encode("utf-8"),
    }
    refuse_other_plan(manifest, declarations)
    return sealed(folder, manifest, contents)


def sealed(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
    """Write a bundle's files with the manifest that knows their hashes; returns it with its digest."""
    whole = manifest.with_files(contents)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST_FILE).write_bytes(whole.to_bytes())
    return whole


def stamp_bundle(folder: Path, *, version: str, run_id: str) -> Manifest:
    """Write the registry's version and run into a bundle's manifest; the digest stays as it is."""
    path = folder / MANIFEST_FILE
    stamped = replace(Manifest.from_bytes(path.read_bytes()), version=version, run_id=run_id)
    path.write_bytes(stamped.to_bytes())
    return stamped


def open_bundle(folder: Path) -> Bundle:
    """Open a bundle: every hash is checked before anything is parsed, then the golden rows.

    Raises ``BundleRefused`` for a missing, extra or changed file, an unknown schema version, or golden
    rows that do not give the answers they gave when the bundle was written.
    """
    manifest, contents = verified(folder)
    try:
        family = FAMILIES[manifest.family]
        model = family.from_files({name: contents[name] for name in family.files})
        calibration = Calibration.from_dict(json.loads(contents[_CALIBRATION]))
        reference = Reference.from_bytes(contents[_REFERENCE])
        hazard = Hazard.from_files(contents) if HAZARD_FILE in contents else None
        declarations = plan_from_text(contents[PLAN_FILE].decode("utf-8"))
        bundle = Bundle(manifest, model, calibration, reference, hazard, declarations)
        golden = unarchive(contents[_GOLDEN])
        refuse_other_plan(manifest, declarations)
    except (KeyError, PlanRefused, ValueError, TypeError, ModelRefused):
        raise damaged("a bundle with all its parts", "parts that do not fit together") from None
    if not _agrees(bundle, golden):
        raise damaged("golden rows that score as they did", "other scores")
    return bundle


def verified(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest and the checked bytes of every other file, not yet parsed."""
    try:
        present = {one.name: one for one in folder.iterdir()}
        if any(one.is_symlink() or not one.is_file() for one in present.values()):
            raise damaged("plain files alone in a bundle", "something else")
        if any(one.stat().st_size > LARGEST_FILE_BYTES for one in present.values()):
            raise damaged("files of at most 64 MB in a bundle", "a larger one")
        if MANIFEST_FILE not in present:
            raise damaged("a bundle with a manifest", "none")
        manifest = Manifest.from_bytes(present.pop(MANIFEST_FILE).read_bytes())
        present.pop(SIGNATURE_FILE, None)
        if set(present) != set(manifest.files):
            odd = sorted(set(present) ^ set(manifest.files))
            raise damaged("the files the manifest names", f"a difference in {', '.join(odd)}")
        contents = {name: path.read_bytes() for name, path in present.items()}
    except OSError as fault:
        raise damaged("a bundle that can be read", type(fault).__name__) from None
    for name, content in contents.items():
        if sha256(content) != manifest.files[name]:
            raise damaged(f"{name} as it was written", "other bytes")
    return manifest, contents


def current_bundle(workspace: Workspace, name: str = "churn") -> Bundle:
    """Open the bundle in use.

    Raises ``WorkspaceRefused`` when none was promoted yet and ``BundleRefused`` when it is damaged.
    """
    folder = admitted_folder(workspace, name)
    if folder is None:
        raise WorkspaceRefused(
            expected=f"a {name} model in use",
            found="none",
            remedy=f"Run `regulars train {name}` first.",
        )
    return bundle_in(folder)


def bundle_in(folder: Path) -> Bundle:
    """Open an admitted bundle, which must be the one its folder is named by."""
    bundle = open_bundle(folder)
    refuse_other_digest(folder, bundle.manifest.digest)
    return bundle


def _golden(bundle: Bundle) -> bytes:
    values = bundle.reference.sample(GOLDEN_ROWS, _GOLDEN_SEED)
    answers = _answers(bundle, values)
    # Opening the bundle then proves its contributions against another program, not against themselves.
    proven = bundle.proven_contributions(values)
    if not np.allclose(answers["contributions"], proven, rtol=0.0, atol=GOLDEN_TOLERANCE):
        raise damaged("contributions as LightGBM computes them", "others")
    return archive({"values": values} | answers | {"contributions": proven})


def _answers(bundle: Bundle, values: NDArray[np.float32]) -> dict[str, Floats]:
    log_odds = bundle.log_odds(values)
    answers = {
        "log_odds": log_odds,
        "contributions": bundle.feature_contributions(values),
        "probability": bundle.probability(log_odds),
    }
    return answers | ({} if bundle.hazard is None else {"silence": bundle.silence(values)})


def _agrees(bundle: Bundle, golden: Mapping[str, NDArray[np.floating]]) -> bool:
    if "values" not in golden:
        return False
    answers = _answers(bundle, golden["values"].astype(np.float32, copy=False))
    return set(golden) == {"values", *answers} and all(
        answer.shape == golden[name].shape
        and bool(np.allclose(answer, golden[name], rtol=0.0, atol=GOLDEN_TOLERANCE))
        for name, answer in answers.items()
    )


def spoken(manifest: Manifest) -> tuple[list[Feature], list[ReasonGroup]]:
    """What a model's reasons are told of: its features, each in one of its groups.

    Raises ``ModelRefused`` for a feature without a group.
    """
    groups = [ReasonGroup(**one) for one in manifest.groups]
    features = [Feature(**one) for one in manifest.features]
    names = {group.name for group in groups}
    for feature in features:
        if feature.group not in names:
            raise ModelRefused(
                expected="every feature in a reason group of the model",
                found=f'{feature.name} in "{feature.group}"',
                remedy="Declare the feature with one of the groups in features/behaviour/groups.py.",
            )
    return features, groups


def refuse_other_plan(manifest: Manifest, declarations: Sequence[Declaration]) -> None:
    """Refuse, with ``BundleRefused``, declarations of other features than the manifest names."""
    if [one.feature.name for one in declarations] != list(manifest.feature_names):
        raise damaged("a plan of the features the manifest names", "one of others")


def _group_positions(manifest: Manifest) -> NDArray[np.intp]:
    names = [group["name"] for group in manifest.groups]
    return np.array([names.index(feature["group"]) for feature in manifest.features], np.intp)


def _other_features(expected: str, found: str) -> BundleRefused:
    return BundleRefused(
        expected=expected,
        found=found,
        remedy="Run `regulars vectors`, which builds them by the plan of the model in use. Where it says "
        "that this cannot be done any more, run `regulars train churn` first.",
    )
