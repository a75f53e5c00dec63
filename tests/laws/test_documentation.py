"""The documentation says what is there, and nothing that is not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from regulars.main import main

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([PROJECT / "README.md", PROJECT / "CHANGELOG.md", *PROJECT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", sorted(PROJECT.glob("docs/*.md")), ids=lambda page: page.name)
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    assert f"docs/{page.name}" in (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_that_is_shown_is_python(page: Path) -> None:
    for block in re.findall(r"(?ms)^```python\n(.*?)^```", page.read_text(encoding="utf-8")):
        ast.parse(block)


def test_what_calls_the_night_calls_a_verb_that_is_there() -> None:
    page = (PROJECT / "docs" / "operating.md").read_text(encoding="utf-8")
    called = re.findall(r"\.venv/bin/regulars (\w+) (--\w+)", page)
    assert called == [("nightly", "--json")] * 3
    nightly = main.get_command(click.Context(main), "nightly")
    assert nightly is not None
    assert "--json" in {name for one in nightly.params for name in one.opts}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_bench_that_is_named_can_be_run(page: Path) -> None:
    named = set(re.findall(r"make bench-([a-z_.]*[a-z_])", page.read_text(encoding="utf-8")))
    places = {name: PROJECT / "experiments" / "bench" / name.replace(".", "/") for name in named}
    missing = [
        name
        for name, place in places.items()
        if not (place / "__main__.py").exists() and not place.with_suffix(".py").exists()
    ]
    assert missing == []


def every_verb(
    group: click.Group = main, path: str = "regulars"
) -> list[tuple[str, click.Command]]:
    """Each verb of the command line with its full name, subcommands too."""
    context = click.Context(group)
    verbs: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        verbs.append((f"{path} {name}", command))
        if isinstance(command, click.Group):
            verbs += every_verb(command, f"{path} {name}")
    return verbs


@pytest.mark.parametrize(("name", "command"), every_verb(), ids=lambda one: str(one))
def test_every_verb_and_its_options_stand_in_the_documentation(
    name: str, command: click.Command
) -> None:
    page = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"`{name}" in page
    section = page[page.index(f"`{name}") :]
    common = {"--settings", "--json", "--help"}
    options = {one.opts[-1] for one in command.params if isinstance(one, click.Option)} - common
    assert [option for option in sorted(options) if f"`{option}" not in section] == []


def test_every_verb_says_in_one_sentence_what_it_does() -> None:
    silent = [name for name, command in every_verb() if not (command.help or "").strip()]
    assert silent == []


def test_the_readme_names_only_verbs_that_exist() -> None:
    known = {name.split()[1] for name, _ in every_verb()}
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)(?:^|`)regulars ([a-z]+)", text))
    assert named <= known
    assert known <= named | set(
        re.findall(r"`regulars ([a-z]+)", (PROJECT / "docs/commands.md").read_text())
    )
