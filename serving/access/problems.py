"""Every refusal of the service in one envelope: a problem document as RFC 9457 describes it.

A problem never repeats what was sent: it points at the field and says what is wrong with it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, NotRequired

import orjson
from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # what pydantic can describe before Python 3.12

MEDIA_TYPE = "application/problem+json"
_CLOSED = ConfigDict(extra="forbid", allow_inf_nan=False)


@with_config(_CLOSED)
class FieldFaultAnswer(TypedDict):
    """What is wrong with one field."""

    pointer: Annotated[str, Field(description="A JSON pointer to the field.")]
    code: Annotated[str, Field(description="A stable word.")]
    message: Annotated[str, Field(description="A sentence.")]


@with_config(_CLOSED)
class ProblemAnswer(TypedDict):
    """Every refusal, as RFC 9457 describes it."""

    type: Annotated[str, Field(description="A URN that names the kind of problem.")]
    title: Annotated[str, Field(description="The kind of problem in a sentence.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    detail: Annotated[str, Field(description="What to do.")]
    code: Annotated[str, Field(description="The last part of the type.")]
    correlation_id: Annotated[str, Field(description="Names this call in the service's log.")]
    errors: NotRequired[
        Annotated[list[FieldFaultAnswer] | None, Field(description="The fields at fault.")]
    ]


@dataclass(frozen=True)
class ProblemKind:
    """One kind of refusal: its stable name, status, title and what the caller can do."""

    code: str
    status: int
    title: str
    detail: str
    come_again_seconds: Sequence[int] = ()
    """Where all are refused for a while each is told another of these times, lest they all come back at once."""


KINDS = {
    kind.code: kind
    for kind in (
        ProblemKind("invalid_json", 400, "The body is not JSON.", "Send one JSON object in UTF-8."),
        ProblemKind(
            "unauthorized",
            401,
            "A valid API key is needed.",
            "Send it as `Authorization: Bearer KEY` or `X-Api-Key: KEY`; make one with `regulars keys`.",
        ),
        ProblemKind(
            "signed_out", 401, "Please sign in.", "Open a sign-in link or enter a key at /sign-in."
        ),
        ProblemKind(
            "forbidden",
            403,
            "This key may not do that.",
            "Use a key with the scope this route needs.",
        ),
        ProblemKind(
            "not_permitted",
            403,
            "Your role does not open this page.",
            "Ask whoever runs the service if your work needs it.",
        ),
        ProblemKind(
            "no_account",
            403,
            "You are signed in without an account.",
            "Sign in by name and password, or by a link of `regulars users link`.",
        ),
        ProblemKind(
            "stale_form",
            403,
            "This form was drawn for another sign-in.",
            "Open the page again, then send the form once more.",
        ),
        ProblemKind(
            "cross_site",
            403,
            "The form was sent from another site.",
            "Send it from the service's own page.",
        ),
        ProblemKind("not_found", 404, "There is nothing here.", "Check the address."),
        ProblemKind(
            "method_not_allowed",
            405,
            "This address does not answer that method.",
            "Use a method named in the Allow header.",
        ),
        ProblemKind(
            "too_slow", 408, "The body did not arrive in time.", "Send it again in one go."
        ),
        ProblemKind(
            "replaced",
            410,
            "These scores have been replaced by newer ones.",
            "Open the churn list again.",
        ),
        ProblemKind(
            "body_too_large", 413, "The body is too large.", "Send at most 1 MB; split the rows."
        ),
        ProblemKind(
            "unsupported_media_type",
            415,
            "This kind of body is not understood.",
            "Send `Content-Type: application/json`.",
        ),
        ProblemKind(
            "invalid_request",
            422,
            "Some fields are not as they should be.",
            "Correct the fields named in `errors`.",
        ),
        ProblemKind(
            "list_too_long",
            422,
            "The list is too long for an Excel workbook.",
            "Take it as CSV, or narrow it to 100,000 customers.",
        ),
        ProblemKind(
            "no_past",
            409,
            "Other times cannot be told just now.",
            "The store holds other events than the scores were made from: run `regulars score`.",
        ),
        ProblemKind(
            "other_model",
            409,
            "Another version of the model is in use.",
            "Leave out `model_version`, or name the one /v1/version tells.",
        ),
        ProblemKind(
            "no_result",
            409,
            "There is no result of this job.",
            "Ask for the job's status; fetch the result once it is done and before it expires.",
        ),
        ProblemKind(
            "not_trained",
            409,
            "No model for this is in use.",
            "GET /v1/models lists what is trained and what is not.",
        ),
        ProblemKind(
            "repeat_under_way",
            409,
            "The first call with this Idempotency-Key is still under way.",
            "Wait a moment, then send it again.",
        ),
        ProblemKind(
            "repeat_differs",
            422,
            "This Idempotency-Key was used for another request.",
            "Use a new key for a new request.",
        ),
        ProblemKind(
            "head_too_large",
            431,
            "The head of the request is too large.",
            "Send at most 100 headers and 32 kB of them, the address included.",
        ),
        ProblemKind(
            "too_many_requests", 429, "Too many requests at once.", "Wait a moment, then try again."
        ),
        ProblemKind(
            "too_many_jobs",
            429,
            "Too many jobs of this key are waiting.",
            "Wait for one of them to end, or cancel one.",
        ),
        ProblemKind(
            "internal",
            500,
            "Something went wrong on our side.",
            "Try again; if it stays, report the correlation id.",
        ),
        ProblemKind(
            "not_ready",
            503,
            "The service has no model to answer with.",
            "Wait for it to be ready; /v1/version says what it lacks.",
        ),
        ProblemKind(
            "not_recorded",
            503,
            "Nothing can be recorded just now.",
            "No answer is given that is not on record: try again once there is room on the disk.",
            come_again_seconds=range(10, 91),
        ),
        ProblemKind(
            "ledger_damaged",
            503,
            "The service's database is damaged.",
            "Whoever runs the service: `regulars verify` says what is damaged; restore it from a backup.",
        ),
        ProblemKind(
            "closing",
            503,
            "The service is being stopped.",
            "Try again: another process, or the next start, will answer.",
        ),
        ProblemKind(
            "timeout", 504, "The answer took too long.", "Send fewer rows, then try again."
        ),
    )
}

_BY_STATUS = {
    400: "invalid_json",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "too_many_requests",
    431: "head_too_large",
    503: "not_ready",
    504: "timeout",
}


@dataclass(frozen=True)
class FieldFault:
    """What is wrong with one field: a JSON pointer to it, a stable code and a sentence."""

    pointer: str
    code: str
    message: str


@dataclass(frozen=True)
class Problem:
    """One refusal, ready to be sent."""

    kind: ProblemKind
    correlation_id: str
    detail: str = ""
    errors: Sequence[FieldFault] = ()

    def as_answer(self) -> ProblemAnswer:
        """The problem document."""
        document = ProblemAnswer(
            type=f"urn:regulars:problem:{self.kind.code}",
            title=self.kind.title,
            status=self.kind.status,
            detail=self.detail or self.kind.detail,
            code=self.kind.code,
            correlation_id=self.correlation_id,
        )
        if self.errors:
            document["errors"] = [
                FieldFaultAnswer(pointer=fault.pointer, code=fault.code, message=fault.message)
                for fault in self.errors
            ]
        return document

    def as_json(self) -> bytes:
        """The problem document as bytes."""
        return orjson.dumps(self.as_answer())


class Refusal(Exception):
    """Raised by a route to answer with a problem.

    ``come_again_seconds`` tells when to try again, where that is known better than by the kind alone.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        errors: Sequence[FieldFault] = (),
        *,
        come_again_seconds: int | None = None,
    ) -> None:
        super().__init__(code)
        self.kind = KINDS[code]
        self.detail = detail
        self.errors = tuple(errors)
        times = self.kind.come_again_seconds
        self.come_again_seconds = come_again_seconds or (random.choice(times) if times else None)


def kind_for_status(status: int) -> ProblemKind:
    """The kind that stands for a bare HTTP status, such as one BentoML answers with."""
    return KINDS[_BY_STATUS.get(status, "invalid_request" if status < 500 else "internal")]
