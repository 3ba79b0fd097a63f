"""How well the shipped topic tree reads answers that it was not written for: a blind set, and the demo's own."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from matching import (
    AnswerReader,
    AnswerReading,
    SentenceEmbedder,
    expected_calibration_error,
    find_copies,
)
from seed.questionnaire import load_questionnaire
from seed.respondents import cohort_respondents
from seed.topics import load_topics

DEMO_COHORTS = (1, 2, 3)


@dataclass(frozen=True)
class LabelledAnswer:
    """An answer with what a careful reader sees in it; `topics` is empty where it names no open trouble."""

    text: str
    topics: frozenset[str]
    kind: str
    names_topic: bool = False
    group: str = ""


@dataclass(frozen=True)
class Read:
    """A labelled answer beside what the product read in it."""

    answer: LabelledAnswer
    reading: AnswerReading

    @property
    def best(self) -> str:
        """The one topic that it would name: the surest of its open points, abstained or not."""
        points = [point for point in self.reading.points if not point.resolved] or self.reading.points
        return max(points, key=lambda point: point.guess_confidence).guess if points else ""

    @property
    def is_right(self) -> bool:
        """Whether its topics are exactly those that the label names, none where it names none."""
        return set(self.reading.codes) == self.answer.topics


def blind_answers(path: Path) -> list[LabelledAnswer]:
    """Read the blind set; its header says who wrote and labelled it, and how."""
    with path.open("rb") as file:
        entries = tomllib.load(file)["answer"]
    return [
        LabelledAnswer(
            entry["text"],
            frozenset(entry["topics"]),
            entry["kind"],
            entry["names_topic"],
            entry.get("group", ""),
        )
        for entry in entries
    ]


def was_unseen(answer: LabelledAnswer) -> bool:
    """Tell whether an answer is of the half that was only measured, twice; errors on the other half were looked at."""
    return hashlib.sha256(answer.text.encode()).digest()[0] % 2 == 1


def demo_answers() -> list[LabelledAnswer]:
    """Return the answers of the demo's cohorts with the topics that their author saw in them."""
    questionnaire = load_questionnaire()
    told = [
        answer
        for cohort in DEMO_COHORTS
        for person in cohort_respondents(cohort, questionnaire)
        for answer in person.answers
        if answer.text.strip()
    ]
    return [
        LabelledAnswer(answer.text, frozenset(answer.truth), "several" if len(answer.truth) > 1 else "single")
        for answer in told
    ]


def shipped_reader(semantic: bool) -> AnswerReader:
    """Fit a reader on the shipped tree, as a new studio has it: no label, only phrases."""
    nodes = [node for top in load_topics() for node in (top, *top.leaves)]
    topics = [(node.code, (node.name, *node.synonyms, *node.troubles)) for node in nodes]
    embedder = SentenceEmbedder() if semantic else None
    return AnswerReader.from_topics(topics, semantic=semantic, embedder=embedder)


def topic_set_f1(read: Sequence[Read]) -> float:
    """Return the F1 of topics over all answers together: found and labelled against found or labelled."""
    found = [set(each.reading.codes) for each in read]
    common = sum(len(codes & each.answer.topics) for codes, each in zip(found, read, strict=True))
    total = sum(len(codes) + len(each.answer.topics) for codes, each in zip(found, read, strict=True))
    return 2 * common / total if total else 1.0


