"""Where mutants are made, by which name, and what they say of themselves."""

from __future__ import annotations

from experiments.mutants.mutant import Mutant, changed, spots

SOURCE = "def young(age):\n    return age < 18\n\n\ndef old(age):\n    return age < 18\n"


def test_a_mutant_says_its_line_and_what_became_of_it() -> None:
    found = [place.mutant(SOURCE) for place in spots("ages.py", SOURCE)]
    names = [one.name for one in found if one is not None]
    assert names[0] == "ages.py:2  return age < 18  ->  return age <= 18"
    assert sorted({name.split("  ")[0] for name in names}) == ["ages.py:2", "ages.py:6"]
    assert len(names) == len(set(names)) == 8


def test_only_the_one_place_is_another() -> None:
    for place in spots("ages.py", SOURCE):
        made = place.mutant(SOURCE)
        assert made is not None
        lines = zip(SOURCE.splitlines(), made.source.splitlines(), strict=True)
        assert [number for number, (mine, other) in enumerate(lines, 1) if mine != other] == [
            place.line
        ]


def test_a_place_keeps_its_name_when_lines_above_it_change_and_differs_from_every_other() -> None:
    before = {place.name for place in spots("ages.py", SOURCE)}
    after = {place.name for place in spots("ages.py", f"# ages\nthis = that\n{SOURCE}")}
    assert before == after and len(before) == 8
    assert before.isdisjoint(place.name for place in spots("others.py", SOURCE))


def test_what_changed_is_told_by_its_first_line_and_both_texts() -> None:
    assert changed("a\nb\nc\n", "a\nB\nc\n") == (2, "b", "B")
    assert changed("a\n  b\nc\n", "a\nc\n") == (2, "b", "")


def test_a_change_over_several_lines_is_told_in_one() -> None:
    assert Mutant("a.py", 3, "a\n    and b", "a", "").name == "a.py:3  a and b  ->  a"
