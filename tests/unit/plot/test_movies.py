"""Movies: a frame a record, whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from PIL import Image

from spinlens import block_spin_flow
from spinlens.errors import InputError, StudyError
from spinlens.plot.movies import movie

FLOW = block_spin_flow(np.where(np.random.default_rng(0).random((4, 16, 16)) < 0.5, 1, -1), steps=2)


def test_a_gif_has_a_frame_a_record_and_rests_at_both_ends(tmp_path: Path) -> None:
    path = movie(FLOW, tmp_path / "blocks.gif", samples=4, frames_per_second=5, width=1.6)
    assert list(tmp_path.iterdir()) == [path]
    with Image.open(path) as shown:
        assert shown.size[0] == 192
        durations = []
        for k in range(shown.n_frames):
            shown.seek(k)
            durations.append(shown.info["duration"])
    assert sum(durations) == 200 * (4 + 1 + 4)
    assert len(durations) == 3  # equal frames are joined


def test_no_frame_shows_through_the_next(tmp_path: Path) -> None:
    path = movie(FLOW, tmp_path / "blocks.gif", title=lambda step: "WWWWWWWW" if step == 0 else "i")
    with Image.open(path) as shown:
        dark = []
        for k in (0, shown.n_frames - 1):
            shown.seek(k)
            dark.append(int(np.sum(np.asarray(shown.convert("L"))[:30] < 100)))
    assert 0 < dark[1] < dark[0] / 5


def test_ffmpeg_that_is_missing_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FFMpegWriter, "isAvailable", lambda: False)
    with pytest.raises(InputError, match=r"needs the program ffmpeg.*or write flow\.gif"):
        movie(FLOW, tmp_path / "flow.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("trajectory", "name", "samples", "words"),
    [
        (FLOW, "flow.avi", 1, "must be one of .gif, .mp4"),
        (FLOW, "flow.gif", 5, "the flow has 4"),
        (FLOW.states[0], "flow.gif", 1, "shows a Trajectory"),
        (block_spin_flow(np.ones((2, 16)), steps=1), "flow.gif", 1, "square lattices"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    trajectory: object, name: str, samples: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        movie(trajectory, tmp_path / name, samples=samples)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"cannot write .*nowhere"):
        movie(FLOW, tmp_path / "nowhere" / "flow.gif")
