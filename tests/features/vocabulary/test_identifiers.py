"""One form of a text and of an id: blanks nobody sees, accents, numbers in disguise, and SQL that says the same."""

from __future__ import annotations

import unicodedata

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary.identifiers import (
    BLANKS,
    normal_id,
    normal_id_sql,
    small,
    tidied,
    tidied_sql,
)

DATABASE = duckdb.connect()


def in_sql(expression: str, text: str) -> str:
    """What the SQL makes of a text; an empty text where it says that nothing is left."""
    ((found,),) = DATABASE.execute(f"SELECT {expression} FROM (SELECT ? AS x)", [text]).fetchall()
    assert found != ""
    return "" if found is None else str(found)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *[("C0008854", "C0008854"), ("C0008854 ", "C0008854"), ("\tC0008854\r\n", "C0008854")],
        # A no-break space, one of no width, the mark a file begins with, and marks of direction.
        *[
            ("\u00a0C7\u00a0", "C7"),
            ("C7\u200b", "C7"),
            ("\ufeffC7", "C7"),
            ("\u200eC7\u202c", "C7"),
        ],
        *[("\u2007C7\u3000", "C7"), ("A 7", "A 7"), ("A\u00a07", "A\u00a07")],
        *[("", ""), (" ", ""), ("\u00a0\u200b", ""), (" + ", "+")],
        # An e with an accent, in one letter and in two.
        *[("Andre\u0301", "Andr\u00e9"), ("Andr\u00e9", "Andr\u00e9")],
        *[("😀/1", "😀/1"), ("客户12", "客户12")],
        # The apostrophe that tells a spreadsheet of a text, once or more; one before a word is the word's.
        *[("'0012", "0012"), ("''0012", "0012"), ("'=A1", "=A1"), (" '+49 ", "+49"), ("'-", "-")],
        *[("'＝1", "＝1"), ("'s Graven", "'s Graven"), ("'", "'"), ("O'0", "O'0"), ("' 1", "' 1")],
        *[("#1001", "#1001"), ("&Co", "&Co"), ("(7)", "(7)")],
    ],
)
def test_a_text_loses_what_nobody_sees(written: str, kept: str) -> None:
    assert tidied(written) == kept
    assert in_sql(tidied_sql("x"), written) == kept
    assert normal_id(written) == kept
    assert in_sql(normal_id_sql("x"), written) == kept


@pytest.mark.parametrize(
    "written", ["\\N", "(null)", "[NULL]", "#N/A", "#NV", "#REF!", "#VALUE!", "(blank)", " #N/A "]
)
def test_what_tools_write_for_nothing_is_no_id_and_stays_a_text(written: str) -> None:
    assert normal_id(written) == in_sql(normal_id_sql("x"), written) == ""
    assert normal_id(written, ignore_case=True) == ""
    assert in_sql(normal_id_sql("x", ignore_case=True), written) == ""
    assert tidied(written) == in_sql(tidied_sql("x"), written) == written.strip()


@pytest.mark.parametrize("written", ["NULL", "null", "NaN", "None", "N/A", "-", "#N/A-7", "#1"])
def test_an_id_that_looks_a_little_like_nothing_is_one(written: str) -> None:
    assert normal_id(written) == in_sql(normal_id_sql("x"), written) == written


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *[("12345.0", "12345"), (" 12345.0\u00a0", "12345"), ("0.0", "0"), ("007.0", "007")],
        *[("12345.00", "12345.00"), ("12345.", "12345."), (".0", ".0"), ("-7.0", "-7.0")],
        *[("1.2.0", "1.2.0"), ("A7.0", "A7.0"), ("12.05", "12.05"), ("7.0.0", "7.0.0")],
        # Digits of another script are no number that a tool has made.
        *[("\u0661.0", "\u0661.0"), ("0012", "0012"), ("1e5", "1e5")],
        *[("12345678901234567890", "12345678901234567890")],
        *[("12345678901234567890.0", "12345678901234567890")],
    ],
)
def test_an_id_that_was_made_a_number_is_the_number_again_and_no_other_digit_is_lost(
    written: str, kept: str
) -> None:
    assert normal_id(written) == kept
    assert in_sql(normal_id_sql("x"), written) == kept
    assert tidied(written) == in_sql(tidied_sql("x"), written) == written.strip(" \u00a0")


def test_capitals_make_another_customer_unless_the_company_says_otherwise() -> None:
    for written in ("Anna@X.de", " anna@x.DE", "ANNA@X.DE"):
        assert normal_id(written, ignore_case=True) == "anna@x.de"
        assert in_sql(normal_id_sql("x", ignore_case=True), written) == "anna@x.de"
        assert normal_id(written) == in_sql(normal_id_sql("x"), written) == written.strip()


# SQL texts have no half of a pair and end at a NUL; what is no letter yet may be one to a newer library.
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\0")
    | st.sampled_from(sorted(BLANKS))
    | st.sampled_from(sorted("0019.aÄ\u0301Σİß")),
    max_size=8,
)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=50))
def test_python_and_sql_agree_about_any_text(written: list[str]) -> None:
    found = DATABASE.execute(
        f"""SELECT x, {tidied_sql("x")}, {normal_id_sql("x")},
                   {normal_id_sql("x", ignore_case=True)} FROM (SELECT unnest(?) AS x)""",
        [written],
    ).fetchall()
    for text, tidy, id_, caseless in found:
        assert (tidy or "") == tidied(text)
        assert (id_ or "") == normal_id(text)
        assert (caseless or "") == normal_id(text, ignore_case=True)


@settings(deadline=None)
@given(texts, st.booleans())
def test_the_normal_form_is_its_own_normal_form_but_for_a_number_in_a_number(
    text: str, ignore_case: bool
) -> None:
    once = tidied(text)
    assert tidied(once) == once == unicodedata.normalize("NFC", once)
    id_ = normal_id(text, ignore_case=ignore_case)
    assert normal_id(id_, ignore_case=ignore_case) == id_
    assert small(small(id_)) == small(id_)
