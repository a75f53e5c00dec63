"""BentoML with a mounted application that does nothing, set as our service is: what the stack itself costs."""

import bentoml
from fastapi import FastAPI, Request

web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@web.post("/nothing")
async def nothing(request: Request) -> dict[str, str]:
    """Read the body and answer."""
    await request.body()
    return {"status": "ok"}


@bentoml.service(
    name="bare",
    workers=1,
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    traffic={"timeout": 60},
)
@bentoml.asgi_app(web, path="/")
class Bare:
    """Nothing but the stack."""
