"""Whether a model that has learned from corrections may replace the one in force."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ..exceptions import InvalidInputError
from ..texts.normalise import normalise
from .corrections import CorrectedAnswers, independent_groups, lessons
from .examples import Topics
from .measures import Estimate, Examination, Metric, Named
from .reader import AnswerReader
from .readings import AnswerReading

# Fewer independent answers than this tell two models apart only by chance.
_LEAST_GROUPS = 20
_N_FOLDS = 5
# Longer phrases are sentences, which no answer repeats word for word.
_LONGEST_KEYWORD = 8


class Way(StrEnum):
    """Ways of naming topics that are measured side by side."""

    CANDIDATE = "CANDIDATE"
    CURRENT = "CURRENT"
    KEYWORDS = "KEYWORDS"
    MOST_FREQUENT = "MOST_FREQUENT"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trial of a candidate found.

    Attributes
    ----------
    measures : mapping of Way to mapping of Metric to Estimate
        Every way on the same answers; candidate, current model and most frequent topic had not learned from them.
    difference : Estimate
        Macro-F1 of the candidate above that of the current model, paired, with its 90 % interval.
    is_better : bool
        The lower end of that interval lies above 0.
    n_answers, n_groups : int
        Answers with a topic that it was measured on, and how many groups of independent ones they make.

    """

    measures: Mapping[Way, Mapping[Metric, Estimate]]
    difference: Estimate
    is_better: bool
    n_answers: int
    n_groups: int


class RetrainingTrial:
    """Try a candidate, the topics' phrases plus all corrections, against the model in force.

    Parameters
    ----------
    topics : sequence of (code, phrases)
        As of `AnswerReader.from_topics`.
    answers : CorrectedAnswers
        All answers that people have decided.
    is_known : sequence of bool, n_answers of them
        Those that the model in force has learned from; none where it knows the phrases alone.

    Attributes
    ----------
    least_groups : int
        So many independent groups of answers with a topic are needed for a trial.

    Notes
    -----
    **The rule.** The candidate replaces the model in force only if, over grouped cross-validation, the lower end of
    the 90 % interval of its paired gain in macro-F1 lies above 0: a one-sided test at 5 %. Both are fitted anew for
    each of five folds without that fold, so neither has seen an answer that it is asked, nor a near-copy of one, nor
    another answer of the same person. The interval comes from drawing whole groups of answers (a cluster bootstrap);
    a gain that hangs on a few people does not pass. Where the gain is real and small, more corrections show it: the
    old model stays meanwhile, and what people decided stands anyway.

    Two fits a fold, some seconds each; phrases alone are fitted once.

    References
    ----------
    Dror, Baumer, Shlomov and Reichart (2018), The hitchhiker's guide to testing statistical significance in natural
    language processing: paired tests on the very metric that is reported.
    Field and Welsh (2007), Bootstrapping clustered data.
    Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in data mining: why copies stand on one side.

    Examples
    --------
    >>> topics = [("PARKING", ["停车难", "没有车位"]), ("FIRE", ["楼道堆物", "消防通道被堵"])]
    >>> said = tuple(f"{number}号车子没处放" for number in range(24))
    >>> answers = CorrectedAnswers(said, (frozenset({"PARKING"}),) * 24, tuple(map(str, range(24))))
    >>> RetrainingTrial(topics, answers, [False] * 24).is_possible
    False

    """

    least_groups = _LEAST_GROUPS

    def __init__(self, topics: Topics, answers: CorrectedAnswers, is_known: Sequence[bool]) -> None:
        if np.shape(is_known) != (len(answers),):
            raise InvalidInputError(
                "The 'is_known' parameter of RetrainingTrial must say of each of "
                f"{len(answers)} answers whether it is known. Got shape {np.shape(is_known)} instead."
            )
        self.topics, self.answers, self.is_known = topics, answers, np.asarray(is_known, dtype=bool)
        self.groups = independent_groups(answers)
        self.has_topic = np.array([bool(codes) for codes in answers.topics], dtype=bool)
        self._folds: list[NDArray[np.int64]] = []
        if self.is_possible:
            from sklearn.model_selection import GroupKFold

            splits = GroupKFold(_N_FOLDS, shuffle=True, random_state=0).split(self.groups, groups=self.groups)
            self._folds = [held for _, held in splits]
        self._phrases_alone: AnswerReader | None = None

    @property
    def n_groups(self) -> int:
        """Independent groups of answers with a topic."""
        return len(np.unique(self.groups[self.has_topic]))

    @property
    def is_possible(self) -> bool:
        """Whether enough independent answers, of two topics at least, are decided to tell two models apart."""
        named = frozenset[str]().union(*self.answers.upper)
        return self.n_groups >= self.least_groups and len(named) > 1

    @property
    def n_folds(self) -> int:
        """How often `examine` is called; 0 where no trial is possible."""
        return len(self._folds)

    def examine(self, fold: int) -> Mapping[Way, Named]:
        """Fit both models without the answers of a fold, and let every way name those answers' topics."""
        held = self._folds[fold]
        rest = np.ones(len(self.answers), dtype=bool)
        rest[held] = False
        texts = [self.answers.texts[row] for row in held]
        frequent = _most_frequent(self.answers.take(rest))
        return {
            Way.CANDIDATE: _named(self.fit(rest).read(texts)),
            Way.CURRENT: _named(self.fit(rest & self.is_known).read(texts)),
            Way.KEYWORDS: _keywords(self.topics, texts, frequent),
            Way.MOST_FREQUENT: _always(frequent, len(texts)),
        }

    def fit(self, chosen: NDArray[np.bool_]) -> AnswerReader:
        """Return a reader that has learned the phrases and the chosen answers, bool array of shape (n_answers,)."""
        if self._phrases_alone is None:
            self._phrases_alone = AnswerReader.from_topics(self.topics)
        if not chosen.any():
            return self._phrases_alone
        texts, labels = lessons(self.answers.take(chosen), self._phrases_alone)
        return AnswerReader.from_topics(self.topics, texts, labels)

    def fit_all(self) -> AnswerReader:
        """Return the candidate itself: a reader that has learned the phrases and all answers."""
        return self.fit(np.ones(len(self.answers), dtype=bool))

    def verdict(self, examined: Sequence[Mapping[Way, Named]]) -> Verdict:
        """Return what `examine` of all folds, in their order, says together."""
        order = np.argsort(np.concatenate(self._folds), kind="stable").tolist()
        named = {way: _together([fold[way] for fold in examined], order) for way in Way}
        examination = Examination(self.answers.upper, self.groups)
        difference = examination.difference(named[Way.CANDIDATE], named[Way.CURRENT])
        return Verdict(
            {way: examination.measure(said) for way, said in named.items()},
            difference,
            difference.low > 0,
            len(examination.rows),
            examination.n_groups,
        )


