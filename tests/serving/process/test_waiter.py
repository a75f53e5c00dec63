"""Whether anybody still waits for an answer."""

from __future__ import annotations

import threading

import pytest

from serving.process.waiter import CallerGone, Waiter, look_up, waited_for


def test_work_goes_on_until_its_waiter_leaves() -> None:
    waiter = Waiter()
    with waited_for(waiter):
        look_up()
        waiter.leave()
        with pytest.raises(CallerGone):
            look_up()
    # What nobody in particular waits for goes on.
    look_up()


def test_whoever_leaves_ends_the_work_for_himself_alone() -> None:
    gone, stays = Waiter(), Waiter()
    gone.leave()
    found: list[str] = []

    def work(waiter: Waiter) -> None:
        with waited_for(waiter):
            try:
                look_up()
                found.append("went on")
            except CallerGone:
                found.append("ended")

    for waiter in (gone, stays):
        thread = threading.Thread(target=work, args=(waiter,))
        thread.start()
        thread.join()
    assert found == ["ended", "went on"]