def f1_interval(truth: Sequence[str], named: Sequence[str]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the macro-F1 over 500 draws of answers."""
    right, said = np.array(truth), np.array(named)
    random = np.random.default_rng(0)
    draws = [
        f1_score(right[rows], said[rows], average="macro", labels=sorted(set(right[rows])), zero_division=0)
        for rows in random.integers(len(right), size=(500, len(right)))
    ]
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def print_single(name: str, read: Sequence[Read], reader: AnswerReader) -> None:
    """Print how answers about one topic fare when a topic must be named, and how often the product is silent."""
    truth = [next(iter(each.answer.topics)) for each in read]
    classes = reader.upper.classes_.tolist()
    read_best, texts = [each.best for each in read], [each.answer.text for each in read]
    plain = reader.upper.predict(texts).tolist()
    error = expected_calibration_error(reader.upper.predict_proba(texts), np.searchsorted(classes, truth))
    rows = {
        "macro-F1, reader": f1_score(truth, read_best, average="macro", labels=classes, zero_division=0),
        "macro-F1, classifier of top topics alone": f1_score(
            truth, plain, average="macro", labels=classes, zero_division=0
        ),
        "calibration error of that classifier": error,
        "left open": np.mean([not each.reading.codes for each in read]),
    }
    print(f"{name} ({len(read)})")
    for label, value in rows.items():
        print(f"  {label:<44}{value:>7.3f}")
    low, high = f1_interval(truth, read_best)
    print(f"  {'95 % interval of the first, over answers':<44}{low:>7.3f} – {high:.3f}")


def print_blind(name: str, answers: Sequence[LabelledAnswer], reader: AnswerReader) -> None:
    """Print every measure of blind answers by kind of answer."""
    print(f"{name}: {len(answers)} answers")
    read = [
        Read(answer, reading)
        for answer, reading in zip(answers, reader.read([answer.text for answer in answers]), strict=True)
    ]
    single = [each for each in read if len(each.answer.topics) == 1]
    print_single("about one topic", single, reader)
    print_single(
        "about one topic without naming it", [each for each in single if not each.answer.names_topic], reader
    )
    kinds = Counter(each.answer.kind for each in read)
    print(f"{'topic sets, F1':<46}")
    for kind in ("single", "several", "trap", "typo", "traditional", "full_width", "near_duplicate", "long"):
        print(f"  {kind:<40}{kinds[kind]:>4}{topic_set_f1([e for e in read if e.answer.kind == kind]):>7.3f}")
    counted: dict[str, tuple[str, Callable[[Read], bool]]] = {
        "junk found": ("junk", lambda each: each.reading.junk),
        "good news found": ("resolved", lambda each: each.reading.resolved),
        "off topic left open": ("off_topic", lambda each: not each.reading.codes),
    }
    for label, (kind, is_found) in counted.items():
        print(f"{label:<42}{sum(is_found(e) for e in read if e.answer.kind == kind):>4} of {kinds[kind]}")
    real = [each for each in read if each.answer.topics]
    print(f"{'real answers taken for junk':<42}{sum(each.reading.junk for each in real):>4} of {len(real)}")
    print(
        f"{'real answers taken for good news':<42}{sum(each.reading.resolved for each in real):>4} of {len(real)}"
    )
    print_copies(answers)


def print_copies(answers: Sequence[LabelledAnswer]) -> None:
    """Print how many pairs of near-copies were found, and how many pairs of others were joined."""
    found = find_copies([answer.text for answer in answers], range(len(answers))).tolist()
    group = [place if at < 0 else at for place, at in enumerate(found)]
    pairs = [(i, j) for i in range(len(answers)) for j in range(i)]
    joined = {(i, j) for i, j in pairs if group[i] == group[j]}
    copies = {(i, j) for i, j in pairs if answers[i].group and answers[i].group == answers[j].group}
    print(
        f"{'pairs of near-copies joined':<42}{len(joined & copies):>4} of {len(copies)}, {len(joined - copies)} others"
    )


def print_demo(reader: AnswerReader) -> None:
    """Print the measures of the demo's own answers and every mistake made on them."""
    answers = demo_answers()
    readings = reader.read([answer.text for answer in answers])
    read = [Read(answer, reading) for answer, reading in zip(answers, readings, strict=True)]
    print_single("the demo's answers about one topic", [e for e in read if len(e.answer.topics) == 1], reader)
    wrong = [each for each in read if not each.is_right]
    print(f"  {'topic sets, F1':<44}{topic_set_f1(read):>7.3f}")
    print(f"  {'not exactly as labelled':<42}{len(wrong):>4} of {len(read)}")
    for each in wrong:
        said = "+".join(each.reading.codes) or ("resolved" if each.reading.resolved else "left open")
        print(f"    {'+'.join(sorted(each.answer.topics)) or '–':<28} read as {said:<32} {each.answer.text}")


def print_answers(path: Path, reader: AnswerReader) -> None:
    """Print the measures of the blind set, of its unseen half, and of the demo's answers."""
    if path.is_file():
        answers = blind_answers(path)
        print_blind("the blind set", answers, reader)
        print_blind("its unseen half", [answer for answer in answers if was_unseen(answer)], reader)
    else:
        print(f"No blind answers: {path} is no file.")
    print_demo(reader)
