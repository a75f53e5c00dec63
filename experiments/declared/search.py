"""What ``[search]`` of a definition says: between which values parameters are searched, by what, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import AfterValidator, field_validator
from pydantic.dataclasses import dataclass

from features.company.settings.declared import CLOSED, Fault, Faults, setting, table_of
from features.vocabulary.errors import did_you_mean

Space = Annotated[Mapping[str, Any], AfterValidator(MappingProxyType)]
_KEYS = ("low", "high", "log", "choices")
_EXAMPLE = (
    "{ low = 3, high = 63 }, { low = 0.01, high = 0.3, log = true } or { choices = [true, false] }"
)


@plain_dataclass(frozen=True)
class ParameterRange:
    """The values one parameter may have: from ``low`` to ``high``, both among them, or one of some ``choices``.

    Between whole numbers only whole numbers are tried; ``is_log`` tries as many below the geometric mean as above.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are tried."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def examples(self) -> Sequence[Any]:
        """Values at its ends, or all choices."""
        return self.choices or (self.low, self.high)


@dataclass(frozen=True, config=CLOSED)
class SearchSettings:
    """How the parameters of the only learner a definition names are searched."""

    space: Space = table_of(
        "Between which values each parameter is searched: { low = 3, high = 63 }, with log = true for as many small as large ones, or { choices = [...] }."
    )
    figure: Literal["log_loss", "auc"] = setting(
        "log_loss", "What is to be best, as the mean over the cutoffs that choose: log_loss or auc."
    )
    trials: int = setting(50, "So many settings are tried.", least=1, most=10_000)
    minutes: int = setting(
        0,
        "In place of a number: no batch is begun after so many minutes; 0 means as many as trials says.",
        least=0,
    )
    batch: int = setting(
        4,
        "So many settings are chosen at a time, before any of them is answered; as many can be answered beside one another.",
        least=1,
        most=64,
    )
    seed: int = setting(1, "Another number draws other settings.", least=0)

    @field_validator("space")
    @classmethod
    def _has_ranges(cls, space: Space) -> Space:
        faults = [fault for name, said in space.items() for fault in _faults_of(name, said)]
        if faults:
            raise Faults(*faults)
        return space

    @property
    def ranges(self) -> tuple[ParameterRange, ...]:
        """The values of each parameter, in the order of their names."""
        return tuple(_range(name, self.space[name]) for name in sorted(self.space))


def _range(name: str, said: Mapping[str, Any]) -> ParameterRange:
    if "choices" in said:
        return ParameterRange(name, choices=tuple(said["choices"]))
    return ParameterRange(name, said["low"], said["high"], said.get("log", False))


def _faults_of(name: str, said: Any) -> Iterator[Fault]:
    place = f"{{place}}.{name}"
    if not isinstance(said, Mapping) or not said:
        yield Fault(f"{place} such as {_EXAMPLE}", repr(said))
        return
    unknown = [key for key in said if key not in _KEYS]
    for key in unknown:
        yield Fault(f"low, high, log or choices for {place}", repr(key), did_you_mean(key, _KEYS))
    if unknown:
        return
    if "choices" in said:
        yield from _faults_of_choices(place, said)
        return
    low, high, log = said.get("low"), said.get("high"), said.get("log", False)
    if not (_is_number(low) and _is_number(high) and low < high):
        yield Fault(f"a low number and a higher one for {place}, such as {_EXAMPLE}", repr(said))
    elif not isinstance(log, bool) or (log and low <= 0):
        yield Fault(
            f"log = true or false for {place}, and true with a low above 0 alone", repr(said)
        )


def _faults_of_choices(place: str, said: Mapping[str, Any]) -> Iterator[Fault]:
    choices = said["choices"]
    is_plain = isinstance(choices, list | tuple) and all(
        isinstance(one, str | int | float | bool) for one in choices
    )
    if not is_plain or len(set(map(repr, choices))) < 2 or len(said) > 1:
        yield Fault(f"a list of two choices or more for {place}, and nothing beside it", repr(said))


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
