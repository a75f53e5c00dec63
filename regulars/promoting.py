"""Putting a model to use while a service answers: what must be ready before, and whether it is followed after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.call import Call
from regulars.narrator import Outcome
from regulars.options import MODELS

if TYPE_CHECKING:
    from serving.in_use.following import Followed
    from training.bundles.manifest import Manifest
    from training.registry.gate import Check
    from training.registry.promotion import PromotionSummary, Readiness

CHURN = MODELS[0]
_SCORES = "`regulars vectors`, then `regulars score`"
_LIMIT = "that nobody loses what they are told now"


@dataclass
class Putting:
    """One model put to use: ``followed`` says what a running service made of it, once readers were pointed at it."""

    call: Call
    model: str
    followed: Followed | None = None

    def readiness(self) -> Readiness:
        """What must be so before it is put to use, and what is waited for after."""
        from training.registry.promotion import Readiness

        if self.model == CHURN:
            return Readiness(self._checks, self._prepare, self._settle)
        return Readiness(settle=self._settle)

    def _checks(self, folder: Path) -> Sequence[Check]:
        from serving.snapshot.standing import what_would_fall
        from training.registry.gate import Check

        fault = what_would_fall(self.call.workspace, folder)
        return [Check("value goes on", not fault, fault or "as it is", _LIMIT)]

    def _prepare(self, folder: Path) -> None:
        from serving.snapshot.standing import stands_ready
        from training.bundles.sealing import verified

        call = self.call
        if stands_ready(call.workspace, verified(folder)[0]):
            return
        from serving.nightly.standby import ready_scores

        ready_scores(call.settings, call.workspace, folder, call.narrator.progress)

    def _settle(self, manifest: Manifest[Any]) -> None:
        """Wait until every process that serves answers from it, or one refuses it; at once where none runs."""
        from serving.in_use.following import followed
        from serving.in_use.served import SERVED
        from serving.snapshot.standing import point_at_own_scores

        workspace = self.call.workspace
        if self.model == CHURN:
            point_at_own_scores(workspace)
        # A model that made figures of the scores is asked with the next ones.
        if any(one.name == self.model and one.is_followed for one in SERVED):
            self.followed = followed(workspace, manifest)

    def outcome(self, summary: PromotionSummary) -> Outcome:
        """What a promotion or rollback came to."""
        from regulars.training_tables import gate_tables

        named = f"{self.model.capitalize()} version {summary.version} ({summary.title})"
        told = Outcome(
            said=f"{named} is promoted, and shown from the next scores on",
            next="`regulars score`",
            data=summary.as_dict(),
            tables=gate_tables(summary.checks),
            lines=_unrecorded(summary),
        )
        found = self.followed
        if found is None:
            return told
        if not found.is_followed:
            return self._refused(replace(told, said=f"{named} is promoted and not served"), found)
        return replace(
            told,
            said=f"{named} is in use now: {found.said}",
            next="" if self._has_scores else _SCORES,
            data=told.data | found.as_dict(),
        )

    def trained(self, outcome: Outcome) -> Outcome:
        """What a training came to, with what a running service made of its model."""
        found = self.followed
        if found is None:
            return outcome
        if not found.is_followed:
            return self._refused(outcome, found)
        heard = f". {found.said[0].upper()}{found.said[1:]}" if found.processes else ""
        is_scored = self.model == CHURN and self._has_scores
        return replace(
            outcome,
            said=f"{outcome.said.removesuffix('.')}{heard}" if heard else outcome.said,
            next="`regulars serve`" if is_scored else outcome.next,
            data=outcome.data | found.as_dict(),
        )

    @property
    def _has_scores(self) -> bool:
        return self.model != CHURN or self.call.workspace.scores.current is not None

    def _refused(self, outcome: Outcome, found: Followed) -> Outcome:
        return replace(
            outcome,
            said=f"{outcome.said}: {found.said}",
            next="mend that, or `regulars rollback`",
            data=outcome.data | found.as_dict(),
            exit_code=1,
        )


def _unrecorded(summary: PromotionSummary) -> Sequence[str]:
    """That MLflow does not know of it, where that is so."""
    if not summary.unrecorded:
        return ()
    return (f"  MLflow could not be told: {summary.unrecorded}",)
