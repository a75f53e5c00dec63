"""The churn model, opened and on disk: the model, its calibration curve and quantiles of its training customers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.company.workspace import Workspace
from features.declarations.feature import Declaration
from features.vectors.vectors import Vectors
from features.vocabulary.arrays import Floats
from features.vocabulary.errors import BundleRefused, WorkspaceRefused
from training.bundles.bundle import current
from training.bundles.kind import Arrays, Tolerance
from training.bundles.manifest import Manifest, Written
from training.bundles.own_plan import OwnPlan, spoken
from training.bundles.reference import GOLDEN_ROWS, Reference
from training.bundles.sealing import declared
from training.families.churn.timing.hazard import HAZARD_FILE, Hazard
from training.learners.blended import BlendedModel
from training.learners.boosting import BoostedModel
from training.learners.calibration import Calibration
from training.learners.logistic import LogisticModel
from training.learners.model import Model
from training.learners.repeat_buying import RepeatBuying
from training.questions.kinds import question_from
from training.questions.question import Question

LEARNERS: Mapping[str, type[Model]] = {
    one.family: one for one in (LogisticModel, RepeatBuying, BoostedModel, BlendedModel)
}
_CALIBRATION, _REFERENCE = "calibration.json", "reference.npz"
_GOLDEN_SEED = 20_100_101


@dataclass(frozen=True)
class ChurnTask:
    """The question a churn model answers."""

    question: Question

    @property
    def horizon_days(self) -> int:
        """How many days after the gap it may come true in."""
        return self.question.horizon_days

    @property
    def gap_days(self) -> int:
        """How many days lie between the cutoff and the first that counts."""
        return self.question.gap_days

    @property
    def population(self) -> Mapping[str, int]:
        """The numbers by which customers are judged, apart from horizon and gap."""
        numbers = asdict(self.question)
        return {
            key: number
            for key, number in numbers.items()
            if type(number) is int and key not in ("horizon_days", "gap_days")
        }

    @property
    def said(self) -> str:
        """The whole question in two sentences."""
        return self.question.said

    def as_dict(self) -> dict[str, Any]:
        """The question as plain fields, its kind among them."""
        return {"question": self.question.as_dict()}


class Bundle:
    """An opened model: scores, contributions and probabilities of behaviour vectors.

    ``declarations`` are those of its features, by which a vector can be computed anew. ``values`` is
    float32 with one column per entry of ``manifest.feature_names``, in that order; use
    ``bind`` to get it from vectors. All results are float64.
    """

    def __init__(
        self,
        manifest: Manifest[ChurnTask],
        model: Model,
        calibration: Calibration,
        reference: Reference,
        hazard: Hazard | None = None,
        declarations: Sequence[Declaration] = (),
    ) -> None:
        self.manifest = manifest
        self.plan = OwnPlan.of(manifest, declarations)
        self.declarations = self.plan.declarations
        self.model = model
        self.calibration = calibration
        self.reference = reference
        self.hazard = hazard
        self.base_log_odds = model.base_log_odds
        self._positions = model.columns.positions(manifest.feature_names)
        self._group_of = _group_positions(manifest)
        self.question = manifest.task.question
        self._places = {name: place for place, name in enumerate(manifest.feature_names)}
        if not set(self.question.needs) <= set(self._places):
            raise KeyError("a feature by which customers are judged")

    def bind(self, vectors: Vectors) -> NDArray[np.float32]:
        """The vectors' values in the bundle's own column order, found by name, and by its own fitted parameters.

        Raises ``BundleRefused`` when the vectors were made by another plan or lack a column.
        """
        if not self.plan.suits(vectors):
            raise _other_features(
                f"vectors of plan {self.manifest.plan_hash[:12]}",
                f"vectors of plan {vectors.plan_hash[:12]}",
            )
        known = set(vectors.feature_names)
        absent = [name for name in self.manifest.feature_names if name not in known]
        if absent:
            raise _other_features("every feature of the model", f"no {', '.join(absent[:5])}")
        return self.plan.bound(vectors, self.manifest.feature_names)

    def vectors_of(self, values: NDArray[np.float32]) -> Vectors:
        """Rows in the bundle's own column order as vectors of nobody."""
        return self.plan.of_rows(values, self.manifest.feature_names)

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
        return self.hazard.silence(self.vectors_of(values))

    def percentile(self, probability: Floats) -> Floats:
        """Where a probability stands among the training reference customers, from 0 to 100."""
        return self.reference.percentile(np.asarray(probability, np.float64))

    def prepared(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The columns the model reads, in its order and held to their training bounds."""
        prepared: NDArray[np.float32] = self.model.columns.prepare(values, self._positions)
        return prepared


class ChurnKind:
    """Who leaves: the learner's own files, the calibration curve, the spread of customers, and when they order."""

    name = "churn"
    tolerance = Tolerance("golden rows that score as they did", "other scores")
    own_features: tuple[str, ...] = ()
    needs_store = False

    def task(self, written: Written) -> ChurnTask:
        """The question, as a manifest says it."""
        return ChurnTask(**{**written, "question": question_from(written["question"])})

    def declarations(self, model: Bundle) -> Sequence[Declaration]:
        """The declarations of the features it reads."""
        return model.declarations

    def contents(self, model: Bundle) -> Mapping[str, bytes]:
        """Its files; ``ModelRefused`` for a feature without a reason group."""
        # Refuses a feature without a reason group.
        spoken(model.manifest)
        when = {} if model.hazard is None else model.hazard.to_files()
        return {
            **model.model.to_files(),
            **when,
            _CALIBRATION: model.calibration.to_bytes(),
            _REFERENCE: model.reference.to_bytes(),
        }

    def read(self, manifest: Manifest[ChurnTask], contents: Mapping[str, bytes]) -> Bundle:
        """The model out of its files."""
        learner = LEARNERS[manifest.learner]
        return Bundle(
            manifest,
            learner.from_files({name: contents[name] for name in learner.files}),
            Calibration.from_dict(json.loads(contents[_CALIBRATION])),
            Reference.from_bytes(contents[_REFERENCE]),
            Hazard.from_files(contents) if HAZARD_FILE in contents else None,
            declared(contents),
        )

    def proof(self, model: Bundle) -> Arrays:
        """Rows drawn from the quantiles of each feature."""
        return {"values": model.reference.sample(GOLDEN_ROWS, _GOLDEN_SEED)}

    def answers(self, model: Bundle, proof: Arrays) -> Arrays:
        """Scores, what each feature adds to them, and when the next order comes."""
        values = proof["values"]
        log_odds = model.log_odds(values)
        answers = {
            "log_odds": log_odds,
            "contributions": model.feature_contributions(values),
            "probability": model.probability(log_odds),
        }
        return answers | ({} if model.hazard is None else {"silence": model.silence(values)})

    def proven(self, model: Bundle, proof: Arrays) -> Arrays:
        """What each feature adds, as LightGBM computes it."""
        return {"contributions": model.proven_contributions(proof["values"])}


CHURN_KIND = ChurnKind()


def current_bundle(workspace: Workspace) -> Bundle:
    """Open the model in use.

    Raises ``WorkspaceRefused`` when none was promoted yet and ``BundleRefused`` when it is damaged.
    """
    bundle = current(CHURN_KIND, workspace)
    if bundle is None:
        raise WorkspaceRefused(
            expected="a churn model in use",
            found="none",
            remedy="Run `regulars train churn` first.",
        )
    return bundle


def _group_positions(manifest: Manifest[ChurnTask]) -> NDArray[np.intp]:
    features, groups = spoken(manifest)
    names = [group.name for group in groups]
    return np.array([names.index(feature.group) for feature in features], np.intp)


def _other_features(expected: str, found: str) -> BundleRefused:
    return BundleRefused(
        expected=expected,
        found=found,
        remedy="Run `regulars vectors`, which builds them by the plan of the model in use. Where it says "
        "that this cannot be done any more, run `regulars train churn` first.",
    )
