"""What nobody may be judged by, word by word, and the names that only look alike."""

from __future__ import annotations

import pytest

from features.vocabulary.protected import LAWFUL, is_protected, reason_against

PROTECTED = """
gender sex age birth birthday birthdate birthyear dob ethnicity ethnic race racial skin nationality citizenship
religion religious faith belief politics political union health disability disabled illness disease diagnosis
pregnant pregnancy orientation sexuality genetic biometric geschlecht alter geburtsdatum geburtstag geburtsjahr
nationalität nationalitaet konfession glaube gewerkschaft gesundheit behinderung krankheit schwanger sexe âge
naissance nationalité croyance syndicat santé handicap maladie grossesse
"""


@pytest.mark.parametrize("word", PROTECTED.split())
def test_a_protected_word_is_found_however_a_name_is_written(word: str) -> None:
    title = word[0].upper() + word[1:]
    for name in (word, word.upper(), f"customer_{word}", f"customer{title}", f"{word}2", f"{word} group"):  # fmt: skip
        assert is_protected(name), name
    assert "is a protected attribute" in reason_against(word)


@pytest.mark.parametrize(
    "name",
    ["region", "average_order", "message", "stage", "page", "agent", "essex", "reunion", "segment", ""],
)  # fmt: skip
def test_a_name_that_holds_a_protected_word_within_another_may_be_a_feature(name: str) -> None:
    assert not is_protected(name) and reason_against(name) == ""


@pytest.mark.parametrize("word", ["consent", "consents", "optin", "optout", "einwilligung"])
def test_a_consent_is_no_feature_and_no_protected_attribute(word: str) -> None:
    for name in (word, f"marketing_{word}", f"email{word.title()}", word.upper()):
        assert not is_protected(name)
        assert reason_against(name).startswith(f"{name} is a consent")


@pytest.mark.parametrize("word", ["age", "customer_gender", "Geschlecht", "marketing_consent"])
def test_what_a_company_has_said_to_be_lawful_may_be_a_feature_and_is_protected_still(
    word: str,
) -> None:
    name = f"{LAWFUL}{word}"
    assert reason_against(name) == "" and reason_against(word) != ""
    assert is_protected(name) == is_protected(word)
    # Only where it begins so: a column may be called as it likes.
    assert reason_against(f"un{name}") != "" and reason_against(f"{word}_lawful") != ""
