"""What must never become a feature, whatever a company declares about its customers.

Protected attributes (gender, age, origin, belief, health …) are left out of the pack, so that nothing
downstream can read them; they stay in the sorted table, for a company that wants to know whether a model
treats people alike. Consents are in the pack, because they decide who may be scored and contacted, but
they say what may be done with somebody and not how they behave.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from features.checks.breaches import Breach, Severity
from features.vocabulary.tables import Column

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
_CONSENT = frozenset({"consent", "consents", "optin", "optout", "einwilligung"})


def is_protected(name: str) -> bool:
    """Whether an attribute's name says that it describes what a person cannot be judged by.

    >>> is_protected("age_group"), is_protected("customerGender"), is_protected("average_order")
    (True, True, False)
    """
    return bool(_words(name) & _PROTECTED)


def reason_against(name: str) -> str:
    """Why an attribute of this name is no feature; empty when it may be one.

    >>> reason_against("region"), reason_against("marketing_consent")
    ('', 'marketing_consent is a consent: it says who may be scored and contacted, not how they behave')
    """
    if is_protected(name):
        return f"{name} is a protected attribute: nobody is to be treated by it"
    if _words(name) & _CONSENT:
        return f"{name} is a consent: it says who may be scored and contacted, not how they behave"
    return ""


def protected_notes(table: str, columns: Iterable[Column], rows: int) -> Iterator[Breach]:
    """One note a protected attribute that a company has mapped, for the check of its tables."""
    for column in columns:
        if is_protected(column.name):
            yield Breach(
                table=table,
                rule=f"protected.{column.name}",
                what=f"{column.name} is a protected attribute",
                rows=rows,
                becomes="kept in the table, never a feature",
                severity=Severity.NOTES,
                kept=rows,
                advice=f"Leave {column.name} out of `columns` unless you need it for a review.",
            )


def _words(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name)
    return set(re.split(r"[\W_\d]+", apart.casefold()))
