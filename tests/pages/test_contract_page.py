"""The contract as a page: every operation and every field, and every link leads somewhere."""

from __future__ import annotations

from bs4 import BeautifulSoup

from tests.serving.calling import Service


def test_the_page_has_every_operation_and_field_and_no_link_leads_nowhere(
    service: Service,
) -> None:
    page = BeautifulSoup(service.browser().get("/v1/docs").text, "html.parser")
    described = service.caller("score").get("/v1/openapi.json").json()
    text = page.get_text(" ")
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text
    for name, schema in described["components"]["schemas"].items():
        section = page.find(id=name)
        assert section is not None
        for field in schema.get("properties", {}):
            assert field in section.get_text(" ")
    anchors = {str(one["id"]) for one in page.find_all(id=True)}
    links = {str(one["href"])[1:] for one in page.find_all("a") if str(one["href"]).startswith("#")}
    assert links <= anchors
    assert page.find("script") is None


def test_the_page_is_for_those_who_are_signed_in(service: Service) -> None:
    assert service.caller("score").get("/v1/docs").status_code == 403
