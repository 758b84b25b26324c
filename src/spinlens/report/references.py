"""References of a page from BibTeX: authors, title, where it appeared, with a link where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTRY = re.compile(r"@\w+\{([^,]+),(.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"(\w+) = \{(.*)\}")
_MOST = 4  # authors that are named


@dataclass(frozen=True)
class Reference:
    """An entry as a line of text; `link` is empty where none is known."""

    key: str
    text: str
    link: str


def references(bibtex: str) -> tuple[Reference, ...]:
    """The entries of a BibTeX text that has one field a line, as `spinlens.cite` gives it.

    >>> references("@article{A1,\\n  author = {Ising, Ernst},\\n  title = {Beitrag},\\n  year = {1925}\\n}")[0].text
    'E. Ising, Beitrag (1925)'
    """
    return tuple(_reference(key, dict(_FIELD.findall(fields))) for key, fields in _ENTRY.findall(bibtex))


def _reference(key: str, fields: dict[str, str]) -> Reference:
    where = " ".join(filter(None, (fields.get("journal") or fields.get("booktitle", ""), fields.get("volume", ""))))
    first = fields.get("pages", "").split("--")[0]
    parts = [_authors(fields.get("author", "")), fields.get("title", ""), where, first, fields.get("publisher", "")]
    text = ", ".join(filter(None, parts)) + (f" ({fields['year']})" if "year" in fields else "")
    eprint, doi = fields.get("eprint", ""), fields.get("doi", "")
    link = f"https://arxiv.org/abs/{eprint}" if eprint else f"https://doi.org/{doi}" if doi else ""
    return Reference(key, f"{text}, arXiv:{eprint}" if eprint else text, link)


def _authors(names: str) -> str:
    """Initials before family names."""
    every = [_initials(name.strip()) for name in names.split(" and ") if name.strip() not in ("", "others")]
    return ", ".join(every[:_MOST]) + (" et al." if len(every) > _MOST or "others" in names.split(" and ") else "")


def _initials(name: str) -> str:
    if name.startswith("{"):  # a name that is none of a person
        return name.strip("{}")
    family, _, given = name.partition(", ")
    return " ".join([*(f"{part[0]}." for part in re.split(r"[\s~]+", given) if part), family])
