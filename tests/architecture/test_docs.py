"""Documents name things that exist."""

import re
from enum import StrEnum

from studio.store import enums, tables
from tests.architecture.sources import ROOT, own_files

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
OPERATIONS = sorted(path.name for path in (ROOT / "studio/operations").iterdir() if path.is_dir())
FOLDERS = ("", "studio/imports", "studio/store", *(f"studio/operations/{name}" for name in OPERATIONS))


def test_files_named_by_the_architecture_exist() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)`", page)
    assert len(named) > 15
    assert not [name for name in named if not any((ROOT / folder / name).is_file() for folder in FOLDERS)]


def test_links_between_documents_lead_somewhere() -> None:
    pages = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += sorted((ROOT / "docs").rglob("*.md"))
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken


def test_names_of_the_glossary_exist_in_the_code() -> None:
    names = {
        name
        for line in GLOSSARY.splitlines()
        if line.startswith("| ")
        for name in re.findall(r"`([A-Za-z_.]+)`", line.split("|")[3])
    }
    assert len(names) > 60
    words = {
        word for path in own_files() for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    } | {"yanzhen"}
    assert not {name for name in names if set(name.split(".")) - words}


def test_glossary_has_every_closed_list_and_every_entity() -> None:
    """A table or an enum that no one has translated would reach a reader untranslated."""
    listed = set(re.findall(r"\w+", GLOSSARY))
    closed = {
        name for name, kind in vars(enums).items() if isinstance(kind, type) and issubclass(kind, StrEnum)
    }
    # States stand in docs of their own machine; JobState and the like say what they are.
    wanted = {name for name in closed - {"StrEnum"} if not name.endswith("State") and name != "JobKind"}
    assert not wanted - listed
    kinds = {name for name in tables.__all__ if name[0].isupper()}
    # Rows that only join others, or only serve the machine.
    inner = {
        "ContentTopic",
        "CoursePlanContent",
        "CoursePlanSpeaker",
        "EmergingMember",
        "IdempotencyKey",
        "PainPointTopic",
    }
    assert not kinds - inner - listed
