"""What a change touches: each is made in a copy of the tree, works there, and leaves every other file alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.bench.house.additions import Addition, after, before, run_in, within
from experiments.bench.house.example_family import FAMILY
from experiments.bench.house.examples import ENDPOINT, FEATURE, PAGE
from features.plan.dictionary import full_plan

ADDRESSES = (
    "tests/serving/access/test_routes.py::test_the_addresses_of_the_service_are_these_and_no_others"
)
DOCUMENTED = "tests/serving/contract/test_documentation.py"


def passes_in(folder: Path, *tests: str) -> None:
    """Fails where a test of the copy does."""
    run_in(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


def test_a_feature_is_one_line_and_its_page_follows(tmp_path: Path) -> None:
    assert FEATURE.made_in(tmp_path) == {"features/behaviour/purchases.py", "docs/features.md"}
    program = "from features.plan.dictionary import full_plan; print(*full_plan().feature_names)"
    known, planned = set(full_plan().feature_names), set(run_in(tmp_path, "-c", program).split())
    windows = ("7d", "30d", "90d", "180d", "365d", "lifetime")
    added = {f"line_spend_mean_{window}" for window in windows}
    assert added.isdisjoint(known) and planned == known | added
    page = (tmp_path / "docs" / "features.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in added)


def test_an_endpoint_is_messages_routes_and_a_test(tmp_path: Path) -> None:
    assert ENDPOINT.made_in(tmp_path) == {
        "serving/contract/discovery_messages.py",
        "serving/contract/discovery_routes.py",
        "docs/api.md",
        "tests/serving/access/test_routes.py",
        "tests/serving/contract/test_clock.py",
    }


@pytest.mark.slow
def test_an_endpoint_that_is_added_works(tmp_path: Path) -> None:
    ENDPOINT.made_in(tmp_path)
    passes_in(tmp_path, ADDRESSES, DOCUMENTED, "tests/serving/contract/test_clock.py")


def test_a_page_is_a_context_a_view_a_template_and_a_test(tmp_path: Path) -> None:
    assert PAGE.made_in(tmp_path) == {
        "serving/pages/contexts.py",
        "serving/pages/glossary_view.py",
        "serving/pages/pages.py",
        "serving/pages/templates/glossary.html",
        "docs/api.md",
        "tests/pages/test_contexts.py",
        "tests/pages/test_glossary_page.py",
        "tests/serving/access/role_table.txt",
        "tests/serving/access/test_routes.py",
    }


@pytest.mark.slow
def test_a_page_that_is_added_works(tmp_path: Path) -> None:
    PAGE.made_in(tmp_path)
    tests = (
        "tests/pages/test_contexts.py",
        "tests/pages/test_glossary_page.py",
        "tests/serving/access/test_role_table.py::test_the_table_has_every_page_there_is",
    )
    passes_in(tmp_path, ADDRESSES, DOCUMENTED, *tests)


def test_a_family_is_a_folder_its_lines_in_the_lists_and_its_contract(tmp_path: Path) -> None:
    assert FAMILY.made_in(tmp_path) == {
        "training/families/growth/__init__.py",
        "training/families/growth/bundle.py",
        "training/families/growth/family.py",
        "training/families/kinds.py",
        "training/families/families.py",
        "serving/in_use/served.py",
        "serving/contract/discovery_messages.py",
        "regulars/families.py",
        "regulars/options.py",
        "regulars/training_tables.py",
        "docs/growth.md",
        "README.md",
        "pyproject.toml",
        "tests/contracts/families/growth.py",
        "tests/contracts/families/__init__.py",
        "tests/laws/test_lists.py",
        "tests/laws/test_settings.py",
    }


@pytest.mark.slow
def test_a_family_that_is_added_works(tmp_path: Path) -> None:
    FAMILY.made_in(tmp_path)
    lists = ("tests/laws/test_lists.py", "tests/laws/test_settings.py")
    passes_in(
        tmp_path,
        "-k",
        "growth or test_lists or test_settings",
        *lists,
        "tests/contracts/test_families.py",
    )


def test_what_does_not_pass_in_a_copy_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing of the kind"):
        run_in(tmp_path, "-c", "raise SystemExit('nothing of the kind')")


def test_lines_are_put_beside_the_one_line_that_is_meant() -> None:
    content = "first\nsecond\n"
    assert after("first", "then\n").into(content) == "first\nthen\nsecond\n"
    assert before("second", "then\n").into(content) == "first\nthen\nsecond\n"


@pytest.mark.parametrize(("anchor", "count"), [("third", 0), ("", 2)])
def test_lines_without_one_place_of_their_own_are_refused(anchor: str, count: int) -> None:
    with pytest.raises(ValueError, match=f"found {count}"):
        after(anchor, "then\n").into("first\nsecond\n")


def test_words_take_the_place_of_those_that_stand_there_once() -> None:
    assert within("sec", "cond", "ts").into("first\nsecond\n") == "first\nsets\n"


@pytest.mark.parametrize(("old", "count"), [("third", 0), ("e", 2)])
def test_words_that_do_not_stand_there_once_are_refused(old: str, count: int) -> None:
    with pytest.raises(ValueError, match=f"found {count}"):
        within("sec", old, "").into("first\nseconde\n")


def test_a_new_file_takes_no_other_ones_place(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"purchases\.py is there already"):
        Addition("a file", {"features/behaviour/purchases.py": ""}).made_in(tmp_path)
