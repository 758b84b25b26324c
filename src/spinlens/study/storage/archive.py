"""A study as one file: the same study gives the same bytes, and a file from a stranger can be unpacked without harm.

A ZIP archive without compression, entries sorted, dates fixed, with SHA256SUMS over all entries. What comes in must
have the names of a study, fit into the size of the archive, and match its sums; artefacts are checked once more
whenever they are read. The report is HTML and may hold anything: it is packed, but of a stranger's archive it is left
out and drawn anew from the numbers.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from spinlens.errors import ArtefactError, StudyError
from spinlens.files.atomic import PARTIAL, destination, refusals, replacing, sync_folder
from spinlens.files.regular import open_regular, read_regular
from spinlens.study.storage.catalogue import FILENAME as CATALOGUE
from spinlens.study.storage.codec import SUFFIXES
from spinlens.study.storage.inspection import Inspection
from spinlens.study.storage.refusals import named_errors
from spinlens.study.storage.store import FILE_NAME, MARKER, Artefact, StudyFolder

SUMS = "SHA256SUMS"
REPORT = "report.html"
_TOP = (MARKER, CATALOGUE, "study.toml", "results.json", "provenance.json", REPORT)
_STAGE = re.compile(r"[\w,=+-][\w.,=+-]*")
_DATE = (1980, 1, 1, 0, 0, 0)
_MAX_SUMS = 64 * 2**20


def export(folder: StudyFolder, keys: Mapping[str, str], state: Inspection, target: Path) -> int:
    """Pack the sound results of a study with its report into the ZIP archive `target`; returns the number of files.

    Left-overs, files set aside and locks stay out. Each artefact is checked while it is packed; a damaged one raises
    `ArtefactError` and nothing is written. Nothing is locked: what is read is written once, or in one step, and the
    folder may be read-only.
    """
    contents = _contents(folder, keys, state)
    with refusals(target), replacing(destination(target)) as stream:
        return len(_pack(stream, sorted(contents, key=lambda item: item[0])))


def _contents(folder: StudyFolder, keys: Mapping[str, str], state: Inspection) -> Iterator[tuple[str, Artefact | Path]]:
    """Names in the archive, with what is to be read for each."""
    for name in _TOP:
        if (folder.path / name).is_file() and not (folder.path / name).is_symlink():
            yield name, folder.path / name
    for name, path in state.done.items():
        yield path.relative_to(folder.path).as_posix(), Artefact(str(path), keys[name])


def _pack(stream: BinaryIO, contents: list[tuple[str, Artefact | Path]]) -> list[str]:
    sums: list[str] = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, source in contents:
            data = source.data() if isinstance(source, Artefact) else read_regular(source)
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            archive.writestr(_entry(name), data)
        archive.writestr(_entry(SUMS), "".join(sums).encode())
    return sums


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system, entry.external_attr = 3, 0o644 << 16
    return entry


def unpack(source: Path, folder: Path) -> tuple[int, bool]:
    """Unpack an archive made by `export` into a new folder; returns files written and whether a report was left out.

    Raises
    ------
    StudyError : the folder exists already.
    ArtefactError : the file is no such archive, or damaged: other names than those of a study, links, compressed or
        overlapping entries, sums that do not match. Nothing is left behind.
    """
    if os.path.lexists(folder):
        raise StudyError(f"{folder} exists; choose another --out")
    try:
        with open_regular(source) as stream, zipfile.ZipFile(stream) as archive:
            entries = _checked(source, archive)
            count = _unpack_into(folder, archive, entries, source)
    except OSError as error:
        raise ArtefactError(f"cannot read {source}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError) as error:
        raise ArtefactError(f"{source} is no archive of a study: {str(error)[:200]}") from None
    return count, REPORT in entries


def _unpack_into(folder: Path, archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], source: Path) -> int:
    """All entries, in a folder of another name until they are sound."""
    sums = _sums(archive, entries, source)
    with named_errors(folder.parent):
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.absolute().with_name(f".{secrets.token_hex(8)}{PARTIAL}")
        temporary.mkdir()
        try:
            count = _unpack_entries(archive, entries, sums, temporary, source)
            _require_study(temporary, source)
            os.replace(temporary, folder)
            sync_folder(folder.absolute().parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return count


def _require_study(unpacked: Path, source: Path) -> None:
    """Raise `ArtefactError` where what lay in the archive is no study that this version reads."""
    try:
        StudyFolder(unpacked).require()
    except StudyError as error:
        said = str(error).replace(str(unpacked), "its folder").partition("; ")[0]
        raise ArtefactError(f"{source} holds no study that can be used: {said}") from None


def _checked(source: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Entries by name; all must be plain, uncompressed, together no larger than the file, and named as in a study."""
    entries: dict[str, zipfile.ZipInfo] = {}
    room = source.stat().st_size
    for entry in archive.infolist():
        kind = stat.S_IFMT(entry.external_attr >> 16)
        room -= max(entry.file_size, entry.compress_size)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 0x1 or kind not in (0, stat.S_IFREG):
            raise ArtefactError(f"{source} holds {entry.filename[:80]!r}, which is not a plain stored file")
        if not _named_as_in_a_study(entry.filename) or entry.filename in entries:
            raise ArtefactError(f"{source} holds {entry.filename[:80]!r}, which is no file of a study")
        if room < 0:
            raise ArtefactError(f"{source} claims to hold more than its own {source.stat().st_size} bytes")
        entries[entry.filename] = entry
    if MARKER not in entries or SUMS not in entries:
        raise ArtefactError(f"{source} is no archive of a study; make one with: spinlens study export DIR")
    return entries


def _named_as_in_a_study(name: str) -> bool:
    if name in (*_TOP, SUMS):
        return True
    parts = name.split("/")
    if len(parts) != 3 or parts[0] != "artefacts" or not _STAGE.fullmatch(parts[1]):
        return False
    match = FILE_NAME.fullmatch(parts[2])
    return match is not None and _STAGE.fullmatch(parts[2]) is not None and match["suffix"] in SUFFIXES


def _sums(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], source: Path) -> dict[str, str]:
    if entries[SUMS].file_size > _MAX_SUMS:
        raise ArtefactError(f"{source} has a {SUMS} of {entries[SUMS].file_size} bytes")
    lines = archive.read(entries[SUMS]).decode("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    if set(sums) != set(entries) - {SUMS}:
        raise ArtefactError(f"{source} is damaged: its files are not those that {SUMS} names")
    return sums


def _unpack_entries(
    archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], sums: dict[str, str], folder: Path, source: Path
) -> int:
    count = 0
    for name, digest in sums.items():
        data = archive.read(entries[name])
        if hashlib.sha256(data).hexdigest() != digest:
            raise ArtefactError(f"{source} is damaged: {name} does not match {SUMS}")
        if name == REPORT:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)  # nobody knows this folder yet
        count += 1
    if hasattr(os, "sync"):
        os.sync()  # all at once: a sync of each of 100,000 files takes half a minute
    return count
