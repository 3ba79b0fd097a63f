"""How contents are ranked for trainees: what the parts weigh, and the text scores that rankings and cases share."""

from functools import lru_cache
from typing import TYPE_CHECKING

from matching import Recommendations, recommend
from studio.arrays.contents import CatalogueArrays, Flags, Floats, TraineeArrays, as_if_taken, score_matrix

if TYPE_CHECKING:
    from matching import ContentRetriever

RATED = {"need": 0.55, "text": 0.25, "level": 0.12, "rating": 0.08}
# While nobody has judged any content, that part of the score is left out.
UNRATED = {"need": 0.6, "text": 0.27, "level": 0.13}
# Weight of what was taken up together, once it has earned it; the other parts share the rest.
COLLABORATIVE_SHARE = 0.2
VARIETY = 0.3
# Measured by `benchmarks.lists`: what half of this and double of it would cost stands in docs/needs.md.
BALANCE = 0.05
UNSAID = 0.5


def text_scores(catalogue: CatalogueArrays, arrays: TraineeArrays) -> Floats:
    """Return how near each content's words are to each pain point's, shape (n_points, n_contents)."""
    documents = tuple(f"{content.title}。{content.body}" for content in catalogue.contents)
    return _retriever(documents).scores([point.text for point in arrays.points])


@lru_cache(maxsize=4)
def _retriever(documents: tuple[str, ...]) -> "ContentRetriever":
    from matching import ContentRetriever

    return ContentRetriever().fit(documents)


def ranked(
    catalogue: CatalogueArrays,
    arrays: TraineeArrays,
    k: int,
    texts: Floats,
    *,
    together: Floats | None = None,
    variety: float = VARIETY,
    balance: float = BALANCE,
    unsaid: float = UNSAID,
) -> Recommendations:
    """Return the best k contents of each trainee, `texts` being the text scores; computing, so call it in a thread.

    `together`, of shape (n_trainees, n_contents), is the collaborative score where it has earned a part.
    """
    weights = RATED if catalogue.n_ratings.any() else UNRATED
    if together is not None:
        others = {name: (1 - COLLABORATIVE_SHARE) * weight for name, weight in weights.items()}
        weights = {**others, "collaborative": COLLABORATIVE_SHARE}
    return recommend(
        arrays.needs,
        catalogue.topics,
        k,
        point_topics=arrays.point_topics,
        point_scores=texts,
        point_trainee=arrays.point_trainee,
        trainee_level=arrays.levels,
        content_level=catalogue.levels,
        content_rating=catalogue.ratings,
        n_ratings=catalogue.n_ratings,
        collaborative=together,
        excluded=arrays.dismissed,
        taken=arrays.taken,
        prerequisites=catalogue.prerequisites,
        content_groups=catalogue.groups,
        weights=weights,
        variety=variety,
        balance=balance,
        unsaid=unsaid,
    )


def content_scores(catalogue: CatalogueArrays, arrays: TraineeArrays, taken: Flags) -> Floats:
    """Return the score without a collaborative part, shape (n_trainees, n_contents); 0 for what is not offered.

    As if the trainees had taken what is said and dismissed nothing; computing, so call it in a thread.
    """
    n_contents = len(catalogue.contents)
    texts = text_scores(catalogue, arrays)
    return score_matrix(
        ranked(catalogue, as_if_taken(arrays, taken), n_contents, texts, variety=0.0), n_contents
    )
