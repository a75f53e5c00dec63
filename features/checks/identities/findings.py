"""What a check says of the table of identities by itself: who was merged, and what cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from features.checks.breaches import SAMPLE_ROWS, Breach, Severity
from features.checks.findings import Account
from features.checks.identities.merging import MergedPeople
from features.vocabulary.tables import IDENTITIES, PERSON_ID


def account_of_identities(account: Account, merged: MergedPeople, most_ids: int) -> Account:
    """The account of the table as one that describes, with what only an identity can be wrong in."""
    # Where only the erased were listed, nothing is wrong with an empty table.
    told = (one for one in account.breaches if one.rule != "empty" or not merged.forgotten)
    breaches = tuple(_held_to(told))
    return replace(account, breaches=(*breaches, *_merged(merged), *_joined(merged, most_ids)))


def _held_to(breaches: Iterable[Breach]) -> Iterator[Breach]:
    for one in breaches:
        if one.rule != f"several.{PERSON_ID}":
            yield one
            continue
        yield replace(
            one,
            what="ids that are two persons' or more",
            becomes="refused",
            severity=Severity.REFUSES,
            advice="Whose an id is has to be told once: correct the table, or leave rows out by a rule of your "
            f"own in [tables.{IDENTITIES.name}.set_aside]. An id that changed hands is no id of one person.",
        )


def _merged(merged: MergedPeople) -> Iterator[Breach]:
    people = merged.people
    if people.sentence:
        yield Breach(
            table=IDENTITIES.name,
            rule="merged.customer_id",
            what=people.sentence,
            rows=people.ids,
            becomes="counted as one customer each",
            severity=Severity.NOTES,
            kept=people.ids,
        )


def _joined(merged: MergedPeople, most_ids: int) -> Iterator[Breach]:
    """Refuse persons of very many ids: as a rule numbers of two kinds were taken for one."""
    large = {person: ids for person, ids in merged.sizes.items() if ids > most_ids}
    if not large:
        return
    most = max(large.values())
    yield Breach(
        table=IDENTITIES.name,
        rule="many_ids.person_id",
        what=f"persons of more than {most_ids:,} ids",
        rows=len(large),
        becomes="refused",
        severity=Severity.REFUSES,
        sample=tuple(f"customer {one}" for one in sorted(large)[:SAMPLE_ROWS]),
        detail=f"up to {most:,} ids of one",
        advice="If person_id is a number of its own and no customer's, write person_id = \"'P' || your_column\" under "
        f"[tables.{IDENTITIES.name}.columns]; leave ids that many share (a till, a family, nobody) out by a rule "
        f"of your own under set_aside; if so many ids are right, write most_ids_a_person = {most} under [company].",
    )
