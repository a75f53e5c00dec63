"""An answer is there whole, or it is asked for again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.trials.answers import AnswerFiles, TimedAnswer


def test_an_answer_is_read_as_it_was_written_and_a_cut_one_is_none(tmp_path: Path) -> None:
    files = AnswerFiles(tmp_path / "answers")
    assert files.read("2026-01-01", "recency rule") is None
    files.write(
        "2026-01-01",
        "recency rule",
        TimedAnswer(np.array([0.25, 0.5]), 1.5, {"Silence": 0.75, "Größe": 0.25}),
    )
    found = files.read("2026-01-01", "recency rule")
    assert found is not None and found.cpu_seconds == 1.5
    assert found.probability.tolist() == [0.25, 0.5]
    assert found.reasons == {"Silence": 0.75, "Größe": 0.25}
    assert files.read("2026-01-01", "frequency rule") is None
    [place] = files.folder.iterdir()
    place.write_bytes(place.read_bytes()[:-30])
    assert files.read("2026-01-01", "recency rule") is None
