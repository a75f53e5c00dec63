"""FastAPI alone, doing nothing: the floor."""

from fastapi import FastAPI, Request

web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@web.post("/nothing")
async def nothing(request: Request) -> dict[str, str]:
    """Read the body and answer."""
    await request.body()
    return {"status": "ok"}
