"""Which tests ought to notice a mistake in a file, in the project as it stands."""

from __future__ import annotations

import pytest

from experiments.mutants.mirror import _MAKE_COMPANIES, Imports, file_of, mirrored, module_of


@pytest.fixture(scope="module")
def imports() -> Imports:
    return Imports()


@pytest.mark.parametrize(
    ("file", "first"),
    [
        ("serving/access/guard.py", "tests/serving/access/test_guard.py"),
        ("features/vocabulary/time.py", "tests/features/vocabulary/test_time.py"),
        ("regulars/offers.py", "tests/commands/test_offers.py"),
        ("regulars/library/decisions.py", "tests/commands/library/test_decisions.py"),
        ("serving/pages/contract_page.py", "tests/pages/test_contract_page.py"),
        ("serving/contract/privacy_routes.py", "tests/serving/ledger/test_privacy.py"),
    ],
)
def test_a_file_is_mirrored_by_the_tests_of_its_name_or_by_who_sees_it(
    imports: Imports, file: str, first: str
) -> None:
    assert mirrored(file, imports)[0] == first


def test_a_part_of_the_kernel_is_tried_by_its_own_tests_and_by_those_of_every_operation(
    imports: Imports,
) -> None:
    folder = "tests/features/kernel"
    expected = [f"{folder}/test_values.py", f"{folder}/test_kernel.py"]
    assert mirrored("features/kernel/values.py", imports) == expected
    for stem in ("masks", "scans", "tracks", "walk"):
        assert f"{folder}/test_kernel.py" in mirrored(f"features/kernel/{stem}.py", imports)


def test_a_file_without_a_mirror_is_noticed_by_the_nearest_that_import_it(imports: Imports) -> None:
    assert mirrored("experiments/world/truth.py", imports) == [
        "tests/experiments/world/test_contact_campaigns.py",
        "tests/experiments/world/test_keeping.py",
        "tests/experiments/world/test_seasons.py",
        "tests/experiments/world/test_world.py",
        "tests/experiments/world/answering/test_actions_taken.py",
        "tests/experiments/world/answering/test_company.py",
    ]


def test_the_laws_about_a_room_come_last(imports: Imports) -> None:
    found = mirrored("features/store/packing.py", imports)
    laws = [one.startswith("tests/laws/") for one in found]
    assert laws == sorted(laws) and "tests/laws/test_store.py" in found


def test_every_file_of_the_product_is_looked_at_by_somebody(imports: Imports) -> None:
    floors = ("features", "training", "serving", "regulars")
    modules = [
        one for one in imports.graph.modules
        if one.split(".")[0] in floors and not imports.graph.find_children(one)
    ]  # fmt: skip
    assert [one for one in modules if not mirrored(file_of(one), imports)] == []


def test_what_makes_the_companies_is_an_ingredient_of_them_and_what_serves_them_is_not(
    imports: Imports,
) -> None:
    found = imports.ingredients()
    assert {
        "features/store/packing.py",
        "training/registry/gate.py",
        "serving/nightly/everybody.py",
        "experiments/world/company.py",
        "tests/serving/company.py",
    } <= found
    assert found.isdisjoint({"serving/access/guard.py", "serving/contract/rows.py"})


def test_the_shared_companies_are_made_where_ingredients_are_looked_for(imports: Imports) -> None:
    assert imports.importers("tests.shared_companies") == {
        *_MAKE_COMPANIES,
        "tests.laws.test_shared_companies",
        # Shares MLflow's empty tables by the same means, and no company.
        "tests.registry_tables",
    }


def test_a_file_and_its_module_name_each_other() -> None:
    assert file_of(module_of("serving/access/guard.py")) == "serving/access/guard.py"
