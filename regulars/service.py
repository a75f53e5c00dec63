"""The service: built and run."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from features.company.settings.limits import MOST_WORKERS
from regulars.call import Call, now_seconds, verb
from regulars.narrator import Outcome


@click.command()
@verb
def build(call: Call) -> Outcome:
    """Build a Bento that serves the models in use by itself, without any customer."""
    from serving.process.bento import build as build_bento
    from serving.process.bento import stage

    with tempfile.TemporaryDirectory() as folder:
        digest = stage(call.settings, call.workspace, Path(folder))
        tag = build_bento(Path(folder), digest)
    return Outcome(
        said=f"Built {tag}", next=f"`bentoml serve {tag}`", data={"tag": tag, "digest": digest}
    )


@click.command()
@click.option("--host", help="The address to listen on, instead of what the settings say.")
@click.option("--port", type=int, help="The port to listen on, instead of what the settings say.")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    help="How many processes answer, instead of what the settings say.",
)
@verb
def serve(call: Call, host: str | None, port: int | None, workers: int | None) -> Outcome:
    """Serve the scoring API and the churn list."""
    return serve_company(call, host, port, workers)


def serve_company(
    call: Call,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    key: str = "",
) -> Outcome:
    """Serve until it is stopped; a key that was just made is shown with a line to try it."""
    from serving.access.open_doors import refuse_open_doors
    from serving.ledger.administration import adopt_first_key, create_ticket
    from serving.process.launch import Started
    from serving.process.launch import serve as serve_workspace

    adopt_first_key(call.workspace, os.environ, at=now_seconds())
    refuse_open_doors(call.workspace)

    def tell(started: Started) -> None:
        ticket = create_ticket(call.workspace, at=now_seconds())
        address = call.settings.service.public_address or started.url
        page = f"{address}/sign-in?ticket={ticket}"
        ready = "" if started.is_ready else ", but not ready: see the log above"
        outcome = Outcome(
            said=f"Serving{ready}",
            next="Ctrl-C stops it",
            data={"url": started.url, "churn_list": page, "ready": started.is_ready},
            lines=("", f"  Churn list   {page}", *_curl(started.url, key, call), ""),
        )
        call.narrator.tell("serve", outcome, started.seconds)

    service = call.settings.service
    code = serve_workspace(
        call.settings_path,
        host=host or service.host,
        port=port or service.port,
        workers=workers or service.workers,
        on_ready=tell,
    )
    return Outcome("The service has stopped", exit_code=code)


def _curl(url: str, key: str, call: Call) -> tuple[str, ...]:
    """A line that can be pasted into a shell, where a key was just made for it."""
    if not key:
        return ()
    from serving.snapshot.reading import open_snapshot

    snapshot = open_snapshot(call.workspace)
    customer = snapshot.customer_ids[int(snapshot.ranking.customer_keys[0])]
    body = f'{{"rows": [{{"customer_id": "{customer}"}}]}}'
    return (
        f"  API key      {key}",
        f"  A score      curl -s {url}/v1/score -H 'Authorization: Bearer {key}' "
        f"-H 'Content-Type: application/json' -d '{body}'",
    )
