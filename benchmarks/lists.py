"""What stands in recommendation lists under other settings, on the demo and invented cohorts: `-m benchmarks.lists`.

Relevance is what the studio itself reads: of a content for a trainee the greatest product of a sentence's confidence
in a topic and the content's aboutness of it. So NDCG tells what a setting costs, not how good the reading is.
"""

import argparse
import asyncio
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from matching import Recommendations
from matching.contents.prerequisites import prerequisite_closure
from seed.demo import load_demo, load_generated
from studio.arrays.contents import CatalogueArrays, TraineeArrays
from studio.operations.contents.content_ranking import ranked, text_scores
from studio.operations.contents.recommendation_input import needs_and_words, recommendable, trainees_in
from studio.operations.contents.recommendations import CONTENTS_PER_TRAINEE
from studio.store.cohorts import Cohort
from studio.store.database import open_database, reading
from studio.store.schema import migrate
from studio.store.topics import topics_of

UNSAID = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3)
BALANCE = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
N_GROUPS = 3
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CohortInput:
    """A cohort as the ranking reads it."""

    catalogue: CatalogueArrays
    trainees: TraineeArrays
    texts: Floats


@dataclass(frozen=True)
class Figures:
    """Means over lists: NDCG, share of contents that answer a sentence, share of lists where one that answers none
    stands above one that does (and is not asked for by it), spread over hot, hard and highlight points, topics."""

    ndcg: float
    answering: float
    inverted: float
    spread: float
    topics: float


async def read_cohorts(engine: AsyncEngine) -> list[CohortInput]:
    """Return all cohorts of a database."""
    found = []
    async with reading(engine) as session:
        for cohort in (await session.execute(select(Cohort).order_by(col(Cohort.number)))).scalars():
            topics = await topics_of(session, cohort.studio_id)
            catalogue = await recommendable(session, cohort.studio_id, topics)
            trainees = await trainees_in(session, cohort.id)
            arrays = await needs_and_words(session, catalogue, topics, trainees)
            found.append(CohortInput(catalogue, arrays, text_scores(catalogue, arrays)))
    return found


def relevance(cohort: CohortInput) -> Floats:
    """Return how much each content answers what each trainee says, shape (n_trainees, n_contents)."""
    gains = np.zeros((len(cohort.trainees.needs), len(cohort.catalogue.contents)))
    for point, trainee in enumerate(cohort.trainees.point_trainee):
        answered = (cohort.trainees.point_topics[point] * cohort.catalogue.topics).max(axis=1)
        gains[trainee] = np.maximum(gains[trainee], answered)
    return gains


def figures(cohort: CohortInput, *, unsaid: float, balance: float) -> list[Figures]:
    """Return the figures of every list of a cohort whose trainee says something that a content answers."""
    found = ranked(
        cohort.catalogue,
        cohort.trainees,
        CONTENTS_PER_TRAINEE,
        cohort.texts,
        unsaid=unsaid,
        balance=balance,
    )
    closure = prerequisite_closure(cohort.catalogue.prerequisites, len(cohort.catalogue.contents))
    gains = relevance(cohort)
    within = cohort.catalogue.levels[None, :] - cohort.trainees.levels[:, None] < 2
    rows = np.flatnonzero((gains * within).max(axis=1) > 0)
    return [
        _of_list(found, row, gains[row] * within[row], cohort.catalogue.groups, closure)
        for row in rows.tolist()
    ]


def _of_list(
    found: Recommendations,
    row: int,
    gains: Floats,
    groups: NDArray[np.int64],
    closure: list[tuple[int, ...]],
) -> Figures:
    contents = found.contents[row][found.contents[row] >= 0]
    answers = found.points[row, : len(contents)] >= 0
    discount = 1 / np.log2(np.arange(CONTENTS_PER_TRAINEE) + 2)
    best = np.sort(gains)[::-1][:CONTENTS_PER_TRAINEE] @ discount
    shares = np.bincount(groups[contents][groups[contents] >= 0], minlength=N_GROUPS) / max(len(contents), 1)
    named = shares[shares > 0]
    return Figures(
        ndcg=float(gains[contents] @ discount[: len(contents)] / best),
        answering=float(answers.mean()),
        inverted=float(_is_inverted(contents.tolist(), answers.tolist(), closure)),
        spread=float(-(named * np.log(named)).sum() / np.log(N_GROUPS)),
        topics=float(len(set(found.topics[row, : len(contents)].tolist()))),
    )


def _is_inverted(contents: list[int], answers: list[bool], closure: list[tuple[int, ...]]) -> bool:
    """Tell whether a content that answers nothing stands above one that does without being asked for below it."""
    asked_for: set[int] = set()
    below = False
    for content, answering in zip(reversed(contents), reversed(answers), strict=True):
        if answering:
            below = True
            asked_for |= set(closure[content])
        elif below and content not in asked_for:
            return True
    return False


async def load(demo: bool, n_trainees: int, n_mentors: int, seeds: int) -> list[CohortInput]:
    """Make a database in a folder of its own and return the cohorts in it."""

    async def silent(engine: AsyncEngine) -> None:
        if demo:
            await load_demo(engine, lambda _: None)
        for seed in range(1, seeds + 1):
            await load_generated(engine, n_trainees, n_mentors, lambda _: None, seed)

    with TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'lists.db'}")
        try:
            await migrate(engine)
            await silent(engine)
            return await read_cohorts(engine)
        finally:
            await engine.dispose()


def print_table(name: str, cohorts: list[CohortInput]) -> None:
    """Print a row for every setting."""
    print(f"{name}: {sum(len(cohort.trainees.needs) for cohort in cohorts)} trainees")
    print(
        f"{'unsaid':>8}{'balance':>9}{'NDCG@12':>10}{'answering':>11}{'inverted':>10}{'spread':>8}{'topics':>8}"
    )
    settings = [(unsaid, 0.05) for unsaid in UNSAID] + [(0.5, balance) for balance in BALANCE]
    for unsaid, balance in settings:
        rows = [astuple(one) for cohort in cohorts for one in figures(cohort, unsaid=unsaid, balance=balance)]
        ndcg, answering, inverted, spread, topics = np.mean(rows, axis=0)
        print(
            f"{unsaid:>8.1f}{balance:>9.2f}{ndcg:>10.3f}{answering:>11.3f}{inverted:>10.3f}{spread:>8.3f}{topics:>8.2f}"
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trainees", type=int, default=150, help="of an invented cohort (%(default)s)")
    parser.add_argument("--mentors", type=int, default=40, help="of an invented cohort (%(default)s)")
    parser.add_argument("--seeds", type=int, default=2, help="how many invented cohorts (%(default)s)")
    chosen = parser.parse_args()
    print_table("the demo", asyncio.run(load(True, 0, 0, 0)))
    invented = asyncio.run(load(False, chosen.trainees, chosen.mentors, chosen.seeds))
    print_table("invented cohorts", invented)


if __name__ == "__main__":
    main()
