"""Values of the instants that rows carry beside their own: settlements, acceptances, ends, notices.

Whether such an instant may be known is said by the events (``Events.once`` and ``Events.until``); these
values measure from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.declarations.values import WHOLE_PAST, Events, Value
from features.vocabulary.time import Window


@dataclass(frozen=True)
class SinceInstant(Value):
    """Days from the latest instant in a column to the cutoff; missing without an event.

    Take events of which the instant has passed, as by ``events.once(column)``.
    """

    events: Events
    column: str

    def named(self, subject: str) -> str:
        """For instance ``days_since_accepted_offer``."""
        return f"days_since_{subject}"


@dataclass(frozen=True)
class UntilInstant(Value):
    """Days from the cutoff to the latest instant in a column; missing without an event.

    Take events of which the instant is known beforehand and still to come, as the end of a contract.
    """

    events: Events
    column: str

    def named(self, subject: str) -> str:
        """For instance ``days_until_contract_end``."""
        return f"days_until_{subject}"


@dataclass(frozen=True)
class Elapsed(Value):
    """Days from each event to the instant in one of its columns, added up; zero without an event."""

    events: Events
    column: str
    window: Window = WHOLE_PAST

    def named(self, subject: str) -> str:
        """For instance ``complaint_elapsed_365d``."""
        return f"{subject}_elapsed_{self.window.label}"
