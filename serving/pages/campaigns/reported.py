"""What is said above a campaign once its list has come back."""

from __future__ import annotations

from features.vocabulary.errors import RegularsError
from serving.campaigns.returned_list import ReportedOutcomes
from serving.pages.campaigns.campaign_view import Notice
from training.reasons.languages.language import Language


def reported_notice(found: ReportedOutcomes, language: Language) -> Notice:
    """What a list has brought."""
    count, say = language.count, language.say
    said = [
        say(
            "The list is in: {new} outcomes are new, {known} were known, {open} rows have none yet."
        ).format(new=count(found.new), known=count(found.known), open=count(found.open))
    ]
    if found.held_out:
        said.append(
            say(
                "{count} of the customers had been held out and were spoken to all the same."
            ).format(count=count(found.held_out))
        )
    if found.objections:
        said.append(
            say("{count} asked not to be contacted: they are withheld from now on.").format(
                count=count(found.objections)
            )
        )
    return Notice(" ".join(said))


def unread_notice(language: Language, refused: RegularsError | None = None) -> Notice:
    """That nothing of a list was kept, and why."""
    if refused is None:
        return Notice(language.say("Choose the list that went out, as CSV or Excel."), True)
    said = language.say("Nothing of the list was kept.")
    if refused.rows:
        rows = language.say("Rows at fault, counted below the heading: {rows}.")
        said = f"{said} {rows.format(rows=refused.rows)}"
    return Notice(
        said, True, f"Expected {refused.expected}; found {refused.found}. {refused.remedy}"
    )
