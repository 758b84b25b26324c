"""Steps of a study: one that lasts for each finished stage, and one for each finished task."""

from spinlens.study.running import progress as module
from spinlens.study.running.progress import StageProgress


def test_a_finished_stage_lasts():
    steps = []
    progress = StageProgress(steps.append, {"sample": 2, "report": 1}, {"sample": 1})
    assert [(step.part, step.share, step.lasting) for step in steps] == [
        ("sample", 0.5, False),
        ("report", 0.0, False),
    ]
    steps.clear()
    progress.start("sample")
    progress.advance("sample")
    progress.say("a file was damaged")
    progress.start("report")
    progress.advance("report")
    assert [(step.part, step.share, step.lasting) for step in steps] == [
        ("sample", 1.0, True),
        ("", None, True),
        ("report", 1.0, True),
    ]
    texts = [step.text for step in steps]
    assert texts[0].startswith("[1/2] sample    2 tasks  0")
    assert texts[0].endswith(" s, 1 from before")
    assert texts[1] == "a file was damaged"
    assert texts[2].startswith("[2/2] report     1 task  0")


def test_stages_from_before_are_said_at_once():
    steps = []
    StageProgress(steps.append, {"sample": 2}, {"sample": 2})
    assert [step.text for step in steps] == ["[1/1] sample    2 tasks  from before"]


def test_the_time_left_follows_from_what_tasks_cost(monkeypatch):
    now, steps = [100.0], []
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    progress = StageProgress(steps.append, {"sample": 3, "learn": 2}, {"sample": 1}, cost=8.0)
    for stage, cost in (("sample", 1.0), ("sample", 1.0), ("learn", 3.0), ("learn", 3.0)):
        progress.start(stage)
        now[0] += 10.0 * cost
        progress.advance(stage, cost)
    whole = [step for step in steps if step.part == "all"]
    assert [step.left for step in whole] == [70.0, 60.0, 30.0, None]
    assert [step.share for step in whole] == [0.4, 0.6, 0.8, 1.0]
    assert str(whole[0]) == "all     2 of 5 tasks, 70 s left"
