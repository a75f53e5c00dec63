"""How MLflow's clients and those of Databricks name customers and read a refusal: ``error_code`` and ``message``.

The words are those of ``mlflow.protos.databricks_pb2.ErrorCode``, each with the status MLflow gives it; the client raises
them as ``MlflowException`` or ``RestException``.
"""

from __future__ import annotations

from serving.access.problems import ProblemAnswer, Refusal
from serving.adapters.mlflow.tables import CUSTOMER, layout_of, records_of
from serving.adapters.terms import message_of, said_in
from serving.contract.score_messages import ROWS_WITHOUT_REASONS

_ERROR_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    409: "ABORTED",
    422: "INVALID_PARAMETER_VALUE",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_INVALID = 400


class MlflowTerms:
    """The terms of MLflow's scoring protocol."""

    media_type = "application/json"
    waits_a_second = 1

    def customers(self, path: str, body: bytes) -> list[object]:
        """The cells of the column ``customer_id``, in whichever layout."""
        said = said_in(body)
        try:
            layout = layout_of(said if isinstance(said, dict) else {})
            return [one.get(CUSTOMER) for one in records_of(layout, said[layout])]
        except Refusal:
            return []

    def rows(self, body: bytes) -> int:
        """Rows of a data frame are objects or lists within others; of bare columns each comma parts two cells."""
        objects, lists = body.count(b"{"), body.count(b"[")
        found = max(objects - 1, lists - 2)
        if b'"dataframe_' not in body:
            found = max(found, body.count(b",") // max(1, lists) + 1)
        return max(1, min(ROWS_WITHOUT_REASONS, found))

    def refusal(self, problem: ProblemAnswer) -> tuple[int, object]:
        """What MLflow raises: a question that cannot be answered has status 400 there."""
        status = problem["status"]
        code = _ERROR_CODES.get(status, _ERROR_CODES[_INVALID])
        said = {"error_code": code, "message": message_of(problem)}
        return (_INVALID if status == 422 else status), said


MLFLOW = MlflowTerms()
