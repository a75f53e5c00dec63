"""The tools as a server of the Model Context Protocol, over standard input and output."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from regulars.assistant.asking import Ask, ServiceRefused
from regulars.assistant.tools import Tools

_INSTRUCTIONS = (
    "Regulars says which customers are about to leave, why, and what is best to do. Everything here is read-only. "
    "Amounts are in cents. A probability is about many customers alike, not a fact about one; reasons explain the model, "
    "not the cause. Where `status` is no_consent or unknown_id, say so and nothing else of that customer."
)
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def assistant_server(ask: Ask) -> MCPServer:
    """A server whose tools ask the service by ``ask``."""
    server: MCPServer = MCPServer(
        "regulars", instructions=_INSTRUCTIONS, version=version("regulars"), log_level="ERROR"
    )
    for tool in Tools(ask).all:
        server.tool(annotations=_READS)(_answering(tool))
    return server


def _answering(tool: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A tool whose refusals reach the assistant in their own words."""

    @wraps(tool)
    def call(*args: Any, **named: Any) -> dict[str, Any]:
        try:
            return tool(*args, **named)
        except (ServiceRefused, ValueError) as refused:
            raise ToolError(str(refused)) from None

    return call
