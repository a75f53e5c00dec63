"""The trials of the reasons as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.ladder.tables import markdown

_SAID = {True: "yes", False: "**no**", None: "–"}


def trust_markdown(trust: Mapping[str, Any]) -> str:
    """Every figure beside its bar, as a Markdown table."""
    return markdown(
        ["can the reasons be trusted?", "measured", "should be", "reached"],
        [[one["name"], one["figure"], one["bar"], _SAID[one["passed"]]] for one in trust["bars"]],
    )


def shares_markdown(trust: Mapping[str, Any]) -> str:
    """How much of all that is explained each reason group explains, as a Markdown table."""
    shares = trust["shares"].items()
    return markdown(
        ["reason", "part of what is explained"],
        [[title, f"{share:.0%}"] for title, share in shares if share > 0],
    )


def trust_sentences(trust: Mapping[str, Any]) -> str:
    """What to know of the reasons, in sentences: on whom they were tried, and what was missed."""
    missed = [one["name"] for one in trust["bars"] if one["passed"] is False]
    said = (
        f"Tried on {trust['customers']:,} customers, of whom the {trust['listed']:,} at most risk stand "
        f"for a list. {trust['specific']:.0%} of these have other main reasons than the list as a whole."
    )
    if trust["leak"]:
        said += (
            f" **{trust['leak']} explains {trust['shares'][trust['leak']]:.0%} of everything: check that "
            "nothing in it is known only after a customer has left.**"
        )
    if trust["contradicted"]:
        named = ", ".join(f"{name} ({count})" for name, count in trust["contradicted"].items())
        said += f" Withheld, because the facts say the opposite: {named}."
    return said + (f" Missed: {'; '.join(missed)}." if missed else " Every bar was reached.")
