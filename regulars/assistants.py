"""Assistants: the service read by a language model."""

from __future__ import annotations

import os

import click

from features.vocabulary.errors import UsageRefused
from regulars.call import Call, verb
from regulars.narrator import Outcome

KEY_VARIABLE = "REGULARS_KEY"


@click.command()
@click.option(
    "--url", help="Where the service runs, instead of the host and the port of the settings."
)
@verb
def mcp(call: Call, url: str | None) -> Outcome:
    """Let an assistant read the running service by the Model Context Protocol."""
    key = os.environ.get(KEY_VARIABLE, "")
    if not key:
        raise UsageRefused(
            expected=f"a key with the scope `score` in {KEY_VARIABLE}",
            found="none",
            remedy="Make one with `regulars keys create assistant --scope score`.",
        )
    try:
        from regulars.assistant.server import assistant_server
    except ModuleNotFoundError as missing:
        raise UsageRefused(
            expected="the package mcp",
            found=f"no module named {missing.name}",
            remedy="Install it with `pip install 'regulars[mcp]'`.",
        ) from None
    from regulars.assistant.asking import over_http

    where = url or f"http://{call.settings.service.host}:{call.settings.service.port}"
    assistant_server(over_http(where, key)).run("stdio")
    return Outcome(said="The assistant has hung up", data={})
