"""What reading an answer gives: points, topics and the words that show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicReading:
    """One topic found in a point.

    Attributes
    ----------
    code : str
        Upper topic.
    confidence : float in [0, 1]
        Probability of `code`.
    start, end : int
        Characters of the original answer that show it, end excluded.
    leaf : str or None
        Lower topic under `code`, None where that is too doubtful.
    leaf_confidence : float in [0, 1]
        Probability of the leaf; 0 where there is none.

    """

    code: str
    confidence: float
    start: int
    end: int
    leaf: str | None
    leaf_confidence: float


@dataclass(frozen=True, slots=True)
class PointReading:
    """One point of an answer.

    Attributes
    ----------
    start, end : int
        Characters of the original answer, end excluded.
    resolved : bool
        It reports a solved trouble or content, and adds no need.
    topics : tuple of TopicReading
        Best first; empty where the classifier abstained.
    guess : str
        Best upper topic even where it abstained, for the person who decides.
    guess_confidence : float in [0, 1]
        Its probability.
    margin : float in [0, 1]
        How far that lies above the probability of the second best.

    """

    start: int
    end: int
    resolved: bool
    topics: tuple[TopicReading, ...]
    guess: str
    guess_confidence: float
    margin: float


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """One answer as the engine understands it.

    Attributes
    ----------
    text : str
        The original, word for word.
    junk : bool
        The whole answer says nothing (无, 同上, …); it has no points then.
    resolved : bool
        Every point reports good news.
    points : tuple of PointReading
        In the order of the text.
    abstained : bool
        Some open point has no topic: a person should look.

    """

    text: str
    junk: bool
    resolved: bool
    points: tuple[PointReading, ...]
    abstained: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """Upper topics of the open points, in order, each once."""
        return tuple(dict.fromkeys(t.code for p in self.points if not p.resolved for t in p.topics))

    @property
    def doubtful_point(self) -> PointReading | None:
        """The point that a person should look at: of the open ones first one without a topic, then the least sure.

        Of an answer of good news only, the least sure point; None for junk.
        """
        candidates = [point for point in self.points if not point.resolved] or self.points
        return min(candidates, key=lambda point: (bool(point.topics), point.margin), default=None)
