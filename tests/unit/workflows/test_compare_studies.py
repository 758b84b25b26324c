import json

import pytest

from spinlens.errors import InputError
from spinlens.workflows.compare_studies import compare_studies


@pytest.fixture
def folders(tmp_path):
    for name, seed in (("one", 0), ("two", 1)):
        (tmp_path / name).mkdir()
        document = {"study": {"seed": seed}, "models": {}, "claims": []}
        (tmp_path / name / "results.json").write_text(json.dumps(document))
    return tmp_path / "one", tmp_path / "two"


def test_the_page_names_both_studies_with_their_seeds(folders, tmp_path):
    lines = compare_studies(*folders, tmp_path / "page.html")
    assert lines[0] == "all verdicts agree"
    assert "one (seed 0) and two (seed 1), side by side" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no JSON"), ("[]", "no results of a study"), (None, "cannot read")]
)
def test_what_is_no_study_is_refused_with_a_remedy(folders, tmp_path, text, said):
    file = folders[1] / "results.json"
    file.unlink() if text is None else file.write_text(text)
    with pytest.raises(InputError, match=f"{said}.*folder"):
        compare_studies(*folders, tmp_path / "page.html")


def test_the_command_refuses_pdfs_of_two_studies(folders, spinlens, capsys):
    assert spinlens("report", *folders, "--figures", "pdf") == 2
    assert "one study" in capsys.readouterr().err
