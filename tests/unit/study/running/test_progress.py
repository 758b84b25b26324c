"""Steps of a study: one that lasts for each finished stage, and one for each finished task."""

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
