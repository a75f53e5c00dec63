"""BentoML with a mounted application that does nothing, set as our service is: what the stack itself costs."""

import os
from typing import Any

import bentoml
from _bentoml_sdk import Service
from fastapi import FastAPI, Request

web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@web.post("/nothing")
async def nothing(request: Request) -> dict[str, str]:
    """Read the body and answer."""
    await request.body()
    return {"status": "ok"}


class Direct(Service[Any]):  # type: ignore[misc]  # BentoML ships no types for it
    """A service whose own application is reached without the way through BentoML's layers, as in ours."""

    def to_asgi(self, is_main: bool = True) -> Any:
        """The mounted application first; the start and the end of the process are BentoML's."""
        others = super().to_asgi(is_main=is_main)

        async def application(scope: Any, receive: Any, send: Any) -> None:
            is_ours = scope["type"] == "http" and scope["path"] == "/nothing"
            await (web if is_ours else others)(scope, receive, send)

        return application


@bentoml.service(
    name="bare",
    service_class=Direct if "REGULARS_BENCH_DIRECT" in os.environ else Service,
    workers=1,
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    traffic={"timeout": 60},
)
@bentoml.asgi_app(web, path="/")
class Bare:
    """Nothing but the stack."""
