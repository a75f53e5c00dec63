"""The public library is what its page says: its names, its reference, its examples; and it loads when it is asked for."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import regulars
from regulars.library.reference import PAGE, page_with_reference
from tests.commands.library.company import notebook_company_in

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / PAGE).read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```pycon\n(.*?)```", re.DOTALL)


def test_the_public_names_are_those_of_the_page_and_no_others() -> None:
    headings = re.findall(r"(?m)^### `(\w+)`$", TEXT)
    assert sorted(headings) == sorted(regulars.__all__) == dir(regulars)
    assert all(getattr(regulars, name).__name__ == name for name in regulars.__all__)
    with pytest.raises(AttributeError, match="no attribute 'open_worksapce'"):
        _ = regulars.open_worksapce


def test_every_public_name_says_what_it_is() -> None:
    for name in regulars.__all__:
        thing = getattr(regulars, name)
        members = [
            value
            for base in getattr(thing, "__mro__", (thing,))
            if base.__module__.split(".")[0] in ("regulars", "training", "features")
            for key, value in vars(base).items()
            if not key.startswith("_") and (callable(value) or isinstance(value, property))
        ]
        assert [one for one in (thing, *members) if not (one.__doc__ or "").strip()] == []


def test_the_reference_is_what_the_code_says_of_itself() -> None:
    assert page_with_reference(TEXT) == TEXT


def test_the_examples_of_the_page_say_what_they_say_there(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook_company_in(tmp_path_factory, tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(EXAMPLE.findall(TEXT)), {}, PAGE.name, str(PAGE), 0
    )
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert result.attempted > 15
    assert result.failed == 0, "".join(said)


def test_it_is_typed_and_the_package_says_so() -> None:
    assert (PROJECT / "regulars" / "py.typed").is_file()


def test_to_import_it_loads_nothing_until_a_name_is_asked_for() -> None:
    program = (
        "import sys, regulars; before = set(sys.modules); regulars.ForwardSplit; print(*before)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    loaded = set(answer.stdout.split())
    assert loaded.isdisjoint({"click", "numpy", "pandas", "pyarrow", "sklearn", "mlflow"})
    assert {
        one for one in loaded if one.startswith(("regulars.", "training.", "serving."))
    } == set()
