"""Whose id an id is in the end, where one leads to another: the same person whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping


def ends_of(says: Mapping[str, str]) -> dict[str, str]:
    """For every id that is another person's, the id at the end of its chain.

    A circle has no end, so that the smallest of its ids stands for it, by the bytes of the text.

    >>> ends_of({"a": "b", "b": "c"}), ends_of({"y": "x", "x": "y"}), ends_of({"a": "a"})
    ({'a': 'c', 'b': 'c'}, {'y': 'x'}, {})
    """
    ends: dict[str, str] = {}
    for begin in says:
        way: dict[str, None] = {}
        one = begin
        while one in says and one not in ends and one not in way:
            way[one] = None
            one = says[one]
        if one in way:
            ids = list(way)
            # What stands before the circle leads into it.
            end = min(ids[ids.index(one) :])
        else:
            end = ends.get(one, one)
        ends.update(dict.fromkeys(way, end))
    return {one: end for one, end in ends.items() if one != end}
