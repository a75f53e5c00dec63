"""What may be proposed to customers: offers."""

from __future__ import annotations

from typing import NoReturn

from fastapi import APIRouter, Request

from serving.contract.answering import PROBLEMS, desk_of, required
from serving.contract.proposal_messages import ProposalRequest
from serving.contract.quick_route import QuickRoute
from serving.problems import Refusal

router = APIRouter(prefix="/v1", route_class=QuickRoute)


@router.post("/offers", responses=PROBLEMS)
def offers(request: Request, question: ProposalRequest) -> None:
    """The next best offer for customers; says so where no such model is trained."""
    _refuse_untrained(request)


def _refuse_untrained(request: Request) -> NoReturn:
    required(desk_of(request))
    raise Refusal("not_trained")
