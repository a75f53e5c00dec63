"""Which settings are tried next, by a tree-structured Parzen estimator, and the file all that were tried are kept in. [optuna]

The file holds finished trials alone, in the order they were asked in. What is asked next follows from the whole batches in it
and the seed: however many workers answered them, in whatever order, and whether or not it was killed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from experiments.declared.search import ParameterRange, SearchSettings
from features.vocabulary.errors import WorkspaceRefused

ANSWERED, GIVEN_UP, FAILED = "answered", "given up", "failed"
_SEEDS_APART = 10_007
_NAMED = "what was said"


@dataclass(frozen=True)
class TriedParameters:
    """Settings that were tried: what became of them, the mean of their figure over the cutoffs asked, and how it went on.

    ``so_far`` has the mean over the first cutoff, the first two, …; ``said`` is why they failed, where they did.
    """

    number: int
    parameters: Mapping[str, Any]
    state: str
    figure: float | None
    so_far: Sequence[float] = ()
    said: str = ""


@dataclass
class AskedParameters:
    """Settings that are being tried; whether they fall behind is asked after each cutoff."""

    number: int
    parameters: Mapping[str, Any]
    is_behind: Callable[[int, float], bool]
    so_far: list[float] = field(default_factory=list)
    said: str = ""
    is_given_up: bool = False

    def answered(self, mean: float, *, is_last: bool) -> None:
        """Note the mean over one cutoff more; behind the last there is nothing left to give up."""
        self.so_far.append(mean)
        is_behind = self.is_behind(len(self.so_far), mean)
        self.is_given_up = is_behind and not is_last

    def as_tried(self) -> TriedParameters:
        """What became of them."""
        state = FAILED if self.said else GIVEN_UP if self.is_given_up else ANSWERED
        figure = self.so_far[-1] if self.so_far and state != FAILED else None
        return TriedParameters(self.number, self.parameters, state, figure, self.so_far, self.said)


class ParameterStudy:
    """All settings of one search that were tried, kept in a file of SQLite which Optuna's own tools can open."""

    def __init__(self, file: Path, key: str, settings: SearchSettings) -> None:
        """Open the file, or begin it; ``WorkspaceRefused`` where it is damaged or cannot be written."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._settings, self._file = settings, file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._faults():
            storage = optuna.storages.RDBStorage(f"sqlite:///{file.absolute()}")
            self._stored = optuna.create_study(
                storage=storage,
                study_name=key,
                direction=self._direction,
                load_if_exists=True,
            )
        file.chmod(0o600)

    @property
    def tried(self) -> list[TriedParameters]:
        """All settings that were tried, in the order they were asked in."""
        with self._faults():
            return [_read(one) for one in self._stored.get_trials(deepcopy=False)]

    def next_batch(self, most: int) -> list[AskedParameters]:
        """The settings of the next batch, at most so many; those of an unfinished one are the same again."""
        import optuna

        done = self.tried
        begun = len(done) - len(done) % self._settings.batch
        number = begun // self._settings.batch
        # Nothing but whole batches and the seed decide what comes next; a sampler of one's own for each
        # batch draws the same after a kill.
        study = optuna.create_study(
            direction=self._direction,
            sampler=optuna.samplers.TPESampler(seed=self._settings.seed * _SEEDS_APART + number),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=self._settings.batch),
        )
        with self._faults():
            study.add_trials(self._stored.get_trials(deepcopy=False)[:begun])
        space = _distributions(self._settings.ranges)
        asked = [study.ask(space) for _ in range(self._settings.batch)]
        found = [
            AskedParameters(begun + place, dict(one.params), _behind(one))
            for place, one in enumerate(asked)
        ]
        return found[len(done) - begun : most - begun]

    def tell(self, batch: Sequence[AskedParameters]) -> None:
        """Keep what became of a batch, each of it whole or not at all, in the order it was asked in."""
        import optuna

        states = {
            ANSWERED: optuna.trial.TrialState.COMPLETE,
            GIVEN_UP: optuna.trial.TrialState.PRUNED,
            FAILED: optuna.trial.TrialState.FAIL,
        }
        space = _distributions(self._settings.ranges)
        for one in (each.as_tried() for each in batch):
            with self._faults():
                self._stored.add_trial(
                    optuna.trial.create_trial(
                        state=states[one.state],
                        value=one.figure,
                        params=dict(one.parameters),
                        distributions=space,
                        user_attrs={_NAMED: one.said},
                        intermediate_values=dict(enumerate(one.so_far, start=1)),
                    )
                )

    def best(self) -> TriedParameters | None:
        """The best of all that were answered at every cutoff; of equals the first. None where there is none."""
        sign = 1 if self._settings.figure == "log_loss" else -1
        whole = [one for one in self.tried if one.state == ANSWERED and one.figure is not None]
        return min(whole, key=lambda one: sign * (one.figure or 0.0), default=None)

    def mattered(self) -> dict[str, float]:
        """How much of being among the better tenth each parameter explains, together 1; nothing of fewer than ten trials.

        Watanabe, Bansal and Hutter, PED-ANOVA (IJCAI 2023).
        """
        import optuna

        whole = [one.figure for one in self.tried if one.state == ANSWERED]
        if len(whole) < 10 or len(set(whole)) < 2:
            return {}
        with self._faults():
            found = optuna.importance.get_param_importances(self._stored)
        return {name: round(float(share), 4) for name, share in found.items()}

    @property
    def _direction(self) -> Literal["minimize", "maximize"]:
        return "minimize" if self._settings.figure == "log_loss" else "maximize"

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Whatever goes wrong with the file is said of the file."""
        try:
            yield
        except Exception as fault:
            raise WorkspaceRefused(
                expected="the file of a search to be read and written",
                found=f"{self._file}: {type(fault).__name__}: {str(fault).strip().splitlines()[0]}",
                remedy="Make room on the disk and run it again: it goes on where it stopped. If the file is damaged, "
                "delete it: answers that are there are not asked again.",
            ) from fault


def _behind(trial: Any) -> Callable[[int, float], bool]:
    def is_behind(step: int, mean: float) -> bool:
        trial.report(mean, step)
        return bool(trial.should_prune())

    return is_behind


def _distributions(ranges: Sequence[ParameterRange]) -> dict[str, Any]:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    found: dict[str, Any] = {}
    for one in ranges:
        if one.choices:
            found[one.name] = CategoricalDistribution(one.choices)
        elif one.is_whole:
            found[one.name] = IntDistribution(int(one.low), int(one.high), log=one.is_log)
        else:
            found[one.name] = FloatDistribution(float(one.low), float(one.high), log=one.is_log)
    return found


def _read(trial: Any) -> TriedParameters:
    states = {"COMPLETE": ANSWERED, "PRUNED": GIVEN_UP}
    so_far = [trial.intermediate_values[step] for step in sorted(trial.intermediate_values)]
    state = states.get(trial.state.name, FAILED)
    figure = None if state == FAILED else float(trial.value)
    said = str(trial.user_attrs.get(_NAMED, ""))
    return TriedParameters(trial.number, dict(trial.params), state, figure, so_far, said)
