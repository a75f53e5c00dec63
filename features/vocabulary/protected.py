"""What must never become a feature, whatever a company declares about its customers.

Protected attributes (gender, age, origin, belief, health …) are left out of the pack, so that nothing
downstream can read them; they stay in the sorted table, for a company that wants to know whether a model
treats people alike. Consents are in the pack, because they decide who may be scored and contacted, but
they say what may be done with somebody and not how they behave.

What a company has said to be lawful is in the pack under a name that tells so wherever it is shown. A column that a
company calls so itself is protected like any other.
"""

from __future__ import annotations

import re

# Words of a name; the second half is what German and French tables call them.
_NAMES = """
    gender sex age birth birthday birthdate birthyear dob
    ethnicity ethnic race racial skin nationality citizenship
    religion religious faith belief politics political union
    health disability disabled illness disease diagnosis pregnant pregnancy
    orientation sexuality genetic biometric
    geschlecht alter geburtsdatum geburtstag geburtsjahr nationalität nationalitaet
    konfession glaube gewerkschaft gesundheit behinderung krankheit schwanger
    sexe âge naissance nationalité croyance syndicat santé handicap maladie grossesse
"""
_PROTECTED = frozenset(_NAMES.split())
LAWFUL = "lawful_"
"""What the name of a protected attribute begins with in the pack, where the company says that it may be read."""
_CONSENT = frozenset({"consent", "consents", "optin", "optout", "einwilligung"})


def is_protected(name: str) -> bool:
    """Whether an attribute's name says that it describes what a person cannot be judged by.

    >>> is_protected("age_group"), is_protected("customerGender"), is_protected("average_order")
    (True, True, False)
    """
    return bool(_words(name) & _PROTECTED)


def reason_against(name: str) -> str:
    """Why an attribute of this name in the pack is no feature; empty when it may be one.

    >>> reason_against("region"), reason_against("marketing_consent")
    ('', 'marketing_consent is a consent: it says who may be scored and contacted, not how they behave')
    """
    if name.startswith(LAWFUL):
        return ""
    if is_protected(name):
        return f"{name} is a protected attribute: nobody is to be treated by it"
    if _words(name) & _CONSENT:
        return f"{name} is a consent: it says who may be scored and contacted, not how they behave"
    return ""


def _words(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name)
    return set(re.split(r"[\W_\d]+", apart.casefold()))
