"""The contacts a company can make, by what a training has found on past days."""

from __future__ import annotations

from collections.abc import Mapping

from features.company.settings.actions import ActionSettings
from training.actions.actions import BY_RULE, Action, plain_contacts
from training.actions.measured import MeasuredContact
from training.families.churn.timing.leavers import Leavers
from training.families.churn.timing.probably_gone import ProbablyGone


def contacts_by_past_days(
    settings: ActionSettings,
    measured: Mapping[str, MeasuredContact],
    gone: ProbablyGone | None,
    leavers: Leavers | None,
) -> tuple[Action, ...]:
    """The contacts of ``settings``, by what campaigns have measured, who came back of those gone, and who left; None where that is not known."""
    return plain_contacts(
        settings,
        measured,
        came_back_if_gone=None if gone is None else gone.share_bought_again,
        leaving=BY_RULE if leavers is None else leavers.beside_rule,
    )
