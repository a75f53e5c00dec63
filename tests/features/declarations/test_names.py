from __future__ import annotations

from features.declarations.names import slugs


def test_texts_that_look_alike_become_different_parts_of_names() -> None:
    assert list(slugs(["Web", "WEB", "web_2"]).values()) == ["web", "web_2", "web_2_2"]
