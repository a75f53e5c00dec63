"""From subjects to answered rows: fresh events are joined, scores made, decisions written before anybody sees them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from serving.contract.event_messages import EVENT_TYPES, Event
from serving.contract.messages import UNREADABLE_CUSTOMER
from serving.contract.row_messages import ScoredRowAnswer
from serving.contract.rows import RowPart, row_answer
from serving.in_use.models_in_use import InUse, ModelsInUse
from serving.in_use.served import VALUE
from serving.ledger.decisions import Decision
from serving.ledger.hold_out import HoldOut
from serving.ledger.reported_events import ReportedEvent
from serving.scores.fresh_events import fresh_events
from serving.scores.score import Score, Status
from serving.scores.subject import Caution, GivenVector, Subject
from training.reasons.languages.language import Language

EventsByTable = Mapping[str, Sequence[Event]]


def answer_rows(
    models_in_use: ModelsInUse,
    in_use: InUse,
    asked: Sequence[Subject],
    *,
    at: int,
    with_reasons: bool,
    language: Language,
    campaign: str = "",
    without: Collection[RowPart] = (),
    named: str = "",
) -> list[ScoredRowAnswer]:
    """One answer a row, in order; what is answered stands in the ledger first.

    ``without`` names the fields that were not asked for. With ``named`` decisions get names that follow from it
    and the customer, the same each time.
    """
    subjects = with_events(models_in_use, in_use, asked)
    rows = in_use.scorer.score(subjects, with_reasons=with_reasons, language=language)
    bases = {
        id(row): "given" if one.vector else "fresh" if one.fresh else "stored"
        for row, one in zip(rows, subjects, strict=True)
    }
    erased = _erased(models_in_use, in_use, rows)
    lot = _CampaignLot.of(models_in_use, campaign)
    decided: dict[int, Decision] = {}
    for row in rows:
        if id(row) not in decided and row.status not in (Status.UNKNOWN_ID, Status.ERROR):
            decision = _decision(in_use, row, bases[id(row)], lot, at, named)
            is_nobodys = row.customer_id in erased
            decided[id(row)] = replace(decision, customer_id="") if is_nobodys else decision
    models_in_use.ledger.append(list(decided.values()), again=bool(named))
    return [
        row_answer(
            one.row_id,
            row,
            decided.get(id(row)),
            currency=models_in_use.currency,
            lasts_days=models_in_use.settings.service.scores_last_days,
            without=without,
        )
        for one, row in zip(subjects, rows, strict=True)
    ]


def unreadable_subject(row_id: str | None = None) -> Subject:
    """Whom a row asks about whose customer number cannot be read: it is answered by an error of its own."""
    return Subject(row_id=row_id, vector=GivenVector(None, (_UNREADABLE,)), key=b"unreadable")


_UNREADABLE = Caution(UNREADABLE_CUSTOMER["code"], UNREADABLE_CUSTOMER["message"])


def with_events(
    models_in_use: ModelsInUse, in_use: InUse, asked: Sequence[Subject]
) -> list[Subject]:
    """Subjects with the events told of them, in the call and before it, that the scores do not know."""
    by_id = [one.customer_id for one in asked if one.vector is None]
    recorded = models_in_use.newer_events(by_id, in_use.snapshot.cutoff_seconds)
    return [_with_events(one, recorded.get(one.customer_id, ()), in_use) for one in asked]


def _with_events(subject: Subject, recorded: Sequence[ReportedEvent], in_use: InUse) -> Subject:
    """A subject with the events told in the call and before it, as the kernel reads them."""
    events = {} if subject.vector is not None else joined_events(subject.events, recorded)
    unvalued = _unvalued(in_use) if events or subject.vector is not None else ()
    if not events:
        return replace(subject, cautions=(*subject.cautions, *unvalued)) if unvalued else subject
    if in_use.past is None:
        return replace(subject, cautions=(_no_past(in_use.store_fault),))
    fresh, unread = fresh_events(events, in_use.past.pack)
    cautions = (Caution("unread_events", _UNREAD.format(", ".join(unread))),) if unread else ()
    return replace(subject, fresh=fresh, cautions=(*cautions, *unvalued))


def _unvalued(in_use: InUse) -> tuple[Caution, ...]:
    """What is said of newer behaviour where the model of value is damaged."""
    fault = in_use.faults.get(VALUE.name)
    said = f"No value is told of newer behaviour just now: {fault}"
    return (Caution("value_not_told", said),) if fault else ()


def _no_past(store_fault: str) -> Caution:
    why = store_fault or "the store holds other data than the scores were made from."
    return Caution("events_not_counted", f"Newer events do not count just now: {why}")


_UNREAD = "No model reads events of {}: the company has not mapped that table."


def joined_events(
    given: EventsByTable, recorded: Sequence[ReportedEvent]
) -> dict[str, list[Event]]:
    """Events given now and those told before, by table."""
    joined = {name: list(rows) for name, rows in given.items()}
    for one in recorded:
        if one.table not in EVENT_TYPES:
            continue  # what became of an answer is no behaviour
        event = EVENT_TYPES[one.table][1].model_validate(one.content)
        joined.setdefault(one.table, []).append(event)
    return joined


@dataclass(frozen=True)
class _CampaignLot:
    """Who is held out of the campaign that a call names; of none where it names none."""

    campaign: str
    percent: int
    hold_out: HoldOut

    @classmethod
    def of(cls, models_in_use: ModelsInUse, campaign: str) -> Self:
        """By what the campaign was started with; of one that was not started here, by the settings."""
        ledger, percent = models_in_use.ledger, None
        if campaign:
            percent = ledger.campaigns.hold_out_percent(campaign)
        if percent is None:
            percent = models_in_use.settings.campaign.hold_out_percent
        return cls(campaign, percent, ledger.hold_out)

    def said_of(self, customer_id: str) -> str:
        """Yes or no for a customer; empty of nobody, and where no campaign is named."""
        if not self.campaign or not customer_id:
            return ""
        return "yes" if self.hold_out.holds(customer_id, self.campaign, self.percent) else "no"


def _decision(
    in_use: InUse, row: Score, basis: str, lot: _CampaignLot, at: int, named: str
) -> Decision:
    manifest = in_use.scorer.bundle.manifest
    return Decision(
        decision_id=_name(at, named, row.customer_id),
        customer_id=row.customer_id,
        status=row.status.word,
        probability=row.probability,
        model_version=manifest.version,
        model_digest=manifest.digest,
        cutoff_seconds=row.as_of_seconds or in_use.snapshot.cutoff_seconds,
        decided_at=at,
        data_digest=in_use.snapshot.data_digest,
        vector_digest=row.vector_digest,
        basis=basis,
        campaign=lot.campaign,
        hold_out=lot.said_of(row.customer_id),
    )


def _erased(models_in_use: ModelsInUse, in_use: InUse, rows: Sequence[Score]) -> frozenset[str]:
    """Who was erased, of those about whom something was told with the call: no decision names them."""
    strangers = {
        row.customer_id
        for row in rows
        if row.status not in (Status.UNKNOWN_ID, Status.ERROR)
        and row.customer_id
        and in_use.snapshot.find(row.customer_id) < 0
    }
    ignore_case = models_in_use.ignores_case
    return models_in_use.ledger.privacy.erased_among(strangers, ignore_case=ignore_case)


def _name(at: int, named: str, customer_id: str) -> str:
    """A name nobody can guess; it begins with the time, so that new rows lie beside one another on the disk."""
    if not named:
        return f"{at:08x}{secrets.token_hex(12)}"
    said = f"{named}/{customer_id}".encode("utf-8", "surrogatepass")
    return f"{at:08x}{hashlib.sha256(said).hexdigest()[:24]}"
