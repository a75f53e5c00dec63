"""What an experiment can declare: data, question, cutoffs, features, learner, figures, list, budget and search.

``[churn]``, ``[campaign]`` and ``[actions]`` are those of ``regulars.toml``: what a definition leaves out is the
company's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, field_validator
from pydantic.dataclasses import dataclass

from experiments.declared.search import SearchSettings
from features.behaviour import FAMILIES
from features.behaviour.buying import buying
from features.company.settings.actions import ActionSettings
from features.company.settings.declared import CLOSED, Fault, Faults, setting, table_of
from features.company.settings.questions import CampaignSettings, ChurnSettings
from features.company.settings.reading import Settings
from features.vocabulary.errors import UsageRefused, did_you_mean
from features.vocabulary.time import Cutoff

FEATURE_FAMILIES = tuple(one.__name__ for one in (*FAMILIES, buying))
"""The families of features by their names, as ``features/behaviour/`` has a file each."""
FIGURES = (
    *("auc", "pr_auc", "lift_10", "log_loss", "brier", "ece"),
    *("observed_over_expected", "calibration_slope", "empc", "empc_share"),
)
Parameters = Annotated[Mapping[str, Any], AfterValidator(MappingProxyType)]


@dataclass(frozen=True, config=CLOSED)
class DataSettings:
    """Which stretch of the company's past is looked at."""

    until: str = setting(
        "", "The first day that is not looked at any more; empty for the end of the data."
    )
    days: int = setting(
        0,
        "Only so many days before that are looked at, as though the company had begun then; 0 means all there are.",
        least=0,
    )

    @field_validator("until")
    @classmethod
    def _is_a_day(cls, until: str) -> str:
        try:
            if until:
                Cutoff.parse(until)
        except UsageRefused:
            raise Faults(Fault("a day such as 2026-10-01 for {place}", repr(until))) from None
        return until


@dataclass(frozen=True, config=CLOSED)
class CutoffSettings:
    """At which past cutoffs customers are judged, and from how many of them is learned."""

    count: int = setting(
        0,
        "So many cutoffs, counted back from the latest whose outcome is known; 0 means those of a training.",
        least=0,
    )
    step_days: int = setting(
        0, "So many days lie between two cutoffs; 0 means the horizon and its gap.", least=0
    )
    tests: int = setting(3, "At most so many of the latest cutoffs are tests.", least=1)
    fit_window_days: int = setting(
        0,
        "A test learns from cutoffs of at most so many days before it; 0 means from all that were known by then.",
        least=0,
    )
    refit_every: int = setting(
        1,
        "After a model is fitted it answers so many tests, one after the other, before it is fitted anew.",
        least=1,
    )

    @field_validator("refit_every")
    @classmethod
    def _has_cutoffs_of_its_own(cls, refit_every: int, info: Any) -> int:
        said = {**info.data, "refit_every": refit_every}
        others = [name for name, value in _USUAL_CUTOFFS.items() if said.get(name) != value]
        if info.data.get("count") == 0 and others:
            names = ", ".join(f"{{table}}.{name}" for name in others)
            raise Faults(
                Fault(
                    f"cutoffs of their own ({{table}}.count) for {names}",
                    "count = 0, which means the cutoffs of a training",
                    "Set {table}.count in {file}, or leave the others out.",
                )
            )
        return refit_every


_USUAL_CUTOFFS = {"step_days": 0, "tests": 3, "fit_window_days": 0, "refit_every": 1}


