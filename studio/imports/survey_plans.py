"""A question as its columns were recognised, before any answer is read."""

from dataclasses import dataclass, field

from studio.imports.survey_cells import Scale
from studio.imports.survey_measures import NOT_TROUBLE, SEVERE, URGENT
from studio.store.enums import Measure, QuestionKind


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """A question and the columns that answer it; `labels` name the columns where each is an option."""

    text: str
    kind: QuestionKind
    measures: Measure
    columns: tuple[int, ...]
    topic_code: str | None = None
    labels: tuple[str, ...] = ()
    separator: str | None = None
    scale: Scale | None = None
    confidence: float = 1.0
    # Scale labels seen in all rows of the matrix: they settle what 不棘手 is worth.
    seen: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def field(self) -> str:
        """The name of the question's field in a mapping."""
        name = (
            self.measures.value.lower()
            if self.measures is not Measure.OTHER
            else f"other_{self.kind.value.lower()}"
        )
        return f"{name}:{self.topic_code}" if self.topic_code else name


def open_questions_found(plans: list[QuestionPlan]) -> list[QuestionPlan]:
    """Where none asks for the thorniest or the most urgent, take one that asks for trouble or urgency."""
    for measure, words in ((Measure.MOST_URGENT, URGENT), (Measure.THORNIEST, SEVERE)):
        if any(plan.measures is measure for plan in plans):
            continue
        for at, plan in enumerate(plans):
            open_text = (
                plan.kind is QuestionKind.TEXT and plan.measures is Measure.OTHER and not plan.topic_code
            )
            if open_text and words.search(plan.text) and not NOT_TROUBLE.search(plan.text):
                plans[at] = QuestionPlan(plan.text, plan.kind, measure, plan.columns, confidence=0.7)
                break
    return plans
