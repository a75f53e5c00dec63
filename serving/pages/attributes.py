"""What customers declared, as the pages call it."""

from __future__ import annotations

from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

_LABELS = {
    "registered_on": phrase("Registered"),
    "member_since_on": phrase("Member since"),
    "region": phrase("Region"),
    "segment": phrase("Company's own segment"),
    "referrals": phrase("Customers they brought"),
}
_ANSWERS = ("no", "yes")


def attribute_label(name: str, language: Language) -> str:
    """An attribute in words: ours where we know it, else the company's own."""
    if name in _LABELS:
        return language.say(_LABELS[name])
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def declared_label(text: str, language: Language) -> str:
    """What was declared; a yes and a no in the language of the page."""
    return language.say(text, "answer") if text in _ANSWERS else text
