"""Reading the export file of a survey: its cells, its rows and the topics of its words, before anything is written.

It takes seconds for a large file. Done in the transaction that writes, it would keep all other writers waiting.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from matching import AnswerReading
from studio.errors import Conflict
from studio.imports.survey import AnswerState, SurveyRow, SurveySheet, parse_survey
from studio.imports.tables import Limits, read_table
from studio.imports.topics import TopicName
from studio.operations.jobs import Progress
from studio.operations.surveys.responses import is_painful
from studio.operations.topics.topics import TopicTree, import_topics, read_answers, topic_tree
from studio.store.clock import now
from studio.store.rows import chunks

# Rows whose words are read at a time: between them progress is told and a cancel heard.
BLOCK = 500


@dataclass(frozen=True)
class Vocabulary:
    """What a file is read with: the studio's names of topics, and the reader that has learned them."""

    names: Sequence[TopicName]
    tree: TopicTree


@dataclass(frozen=True)
class SurveyReading:
    """A survey file as it was read, and with what; `readings` are those of its painful words, by text."""

    known: Vocabulary
    sheet: SurveySheet
    readings: Mapping[str, AnswerReading]

    async def require_current(self, session: AsyncSession, studio_id: UUID) -> TopicTree:
        """Return the studio's topics as they are now, in the transaction that writes.

        Raises TOPICS_CHANGED when columns and options would be understood otherwise today.
        """
        if list(await import_topics(session, studio_id)) != list(self.known.names):
            raise Conflict("TOPICS_CHANGED")
        return await topic_tree(session, studio_id)

    def readings_for(self, tree: TopicTree) -> Mapping[str, AnswerReading]:
        """Return what still holds: another reader would read other topics."""
        return self.readings if tree.reader is self.known.tree.reader else {}


async def vocabulary(session: AsyncSession, studio_id: UUID) -> Vocabulary:
    """Return what files of the studio are read with."""
    return Vocabulary(await import_topics(session, studio_id), await topic_tree(session, studio_id))


async def read_survey(
    known: Vocabulary,
    content: bytes,
    file_name: str,
    *,
    anonymous: bool = False,
    overrides: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> SurveyReading:
    """Read a file and the topics of its words, in threads; `progress` is told rows done and rows in all.

    Raises `ImportRefused` when the file cannot be read at all.
    """
    moment = now()

    def parse() -> SurveySheet:
        table = read_table(content, file_name, limits or Limits())
        return parse_survey(
            table, topics=known.names, now=moment, anonymous=anonymous, overrides=overrides or {}
        )

    sheet = await asyncio.to_thread(parse)
    readings: dict[str, AnswerReading] = {}
    painful = [question.position for question in sheet.questions if is_painful(question)]
    done = 0
    for some in chunks(sheet.rows, BLOCK):
        if progress is not None:
            await progress(done, len(sheet.rows))
        new = list({text: None for text in _texts(some, painful) if text not in readings})
        readings.update(zip(new, await read_answers(known.tree, new), strict=True))
        done += len(some)
    if progress is not None:
        await progress(done, len(sheet.rows))
    return SurveyReading(known, sheet, readings)


def _texts(rows: Sequence[SurveyRow], positions: Sequence[int]) -> Iterator[str]:
    for row in rows:
        for position in positions:
            answer = row.answers[position]
            if answer.state is AnswerState.ANSWERED and answer.text.strip():
                yield answer.text
