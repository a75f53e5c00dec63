"""A page is one documented dataclass: the template sees it and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta, nodes

from serving.access.problems import KINDS, Problem
from serving.pages import pages
from serving.pages.account.contexts import AccountPage, SignInPage
from serving.pages.campaigns.campaign_contexts import CampaignPage, CampaignsPage
from serving.pages.campaigns.contexts import PlanPage
from serving.pages.contexts import (
    ChurnListPage,
    ContractPage,
    MonitoringPage,
    ProblemPage,
)
from serving.pages.customer.contexts import CustomerPage, FindPage
from serving.pages.figures import unbroken
from serving.pages.quality.contexts import QualityPage
from serving.pages.segments.contexts import SegmentsPage

TEMPLATES = Path(pages.__file__).parent / "templates"
DRAWN_FROM = {
    "account.html": AccountPage,
    "campaign.html": CampaignPage,
    "campaigns.html": CampaignsPage,
    "churn.html": ChurnListPage,
    "contract.html": ContractPage,
    "customer.html": CustomerPage,
    "find.html": FindPage,
    "monitoring.html": MonitoringPage,
    "quality.html": QualityPage,
    "plan.html": PlanPage,
    "segments.html": SegmentsPage,
    "sign_in.html": SignInPage,
    "problem.html": ProblemPage,
}


@pytest.mark.parametrize("page", DRAWN_FROM.values(), ids=lambda page: page.__name__)
def test_every_field_has_its_sentence(page: type) -> None:
    for field in fields(page):
        assert field.metadata["help"].endswith("."), field.name


@pytest.mark.parametrize("name", sorted(DRAWN_FROM))
def test_a_template_reads_its_own_page_alone(name: str) -> None:
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"])
    environment.filters["unbroken"] = unbroken
    tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
    imported = {one for each in tree.find_all(nodes.FromImport) for one in each.names}
    assert meta.find_undeclared_variables(tree) - imported <= {
        "page",
        "static",
        "visitor",
        "_",
    }
    read = {
        one.attr
        for one in tree.find_all(nodes.Getattr)
        if isinstance(one.node, nodes.Name) and one.node.name == "page"
    }
    assert read <= {field.name for field in fields(DRAWN_FROM[name])}


@pytest.mark.parametrize("name", sorted(one.name for one in TEMPLATES.iterdir()))
def test_every_form_that_is_posted_names_the_browser_it_is_drawn_for(name: str) -> None:
    template = (TEMPLATES / name).read_text(encoding="utf-8")
    for form in re.findall(r'<form[^>]*method="post".*?</form>', template, flags=re.S):
        assert form.count('<input type="hidden" name="form_token" value="{{') == 1, form


def test_every_template_is_drawn() -> None:
    present = {one.name for one in TEMPLATES.iterdir()}
    assert present == {*DRAWN_FROM, "base.html", "_parts.html"}


def test_nobody_waits_for_a_template_once_all_were_rehearsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawing = pages.Pages()
    drawing.rehearse()
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert "404" in drawing.error_page(Problem(KINDS["not_found"], "c")).decode()
