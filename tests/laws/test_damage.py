"""Whatever becomes of the files of a workspace, nobody is answered wrongly, nothing dies, and the remedy helps."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from features.vocabulary.errors import RegularsError
from regulars.main import main
from serving.nightly.verification import Verified
from tests.laws.damage.strikes import struck
from tests.laws.damage.struck_company import (
    REMEDY,
    Answers,
    StruckCompany,
    outcome,
    refusal,
    through_the_doors,
    through_the_service,
)
from tests.serving.calling import Service, Workplace
from tests.serving.company import Company

ON_DISK = ("scores", "vectors", "store", "pack", "bundles")
BESIDE = ("ledger.db", "ledger.head", "ledger.seal", "erased.db")
GOOD = {"opened", "as ever", "refused"}
# What says which bundles were in use before, and which opened well: without it nothing is answered otherwise.
NOTES = ("history.json", "proven.json")


@pytest.fixture(scope="module")
def found(valued_company: Company, tmp_path_factory: pytest.TempPathFactory) -> StruckCompany:
    return StruckCompany.copied(valued_company, tmp_path_factory.mktemp("struck"))


@pytest.fixture(scope="module")
def sound(found: StruckCompany) -> Answers:
    """What is answered when all is well, twice the same."""
    answers = found.answers()
    assert {status for status, _ in answers.values()} == {200}
    assert not found.faults()
    return answers


def hold(found: StruckCompany, sound: Answers, trials: int, *, served_every: int) -> None:
    """Strike so often in each place: every door refuses or opens what was written, and so do the answers."""
    outcomes: Counter[str] = Counter()
    for number in range(trials):
        for place in ON_DISK:
            strike = struck(found.workspace, place, number)
            try:
                seen = through_the_doors(found, strike)
                if number % served_every == 0:
                    seen += through_the_service(found, sound)
                faults = found.faults()
            finally:
                strike.undo()
            assert set(seen) <= GOOD, (place, number, strike.file.name, seen)
            assert_told(faults, strike.file)
            outcomes += seen
    assert outcomes["refused"] >= trials and not found.faults()


def assert_told(faults: list[Verified], file: Path) -> None:
    """Whatever was struck is found by looking, with what to do about it."""
    assert faults or file.name in NOTES, file
    assert all(REMEDY.search(one.remedy) or "delete" in one.remedy for one in faults), faults


def test_15_strikes_are_answered_as_ever_or_refused_with_a_remedy(
    found: StruckCompany, sound: Answers
) -> None:
    hold(found, sound, 3, served_every=3)


@pytest.mark.slow
def test_850_strikes_are_answered_as_ever_or_refused_with_a_remedy(
    found: StruckCompany, sound: Answers
) -> None:
    hold(found, sound, 170, served_every=10)


def hold_in_the_ledger(found: StruckCompany, sound: Answers, folder: Path, trials: int) -> None:
    """Strike a copy of the ledger so often: who objected is shown to nobody, and no fault is without a remedy."""
    kept = [found.workspace.folder / name for name in BESIDE]
    service = Service(found.company, found.workspace.folder)
    try:
        for number in range(trials):
            place = Workplace(found.workspace, folder / str(number) / "ledger.db")
            place.ledger.parent.mkdir()
            for one in kept:
                shutil.copy(one, place.ledger.parent)
            struck(place, "ledger", number)
            try:
                service.begin(place.ledger.parent)
                now = found.asked(service)
                seen = Counter(outcome(sound[name], now[name]) for name in sound)
            except RegularsError as refused:
                seen = Counter([refusal(refused)])
            assert set(seen) <= GOOD, (number, seen)
    finally:
        service.close()


def test_18_strikes_of_the_ledger_show_nobody_who_objected(
    found: StruckCompany, sound: Answers, tmp_path: Path
) -> None:
    hold_in_the_ledger(found, sound, tmp_path, 18)


@pytest.mark.slow
def test_150_strikes_of_the_ledger_show_nobody_who_objected(
    found: StruckCompany, sound: Answers, tmp_path: Path
) -> None:
    hold_in_the_ledger(found, sound, tmp_path, 150)


@pytest.mark.parametrize("place", ["scores", "vectors", "pack", "store"])
def test_the_remedy_that_is_named_makes_it_what_it_was(
    valued_company: Company, tmp_path: Path, sound: Answers, place: str
) -> None:
    own = StruckCompany.copied(valued_company, tmp_path)
    struck(own.workspace, place, 4)
    (fault, *_) = own.faults()
    for said in re.findall(r"`regulars (\w+)`", fault.remedy):
        verb = ["--settings", str(own.company.settings_path)]
        done = CliRunner().invoke(main, [said, *verb])
        assert done.exit_code == 0, done.output
    # What comes before the damaged thing is kept where it is sound.
    assert "Kept" not in done.output, done.output
    assert not own.faults() and own.answers() == sound
