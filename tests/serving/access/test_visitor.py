"""A page knows for whom it is drawn, and the next one does not take them for somebody else."""

from __future__ import annotations

import threading

from serving.access.visitor import PageVisitor, current_visitor, drawn_for

ANNA = PageVisitor("Anna", True, frozenset({"own", "company"}), "token")


def test_inside_the_block_it_is_the_visitor_and_outside_nobody() -> None:
    assert current_visitor() == PageVisitor()
    with drawn_for(ANNA):
        assert current_visitor() is ANNA
        with drawn_for(PageVisitor("Bert")):
            assert current_visitor().display_name == "Bert"
        assert current_visitor() is ANNA
    assert current_visitor() == PageVisitor()


def test_another_thread_draws_for_its_own_visitor() -> None:
    found: list[PageVisitor] = []
    with drawn_for(ANNA):
        thread = threading.Thread(target=lambda: found.append(current_visitor()))
        thread.start()
        thread.join()
    assert found == [PageVisitor()]


def test_a_visitor_may_what_the_role_permits_and_nobody_may_anything() -> None:
    assert ANNA.may("company") and not ANNA.may("customers")
    assert not PageVisitor().may("own")
