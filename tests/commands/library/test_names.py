"""By which name a customer stands in a table: their own, one that leads nowhere, or none."""

from __future__ import annotations

import re
from contextlib import closing

from features.company.erased_names import ErasedNames
from regulars.library.names import NamesInTables
from serving.ledger.privacy import NONE_WITHHELD, Withheld
from tests.commands.library.company import NotebookCompany
from training.measures.predictions.stored import StoredPredictions

IDS = ["C0000002", "C0000001", "C0000003", "C0000001"]


def test_who_objected_has_the_name_predictions_know_them_by_and_who_was_erased_has_none(
    own_company: NotebookCompany,
) -> None:
    workspace = own_company.workspace
    withheld = Withheld(frozenset({"C0000001"}), frozenset({"C0000003"}))
    names = NamesInTables.of(workspace, withheld).of_ids(IDS)
    assert (names[0], names[2]) == ("C0000002", None) and names[1] == names[3]
    assert re.fullmatch("unnamed-[0-9a-f]{15}", str(names[1]))
    [known] = StoredPredictions(workspace).names(["C0000001"])
    assert int(str(names[1]).removeprefix("unnamed-"), 16) == known


def test_an_erasure_counts_also_where_only_its_tombstone_is_left(
    own_company: NotebookCompany,
) -> None:
    workspace = own_company.workspace
    with closing(ErasedNames(workspace.erased)) as erased:
        erased.add(["C0000002"])
    names = NamesInTables.of(workspace, NONE_WITHHELD)
    assert names.of_ids(IDS) == [None, "C0000001", "C0000003", "C0000001"]
    everybody = names.of_everybody()
    assert everybody[:4] == ["C0000000", "C0000001", None, "C0000003"]


def test_who_said_no_to_being_scored_in_the_companys_own_table_is_not_named(
    company: NotebookCompany,
) -> None:
    names = NamesInTables.of(company.workspace, NONE_WITHHELD)
    said_no = sorted(names.unnamed)
    assert said_no and all(str(one).startswith("unnamed-") for one in names.of_ids(said_no))
