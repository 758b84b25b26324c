"""Progress in a pipe and on a terminal."""

from io import StringIO

from spinlens.study.running.progress import Bars, Progress, Quiet


def walk(progress):
    with progress:
        progress.begin({"sample": 2, "report": 1}, {"sample": 1})
        progress.start("sample")
        progress.advance("sample")
        progress.say("a file was damaged [not markup]")
        progress.start("report")
        progress.advance("report")


def test_lines():
    stream = StringIO()
    walk(Progress(stream))
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("[1/2] sample    2 tasks  0.0 s, 1 from before")
    assert lines[1] == "a file was damaged [not markup]"
    assert lines[2].startswith("[2/2] report     1 task  0.0 s")


def test_finished_stages_are_said_at_once():
    stream = StringIO()
    Progress(stream).begin({"sample": 2}, {"sample": 2})
    assert stream.getvalue() == "[1/1] sample    2 tasks  from before\n"


def test_bars_say_messages_as_they_are(capsys):
    walk(Bars())
    assert "[not markup]" in capsys.readouterr().err


def test_quiet_is_quiet(capsys):
    walk(Quiet())
    assert capsys.readouterr() == ("", "")
