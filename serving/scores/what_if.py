"""What if: what the model would say of a customer of whom something else were known.

Only what the business can act on may be changed, one reason group at a time, and only to values that were
seen. Better than numbers set by hand are plays: something that might be done, with all that follows from it.
The answer is the model's score of such a customer, never a promise of what this one would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.store.pack import Pack
from features.vectors.fresh import FreshEvents
from features.vocabulary.arrays import Row
from features.vocabulary.errors import UsageRefused, did_you_mean
from serving.scores.earlier_vector import Past
from serving.scores.scoring import Scorer
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language
from training.reasons.moved_facts import MovedFact, moved_facts
from training.reasons.wording import Wording

ORDER, SETTLED = "order", "settle_complaints"
_OPEN, _OLDEST_OPEN = "open_complaints_count_lifetime", "days_since_first_open_complaint"
_MOST_FACTS = 3
_USUAL_ORDER = ("order_spend_mean_365d", "order_spend_mean_lifetime")
_PLAYS = {
    ORDER: phrase("An order like their usual one today"),
    SETTLED: phrase("Their open complaints settled"),
}
_ANSWER = phrase(
    "The model's score would be {then} instead of {now}. This says how the model judges such a customer, "
    "not what this one would do."
)


@dataclass(frozen=True)
class Changed:
    """One fact that would be another."""

    feature: str
    meaning: str
    now: str
    then: str


@dataclass(frozen=True)
class WhatIf:
    """What the model would say: the probability now and then, and which facts would be others."""

    name: str
    title: str
    probability: float
    would_be: float
    changed: tuple[Changed, ...]
    """Every fact the model reads that would be another."""
    because: tuple[MovedFact, ...]
    """Those of them that say most of the difference, at most three."""
    text: str


class WhatIfs:
    """Asks the model of one set of scores about customers as they might be."""

    def __init__(self, scorer: Scorer, past: Past) -> None:
        self._scorer = scorer
        self._past = past

    def plays(self, customer_id: str, language: Language) -> tuple[WhatIf, ...]:
        """Everything that might be done and that the model has an opinion of."""
        row = self._row(customer_id)
        found = (self.play(customer_id, name, language) for name in self._possible(row))
        return tuple(one for one in found if one.changed)

    def play(self, customer_id: str, name: str, language: Language) -> WhatIf:
        """One play; ``UsageRefused`` for one that this customer or company does not allow."""
        row = self._row(customer_id)
        possible = self._possible(row)
        if name not in possible:
            raise UsageRefused(
                expected=f"a play out of {', '.join(possible)}" if possible else "a possible play",
                found=f'"{name}"',
                remedy=did_you_mean(name, list(possible))
                if possible
                else "None fits this customer.",
            )
        then = (
            self._with_order(customer_id, row) if name == ORDER else self._without_complaints(row)
        )
        return self._answer(name, language.say(_PLAYS[name]), row, then, language)

    def with_values(
        self, customer_id: str, values: Mapping[str, float], language: Language
    ) -> WhatIf:
        """Other values for some features of one reason group.

        Raises ``UsageRefused`` for an unknown feature, one nobody can act on, a value that was never
        seen, and features of several groups.
        """
        wording, row = self._scorer.wording.in_language(language), self._row(customer_id)
        then = row.copy()
        groups: set[int] = set()
        for name, value in values.items():
            position = self._changeable(name)
            self._refuse_unseen(position, value)
            groups.add(int(wording.group_of[position]))
            then[position] = value
        if len(groups) != 1:
            raise UsageRefused(
                expected="features of one reason group",
                found=", ".join(sorted(wording.groups[one].title for one in groups)) or "none",
                remedy="Ask about one reason at a time.",
            )
        title = language.say("Other values of {title}").format(title=wording.titles[groups.pop()])
        return self._answer("values", title, row, then, language)

    def _row(self, customer_id: str) -> Row:
        return self._past.vector(customer_id, self._scorer.snapshot.cutoff_seconds)

    def _possible(self, row: Row) -> tuple[str, ...]:
        found = []
        if "purchases" in self._past.pack.streams and self._usual_cents(row) > 0:
            found.append(ORDER)
        position = self._scorer.wording.position(_OPEN)
        if position is not None and row[position] > 0:
            found.append(SETTLED)
        return tuple(found)

    def _usual_cents(self, row: Row) -> int:
        for name in _USUAL_ORDER:
            position = self._scorer.wording.position(name)
            if position is not None and row[position] > 0:
                return round(float(row[position]))
        return 0

    def _with_order(self, customer_id: str, row: Row) -> Row:
        """The vector had they ordered the thing they ordered last, for what they usually spend."""
        pack, cutoff = self._past.pack, self._scorer.snapshot.cutoff_seconds
        bought: dict[str, str | int | None] = {
            "seconds": cutoff - 1,
            "order": "what if",
            "quantity_milli": 1_000,
            "amount_cents": self._usual_cents(row),
            **_last_texts(pack, customer_id),
        }
        return self._past.vector(customer_id, cutoff, {"purchases": FreshEvents.of([bought])})

    def _without_complaints(self, row: Row) -> Row:
        then = row.copy()
        for name, value in ((_OPEN, 0.0), (_OLDEST_OPEN, np.nan)):
            position = self._scorer.wording.position(name)
            if position is not None:
                then[position] = value
        return then

    def _changeable(self, name: str) -> int:
        wording = self._scorer.wording
        allowed = [one.name for one in wording.features if one.actionable == "now"]
        position = wording.position(name)
        if position is None or name not in allowed:
            raise UsageRefused(
                expected="a feature the business can act on now",
                found=f'"{name}"' + ("" if position is None else ", which follows from others"),
                remedy=did_you_mean(name, allowed),
            )
        return position

    def _refuse_unseen(self, position: int, value: float) -> None:
        seen = self._scorer.bundle.reference.features[:, position]
        name, seen = self._scorer.wording.features[position].name, seen[~np.isnan(seen)]
        if not len(seen):
            raise UsageRefused(
                expected="a feature whose value was seen",
                found=f'"{name}", unknown of everybody the model learned from',
                remedy="Ask about another feature.",
            )
        low, high = float(seen.min()), float(seen.max())
        if not low <= value <= high:
            raise UsageRefused(
                expected=f"a value of {name} that was seen, {low:g} to {high:g}",
                found=f"{value:g}",
                remedy="Ask within that range.",
            )

    def _answer(self, name: str, title: str, row: Row, then: Row, language: Language) -> WhatIf:
        bundle, wording = self._scorer.bundle, self._scorer.wording.in_language(language)
        chances = bundle.probability(bundle.log_odds(np.vstack([row, then])))
        now, would_be = (f"{language.number(round(100 * float(one), 1))} %" for one in chances)
        reads = set(bundle.model.columns.names)
        changed = tuple(
            Changed(
                feature=wording.features[position].name,
                meaning=language.meaning(wording.features[position]).rstrip("."),
                now=wording.value_text(position, float(row[position])),
                then=wording.value_text(position, float(then[position])),
            )
            for position in np.flatnonzero(~_same(row, then)).tolist()
            if wording.features[position].name in reads
        )
        return WhatIf(
            name=name,
            title=title,
            probability=float(chances[0]),
            would_be=float(chances[1]),
            changed=changed,
            because=self._because(np.vstack([row, then]), chances[1] < chances[0], wording),
            text=language.say(_ANSWER).format(then=would_be, now=now),
        )

    def _because(
        self, rows: NDArray[np.float32], lowers: bool, wording: Wording
    ) -> tuple[MovedFact, ...]:
        by_feature = self._scorer.bundle.feature_contributions(rows)
        pushed = by_feature[0] - by_feature[1] if lowers else by_feature[1] - by_feature[0]
        everything = np.arange(len(wording.features))
        return tuple(moved_facts(wording, everything, pushed, rows)[:_MOST_FACTS])


def _same(row: Row, then: Row) -> NDArray[np.bool_]:
    return np.asarray((row == then) | (np.isnan(row) & np.isnan(then)))


def _last_texts(pack: Pack, customer_id: str) -> dict[str, str]:
    """Item, channel and store of the customer's latest line, where the table has them."""
    stream, key = pack.streams["purchases"], pack.customer_ids.find(customer_id)
    last = int(stream.offsets[key + 1]) - 1
    if last < int(stream.offsets[key]):
        return {}
    found = {}
    for column in ("item", "channel", "store"):
        code = int(stream.columns[column][last]) if column in stream.columns else -1
        if code >= 0:
            found[column] = stream.dictionaries[column][code]
    return found
