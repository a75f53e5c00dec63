"""Put mistakes into the code and see whether the tests notice: the list written by hand, then a sample.

``SIZE=small`` draws a tenth of the sample. What was tried before and has not changed is not tried again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from experiments.bench.house.structure import PRODUCT, ROOT, sources
from experiments.mutants.copies import WORK
from experiments.mutants.hand_made import equivalents, hand_made, is_excused
from experiments.mutants.mirror import Imports, mirrored
from experiments.mutants.mutant import Mutant, Spot, spots
from experiments.mutants.results import Result, Results
from experiments.mutants.sample import drawn, weight_of
from experiments.mutants.shares import fallen, keep, shares, stored_shares, table
from experiments.mutants.trials import Attempt, Workshop, try_all

_FEWER = {"NumberReplacer": 0.4, "OtherFraction": 0.5, "AddNot": 0.7}
"""Operators that find so much to do that the others would hardly be drawn."""


def main(words: Sequence[str] | None = None) -> int:
    """Try both lists, print what survived, and answer 1 where a rule or a room has fallen."""
    given = _arguments(words)
    imports, results = Imports(), Results(WORK / "results.jsonl")
    workshop = Workshop(imports)
    missed = [] if given.sample_only else _hand_made(given, workshop, results)
    lost: list[str] = []
    if not given.hand_made_only:
        lost = _sample(given, workshop, results)
    for test in workshop.seen.all_failing:
        print(f"LEFT OUT, for it fails without any mistake: {test}")
    for survivor in missed:
        print(f"NOT NOTICED, though it must be: {survivor.name}\n    {survivor.rule}")
    for sentence in lost:
        print(f"FALLEN  {sentence}")
    return 1 if missed or lost else 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="mutants", prog="make mutants")
    is_small = os.environ.get("SIZE") == "small"
    parser.add_argument("--count", type=int, default=40 if is_small else 400, help="mutants drawn")
    parser.add_argument("--seed", type=int, default=1, help="which sample is drawn")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", "2")))
    parser.add_argument("--file", action="append", default=[], help="only files that begin so")
    parser.add_argument("--hand-made-only", action="store_true")
    parser.add_argument("--sample-only", action="store_true")
    parser.add_argument("--list", action="store_true", help="show what is drawn and try nothing")
    parser.add_argument("--keep", action="store_true", help="keep the shares as what rooms hold")
    return parser.parse_args(words)


def _hand_made(given: argparse.Namespace, workshop: Workshop, results: Results) -> list[Mutant]:
    """Try the list; answer with those that nobody noticed."""
    chosen = [one for one in hand_made() if _is_asked(one.file, given.file)]
    missed: list[Mutant] = []

    def tell(trial: Attempt, result: Result) -> None:
        is_seen = result.is_killed or result.outcome == "not importable"
        print(_result_line(result, is_seen), trial.mutant.name, flush=True)
        if not is_seen:
            missed.append(trial.mutant)

    print(f"written by hand: {len(chosen)}")
    if not given.list:
        trials = [Attempt(one, one.tests) for one in chosen]
        try_all(trials, results, workshop, given.jobs, tell)
    return missed


def _sample(given: argparse.Namespace, workshop: Workshop, results: Results) -> list[str]:
    """Try the sample, print its table, and answer with the rooms that have fallen."""
    trials = list(_trials(given, workshop.imports))
    print(f"drawn: {len(trials)} with the seed {given.seed}")
    if given.list:
        for trial in trials:
            print(trial.mutant.name, "  by", ", ".join(trial.tests) or "nothing")
        return []
    ended: list[tuple[str, bool]] = []

    def tell(trial: Attempt, result: Result) -> None:
        print(_result_line(result, result.is_killed), trial.mutant.name, flush=True)
        if result.counts:
            ended.append((trial.mutant.file, result.is_killed))

    try_all(trials, results, workshop, given.jobs, tell)
    rooms = shares(ended)
    print(table(rooms))
    if given.file:
        return []
    lost = list(fallen(rooms, stored_shares(given.seed, given.count)))
    if given.keep and not lost:
        keep(rooms, given.seed, given.count)
    return lost


def _trials(given: argparse.Namespace, imports: Imports) -> Iterator[Attempt]:
    texts = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sources(PRODUCT)
    }
    asked = {file: text for file, text in texts.items() if _is_asked(file, given.file)}
    found = (place for file, text in asked.items() for place in spots(file, text))
    excused = equivalents()
    for place in drawn(found, given.count, given.seed, _weight):
        mutant = place.mutant(asked[place.file])
        if mutant is not None and not is_excused(mutant, excused):
            yield Attempt(mutant, tuple(mirrored(place.file, imports)))


def _weight(place: Spot) -> float:
    return weight_of(place.file) * _FEWER.get(place.operator, 1.0)


def _is_asked(file: str, beginnings: Iterable[str]) -> bool:
    return not beginnings or file.startswith(tuple(beginnings))


def _result_line(result: Result, is_seen: bool) -> str:
    word = "killed  " if is_seen else "SURVIVED" if result.counts else "void    "
    return f"{word} {result.outcome:<14} {result.processor:6.1f} s "


if __name__ == "__main__":
    sys.exit(main())
