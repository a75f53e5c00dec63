"""What to do for one customer: every contact the company can make, with the arithmetic of what it brings."""

from __future__ import annotations

import numpy as np

from serving.pages.customer.contexts import ToDoLine, ToDoSection
from serving.pages.figures import percent, whole_money
from serving.snapshot.reading import Snapshot
from training.actions.net_gain import net_gains_cents
from training.reasons.languages.language import Language


def to_do_section(
    snapshot: Snapshot, position: int, currency: str, language: Language
) -> ToDoSection | None:
    """What can be done for whoever stands at a place of the ranking; None where nothing can be done about it."""
    if not snapshot.acts:
        return None
    key = int(snapshot.ranking.customer_keys[position])
    if snapshot.has_refused_contact[key]:
        said = language.say("They said no to marketing: nobody is to contact them for it.")
        return ToDoSection([ToDoLine(language.say("Nothing"), said, "")], "")
    here = np.array([position])
    status = snapshot.lifecycle_status[key : key + 1]
    risk, money = snapshot.ranking.probability[here], snapshot.if_kept_cents(here)
    (gains,) = net_gains_cents(snapshot.actions, status, risk, money)
    order = sorted(range(len(gains)), key=lambda place: (-gains[place], place))
    reckoned = language.say("{kept} kept × {risk} risk × {value} value if kept − {cost}")
    lines = [
        ToDoLine(
            language.say(action.title),
            reckoned.format(
                kept=percent(action.keeps[int(status[0])], language),
                risk=percent(float(risk[0]), language),
                value=language.money(max(round(float(money[0])), 0), currency),
                cost=language.money(action.cost_cents, currency),
            ),
            _signed(round(float(gains[place])), currency, language),
        )
        for place in order
        for action in (snapshot.actions[place],)
    ]
    if round(float(gains[order[0]])) <= 0:
        said = language.say("No contact brings more than it costs.")
        lines.insert(0, ToDoLine(language.say("Nothing"), said, whole_money(0, currency, language)))
    note = language.say(
        "The share kept is assumed for customers of this status, until a campaign with a control arm has measured it."
    )
    return ToDoSection(lines, note)


def _signed(cents: int, currency: str, language: Language) -> str:
    return f"{'+' if cents > 0 else ''}{language.money(cents, currency)}"
