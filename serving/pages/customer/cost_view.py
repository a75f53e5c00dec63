"""What serving a customer is expected to cost, as a line of its own beside the value it is taken off."""

from __future__ import annotations

import numpy as np

from serving.in_use.models_in_use import InUse
from training.families.value.cost_to_serve.model import CostModel, CostTerm
from training.reasons.languages.language import Language


def cost_sentence(in_use: InUse, key: int, currency: str, language: Language) -> str:
    """The cost over the value's days, what it leaves, and the customer's own fact that costs most.

    Empty where nothing costs or nothing is said of the customer's value.
    """
    amounts = in_use.snapshot.value_of(key)
    if amounts is None or "net_cents" not in amounts:
        return ""
    said = language.say(
        "Serving this customer is expected to cost {cost} in the same days, which leaves {net}."
    ).format(
        cost=language.money(amounts["cost_to_serve_cents"], currency),
        net=language.money(amounts["net_cents"], currency),
    )
    fact = _costliest(in_use, key, currency, language)
    if not fact:
        return said
    return f"{said} {language.say('What costs most: {fact}.').format(fact=fact)}"


def _costliest(in_use: InUse, key: int, currency: str, language: Language) -> str:
    """The fact behind what cost most so far; empty where nothing has."""
    snapshot = in_use.snapshot
    row = int(snapshot.vector_rows[key])
    places = {one["name"]: place for place, one in enumerate(snapshot.manifest["features"])}
    terms = tuple(CostTerm(**one) for one in snapshot.manifest["value"].get("costs", ()))
    if not terms or row < 0:
        return ""
    values = in_use.values[row : row + 1]
    cents = CostModel(1, terms, 0.0, 0.0).by_term(lambda name: values[:, places[name]])[0]
    leading = int(np.argmax(cents))
    if cents[leading] <= 0:
        return ""
    place = places[terms[leading].feature]
    feature = in_use.wording.features[place]
    return language.fact(feature, float(values[0, place]), currency)
