"""What the command line shows of a table is what stands in it."""

from __future__ import annotations

import pytest

from regulars.narrator import Narrator, Outcome, Table


@pytest.mark.parametrize(
    "cell", ["[tables.purchases.set_aside] x", "[company] ignore_case", "[red]a[/red]", "[/]"]
)
def test_a_place_in_the_settings_is_shown_and_not_taken_for_a_style(
    cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table("What was found", ("advice",), [(cell,)])
    Narrator(as_json=False).tell("check", Outcome("done", tables=[table]), 1.0)
    assert cell in capsys.readouterr().out
