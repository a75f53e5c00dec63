"""As which files a list can be taken along: the links of its menu, the company's own way of writing first."""

from __future__ import annotations

from urllib.parse import urlencode

from serving.pages.contexts import FileLink
from serving.pages.files.download import SPELLINGS, usual_spelling
from serving.pages.files.workbook import MOST_ROWS
from serving.pages.list_query import SIZES, ListQuery
from training.reasons.languages.catalogue import phrase
from training.reasons.languages.language import Language

CSV_ADDRESS, WORKBOOK_ADDRESS = "/churn.csv", "/churn.xlsx"
_SPELLINGS = {
    "comma": phrase("CSV with commas"),
    "semicolon": phrase("CSV with semicolons and decimal commas"),
}


def file_links(query: ListQuery, customers: int, language: Language) -> list[FileLink]:
    """The files of a list of so many customers; a workbook only where it holds all of them."""
    usual = usual_spelling(language)
    names = sorted(SPELLINGS, key=lambda one: one != usual)
    links = [
        FileLink(language.say(_SPELLINGS[one]), csv_link(query, separator=one)) for one in names
    ]
    if customers <= MOST_ROWS:
        link = query.link(WORKBOOK_ADDRESS, size=SIZES[0])
        links.append(FileLink(language.say("Excel workbook"), link))
    return links


def file_note(customers: int, language: Language) -> str:
    """Why a list cannot be taken along as a workbook; empty where it can."""
    if customers <= MOST_ROWS:
        return ""
    return language.say(
        "An Excel workbook holds {most} customers at most: take CSV, or narrow the list."
    ).format(most=language.count(MOST_ROWS))


def csv_link(query: ListQuery, *, separator: str) -> str:
    """The list as CSV, written in one way."""
    said = {**query.parameters(), "separator": separator}
    kept = {name: value for name, value in said.items() if name not in ("page", "size")}
    return f"{CSV_ADDRESS}?{urlencode(kept)}"
