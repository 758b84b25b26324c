"""References from the BibTeX of the one bibliography."""

from __future__ import annotations

from spinlens.report.references import references
from spinlens.workflows.citing import bibliography, cite


def test_the_paper_under_study_is_a_line_with_a_link() -> None:
    paper = references(cite())[1]
    assert paper.key == "DeMelloKoch2020"
    assert paper.text == (
        "E. de Mello Koch, A. de Mello Koch, N. Kastanos, L. Cheng, Short sighted deep learning, Phys. Rev. E 102, "
        "013307 "
        "(2020), arXiv:2002.02664"
    )
    assert paper.link == "https://arxiv.org/abs/2002.02664"


def test_every_entry_of_the_bibliography_can_be_read() -> None:
    entries = bibliography()
    found = references("\n\n".join(entries.values()))
    assert [entry.key for entry in found] == list(entries)
    assert references(cite())[0].text.startswith(
        "The spinlens developers, spinlens: machines that learn from lattice data"
    )
    assert not [entry for entry in found if "{" in entry.text or "}" in entry.text]