def _named(readings: Sequence[AnswerReading]) -> Named:
    """Return the topics that a reader named, its best guess where it would rather say nothing."""
    topics, best, confidence = [], [], []
    for reading in readings:
        points = [point for point in reading.points if not point.resolved] or list(reading.points)
        sure = max(points, key=lambda point: point.guess_confidence, default=None)
        best.append(sure.guess if sure else "")
        confidence.append(sure.guess_confidence if sure else 0.0)
        topics.append(frozenset(reading.codes) or frozenset({best[-1]}))
    is_said = np.array([bool(reading.codes) for reading in readings], dtype=bool)
    return Named(tuple(topics), tuple(best), np.array(confidence), is_said)


def _most_frequent(answers: CorrectedAnswers) -> str:
    counts = Counter(code for codes in answers.upper for code in sorted(codes))
    return counts.most_common(1)[0][0] if counts else ""


def _always(code: str, n_texts: int) -> Named:
    return Named((frozenset({code}),) * n_texts, (code,) * n_texts)


def _keywords(topics: Topics, texts: Sequence[str], otherwise: str) -> Named:
    """Name the topic whose short phrases a text holds most of; on a tie or without any the most frequent one."""
    keywords: dict[str, set[str]] = {}
    for code, phrases in topics:
        short = {line.text for line in normalise(phrases) if len(line.text) <= _LONGEST_KEYWORD}
        keywords.setdefault(code.partition(".")[0], set()).update(short)
    best = []
    for line in normalise(texts):
        counts = Counter({code: sum(word in line.text for word in words) for code, words in keywords.items()})
        (first, most), *others = counts.most_common(2)
        tied = bool(others) and others[0][1] == most
        best.append(first if most and not tied else otherwise)
    return Named(tuple(frozenset({code}) for code in best), tuple(best))


def _together(parts: Sequence[Named], order: Sequence[int]) -> Named:
    """Join what was said of the folds, back in the order of the answers."""
    topics = [codes for part in parts for codes in part.topics]
    best = [code for part in parts for code in part.best]
    confidence = [part.confidence for part in parts if part.confidence is not None]
    is_said = [part.is_said for part in parts if part.is_said is not None]
    return Named(
        tuple(topics[place] for place in order),
        tuple(best[place] for place in order),
        np.concatenate(confidence)[order] if confidence else None,
        np.concatenate(is_said)[order] if is_said else None,
    )