@dataclass(frozen=True, config=CLOSED)
class FeatureSettings:
    """Which families of features a learner may read; customers are judged by the same ones in any case."""

    only: tuple[str, ...] = setting((), "Only these families; empty means all.")
    without: tuple[str, ...] = setting((), "Not these families.")

    @field_validator("only", "without")
    @classmethod
    def _are_families(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        faults = [
            Fault(
                "a family of features in {place}", repr(name), did_you_mean(name, FEATURE_FAMILIES)
            )
            for name in names
            if name not in FEATURE_FAMILIES
        ]
        if faults:
            raise Faults(*faults)
        return names


@dataclass(frozen=True, config=CLOSED)
class LearnerSettings:
    """What learns: the rungs of the ladder, or an estimator of one's own beside its rules."""

    rungs: tuple[str, ...] = setting(
        (), "Only these rungs of the ladder, by their names; empty means all that the tables allow."
    )
    estimator: str = setting(
        "",
        "A scikit-learn estimator to be one more rung: package.module:Class, or what a function of a module in the "
        "folder of experiments returns.",
    )
    parameters: Parameters = table_of(
        "Parameters of the estimator; without one, of the only rung that is named: how trees grow, or a line's strength."
    )
    calibration: Literal["learned", "none"] = setting(
        "learned",
        "Whether probabilities are learned from an earlier cutoff, as a training does (learned), or taken as they "
        "are (none).",
    )

    @field_validator("estimator")
    @classmethod
    def _names_what_to_import(cls, estimator: str) -> str:
        module, _, name = estimator.partition(":")
        if estimator and not (module and name.isidentifier()):
            raise Faults(
                Fault(
                    "an estimator such as sklearn.ensemble:HistGradientBoostingClassifier for {place}",
                    repr(estimator),
                )
            )
        return estimator

    @field_validator("parameters")
    @classmethod
    def _are_of_one_learner(cls, parameters: Parameters, info: Any) -> Parameters:
        if parameters and not info.data.get("estimator") and len(info.data.get("rungs", ())) != 1:
            raise Faults(
                Fault(
                    "parameters of one learner: {table}.estimator, or one name in {table}.rungs",
                    f"{len(info.data.get('rungs', ()))} rungs and no estimator",
                    "Name the learner the parameters are for.",
                )
            )
        return parameters


@dataclass(frozen=True, config=CLOSED)
class FigureSettings:
    """How answers are judged."""

    shown: tuple[str, ...] = setting(
        ("auc", "log_loss", "ece"),
        "Which figures are shown, the first of which puts runs in order.",
    )
    resamples: int = setting(
        1_000, "So many times customers are drawn anew for an interval.", least=100, most=10_000
    )

    @field_validator("shown")
    @classmethod
    def _are_figures(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        faults = [
            Fault("a figure in {place}", repr(name), did_you_mean(name, FIGURES))
            for name in names
            if name not in FIGURES
        ]
        if faults or not names:
            raise Faults(*(faults or [Fault("at least one figure for {place}", "none")]))
        return names


@dataclass(frozen=True, config=CLOSED)
class BudgetSettings:
    """How much may be spent."""

    minutes: int = setting(
        0,
        "No learner is begun after so many minutes; what was answered until then stays, and the next run goes on. 0 "
        "means until it is done.",
        least=0,
    )


@dataclass(frozen=True, config=CLOSED)
class ExperimentDefinition:
    """One experiment: what is asked of which past, and who answers."""

    name: str = setting("", "What it is called; empty for the name of its file.")
    description: str = setting("", "What it is to find out, in a sentence.")
    data: DataSettings = field(default_factory=DataSettings)
    churn: ChurnSettings = field(default_factory=ChurnSettings)
    cutoffs: CutoffSettings = field(default_factory=CutoffSettings)
    features: FeatureSettings = field(default_factory=FeatureSettings)
    learner: LearnerSettings = field(default_factory=LearnerSettings)
    figures: FigureSettings = field(default_factory=FigureSettings)
    campaign: CampaignSettings = field(default_factory=CampaignSettings)
    actions: ActionSettings = field(default_factory=ActionSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    search: SearchSettings = field(default_factory=SearchSettings)

    def of_company(self, settings: Settings) -> Settings:
        """The company's settings with what this experiment asks in their place."""
        return replace(settings, churn=self.churn, campaign=self.campaign, actions=self.actions)

    def renamed(self, name: str, features: FeatureSettings) -> ExperimentDefinition:
        """The same experiment under another name, on other families of features."""
        return replace(self, name=name, features=features)

    def as_dict(self) -> dict[str, Any]:
        """Everything it says, as plain JSON."""
        plain: dict[str, Any] = _plain(self)
        return plain


INHERITED: Sequence[str] = ("churn", "campaign", "actions")
"""The tables of a definition that are those of ``regulars.toml``."""


def _plain(content: Any) -> Any:
    if is_dataclass(content):
        return {one.name: _plain(getattr(content, one.name)) for one in fields(content)}
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(one) for one in content]
    return content


def by_place(content: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """A definition as plain JSON by the places of its settings; an empty table stays one.

    >>> by_place({"churn": {"horizon_days": 60}, "learner": {"parameters": {}}})
    {'churn.horizon_days': 60, 'learner.parameters': {}}
    """
    found: dict[str, Any] = {}
    for key, value in content.items():
        place = f"{above}{key}"
        is_table = isinstance(value, Mapping) and value
        found |= by_place(value, f"{place}.") if is_table else {place: value}
    return found
