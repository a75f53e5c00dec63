"""The table of verbs: what it says of each is what the verb says, and nothing is read for a list."""

from __future__ import annotations

import inspect

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from regulars.main import VERBS, main


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_is_listed_by_its_own_name_and_sentence(name: str) -> None:
    verb = main.get_command(click.Context(main), name)
    assert verb is not None and verb.name == name
    _, sentence = VERBS[name]
    assert verb.help == sentence == inspect.getdoc(verb.callback)
    assert not verb.hidden and not verb.deprecated


def test_an_unknown_verb_is_refused_with_the_nearest_name() -> None:
    answer = CliRunner().invoke(main, ["chek"])
    assert answer.exit_code == 2 and "'check'" in answer.output
    assert main.get_command(click.Context(main), "chek") is None


@pytest.mark.parametrize(
    ("words", "begun", "completed"),
    [
        ([], "tra", ["train"]),
        ([], "re", ["recommend", "replay", "restore"]),
        (["train"], "s", ["segments"]),
        (["train"], "--re", ["--refit"]),
        (["promote", "--model"], "o", ["offers"]),
        (["keys"], "", ["create", "list", "revoke"]),
        (["vectors"], "d", ["describe"]),
    ],
)
def test_a_shell_completes_verbs_options_and_models(
    words: list[str], begun: str, completed: list[str]
) -> None:
    shell = ShellComplete(main, {}, "regulars", "_REGULARS_COMPLETE")
    assert [item.value for item in shell.get_completions(words, begun)] == completed
