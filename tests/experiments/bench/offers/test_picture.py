"""What is drawn of what offers earn: a line and a band a way, the one that ships last."""

from __future__ import annotations

import io

import numpy as np
from matplotlib import image

from experiments.bench.offers.picture import earnings_plot

DRAWS = {
    "by lot": [{0.05: -0.2, 0.5: -0.9}, {0.5: -0.7, 0.05: -0.1}],
    "the pair": [{0.05: 0.6, 0.5: 0.4}, {0.05: 0.5, 0.5: 0.3}],
}


def drawn(ways: dict[str, list[dict[float, float]]]) -> np.ndarray:
    found: np.ndarray = image.imread(io.BytesIO(earnings_plot(ways, "What offers earn")))
    return found


def ink(picture: np.ndarray, colour: str) -> int:
    """How many points are of a colour, as it was mixed."""
    wanted = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return int((np.abs(picture[:, :, :3] - wanted).max(axis=2) < 0.01).sum())


def test_what_ships_is_drawn_in_its_colour_and_the_others_in_theirs() -> None:
    found = drawn(DRAWS)
    assert ink(found, "#1f4e79") > 200 and ink(found, "#c8702a") > 200
    alone = drawn({"the pair": DRAWS["the pair"]})
    assert ink(alone, "#1f4e79") > 200 and ink(alone, "#c8702a") == 0


def test_draws_that_differ_more_have_a_wider_band() -> None:
    far = [{0.05: 0.9, 0.5: 0.7}, {0.05: 0.2, 0.5: 0.0}]
    near, wide = drawn(DRAWS), drawn({**DRAWS, "the pair": far})

    def tinted(picture: np.ndarray) -> int:
        # Blue laid thinly upon white.
        red, blue = picture[:, :, 0], picture[:, :, 2]
        return int(((blue - red > 0.03) & (red > 0.8)).sum())

    assert tinted(wide) > 1.5 * tinted(near)


def test_the_same_draws_make_the_same_picture() -> None:
    assert earnings_plot(DRAWS, "one") == earnings_plot(DRAWS, "one")
    assert earnings_plot(DRAWS, "one") != earnings_plot(
        {**DRAWS, "by lot": DRAWS["the pair"]}, "one"
    )
