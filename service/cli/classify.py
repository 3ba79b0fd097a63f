"""`yanzhen classify`: which topics a text is about, and the words that show it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from matching import AnswerReading, TopicReading
from service.cli.named_files import read_file
from service.cli.options import Format, FormatOption, Language, LanguageOption, StudioOption
from service.cli.printing import output, print_json, working
from service.cli.running import acting, run
from service.documents import run_document
from studio.errors import StudioError
from studio.imports.files import decode
from studio.imports.issues import ImportRefused
from studio.messages import translate
from studio.operations.topics.topics import classify as classify_texts
from studio.permissions import Actor
from studio.store.database import reading


def classify(
    file: Annotated[Path, typer.Argument(help="HELP_TEXTS")],
    studio: StudioOption = None,
    form: FormatOption = Format.TEXT,
    lang: LanguageOption = Language.ZH,
) -> None:
    """Print the topics of each line with their evidence."""
    content = read_file(file, form, lang)

    async def work() -> list[dict[str, Any]]:
        texts = texts_of(content)
        async with acting(studio) as (engine, actor), reading(engine) as session:
            readings = await classify_texts(session, actor, texts)
            names = await topic_labels(engine, actor, lang.value)
            return [reading_json(reading, names) for reading in readings]

    with working(translate("CLI_CLASSIFYING", lang.value)):
        result = run(work, form, lang)
    if form is Format.JSON:
        print_json(result)
    else:
        _print_readings(result, lang.value)


def texts_of(content: bytes) -> list[str]:
    """Return the texts of a file, one a line; NOT_A_TEXT_FILE where nobody could read it."""
    try:
        text = decode(content) if content else ""
    except ImportRefused:
        raise StudioError("NOT_A_TEXT_FILE") from None
    if "\0" in text:
        raise StudioError("NOT_A_TEXT_FILE")
    # Only what editors show as a new line: `splitlines` also cuts at form feeds and Unicode's separators.
    return [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]


async def topic_labels(engine: AsyncEngine, actor: Actor, language: str) -> dict[str, str]:
    """Return the names of all topics by code, leaves beside their parents."""
    found = await run_document(engine, actor, "TopicTree", language)
    tops = found["topics"]["nodes"]
    return {topic["code"]: topic["name"] for top in tops for topic in (top, *top["children"])}


def reading_json(reading: AnswerReading, names: dict[str, str]) -> dict[str, Any]:
    """Return what was read in a text, in the shape of docs/cli.md; a topic stands once, best first."""
    found: dict[str, list[tuple[TopicReading, bool]]] = {}
    for point in reading.points:
        for topic in point.topics:
            found.setdefault(topic.code, []).append((topic, point.resolved))
    topics = [_topic_json(code, told, names) for code, told in found.items()]
    return {
        "text": reading.text,
        "topics": sorted(topics, key=lambda topic: -topic["confidence"]),
        "abstained": reading.abstained,
        "junk": reading.junk,
        "resolved": reading.resolved,
    }


def _topic_json(
    code: str, told: Sequence[tuple[TopicReading, bool]], names: dict[str, str]
) -> dict[str, Any]:
    """Return a topic with every leaf under it, from all places of the text that speak of it."""
    leaves: dict[str, float] = {}
    for topic, _ in told:
        if topic.leaf is not None:
            leaves[topic.leaf] = max(leaves.get(topic.leaf, 0.0), topic.leaf_confidence)
    return {
        "code": code,
        "name": names[code],
        "confidence": round(max(topic.confidence for topic, _ in told), 6),
        "leaves": [
            {"code": leaf, "name": names[leaf], "confidence": round(sure, 6)}
            for leaf, sure in sorted(leaves.items(), key=lambda item: (-item[1], item[0]))
        ],
        "evidence": [{"start": topic.start, "end": topic.end} for topic, _ in told],
        "resolved": all(resolved for _, resolved in told),
    }


def _print_readings(result: list[dict[str, Any]], language: str) -> None:
    for text in result:
        output.print(text["text"], style="bold")
        for topic in text["topics"]:
            words = "…".join(text["text"][span["start"] : span["end"]] for span in topic["evidence"])
            leaves = "、".join(leaf["name"] for leaf in topic["leaves"])
            named = f"{topic['name']} › {leaves}" if leaves else topic["name"]
            # What is over is told, but adds no need.
            style = "dim" if topic["resolved"] else None
            over = " · " + translate("CLI_RESOLVED", language) if topic["resolved"] else ""
            output.print(f"  {named} {topic['confidence']:.0%} “{words}”{over}", style=style)
        if text["junk"]:
            output.print("  " + translate("CLI_JUNK", language), style="dim")
        elif text["resolved"] and not text["topics"]:
            output.print("  " + translate("CLI_RESOLVED", language), style="dim")
        elif text["abstained"]:
            output.print("  " + translate("CLI_ABSTAINED", language), style="dim")
