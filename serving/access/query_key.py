"""A key that came in the address, for the callers that can send it nowhere else."""

from __future__ import annotations

from urllib.parse import parse_qs

from serving.access.asgi import Scope
from serving.access.routes import Route


def take_query_key(route: Route, scope: Scope, headers: dict[str, str]) -> None:
    """Make of the key in an address the header it stands for, and forget the address's query for everybody behind.

    The query is emptied in the scope itself, which the web server's own log is written from: so the key is in no
    log, metric or trace, whether the call is let in or not. A key in a header counts before one in the query.
    """
    if not route.query_key:
        return
    query = scope.get("query_string", b"")
    scope["query_string"] = b""
    given = parse_qs(query.decode("latin-1")).get(route.query_key, [])
    if len(given) == 1 and not {"x-api-key", "authorization"} & headers.keys():
        headers["x-api-key"] = given[0]
