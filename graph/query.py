"""What can be read: the root of every query."""

from typing import Annotated

import strawberry
from strawberry.types import Info

from graph.contents.catalogue import Content
from graph.contents.recommendations import Recommendation
from graph.context import Context
from graph.enums import EnumLabel, enum_labels
from graph.errors import coded
from graph.filters import (
    ContentFilter,
    MentorFilter,
    MentorOrder,
    PainPointFilter,
    PairingFilter,
    RecommendationFilter,
    ReviewFilter,
    RuleFilter,
    TopicFilter,
    TraineeFilter,
    TraineeOrder,
)
from graph.jobs import Job
from graph.matching.affinity_model import AffinityModelQuery
from graph.matching.contacts import ContactsQuery
from graph.matching.override_preview import OverridePreviewQuery
from graph.matching.pairings import Pairing
from graph.matching.presets import RulePreset
from graph.matching.replay import ReplayQuery
from graph.matching.rules import Rule
from graph.matching.runs import MatchPolicy, MatchRun
from graph.matching.what_if import WhatIfQuery
from graph.needs.classify import Classification, classification
from graph.needs.models import TopicModel, model_card
from graph.needs.pain_points import PainPoint
from graph.needs.review import ReviewItem
from graph.needs.surveys import Survey, SurveyImport
from graph.needs.topics import Topic
from graph.people.cohorts import Cohort, Studio
from graph.people.people import Mentor, Trainee
from graph.people.viewer import Viewer, viewer_of
from graph.reading.node import Connection, Node
from graph.reading.stored import argument, page, required, stored
from studio.errors import StudioError

ByInfo = Info[Context, None]
LONGEST_TEXT = 2000
_id = required(strawberry.ID, "Its global id.")


@strawberry.type(description="What can be read. Lists hold what the holder of the token may see.")
class Query(WhatIfQuery, OverridePreviewQuery, ReplayQuery, AffinityModelQuery, ContactsQuery):
    """What can be read."""

    node: Node | None = stored("Anything by its global id; null when there is none that you may see.", id=_id)
    nodes: list[Node | None] = stored(
        "Several things by their global ids, in their order; null for each that you may not see.",
        ids=required(list[strawberry.ID], "Their global ids, at most 100."),
    )
    studio: Studio = stored("The studio that the token belongs to.")
    cohort: Cohort | None = stored(
        "A cohort, by its id or its number.",
        id=argument(strawberry.ID | None, "Its global id."),
        number=argument(int | None, "Its number (第几期)."),
    )
    cohorts: Connection[Cohort] = stored("Cohorts, by number.", **page())
    trainee: Trainee | None = stored("A trainee.", id=_id)
    trainees: Connection[Trainee] = stored(
        "Trainees, in the order of the roster unless asked otherwise.",
        **page(
            filter=argument(TraineeFilter | None, "Only trainees that fit."),
            orderBy=argument(TraineeOrder | None, "Their order."),
        ),
    )
    mentor: Mentor | None = stored("A mentor.", id=_id)
    mentors: Connection[Mentor] = stored(
        "Mentors, by name unless asked otherwise.",
        **page(
            filter=argument(MentorFilter | None, "Only mentors that fit."),
            orderBy=argument(MentorOrder | None, "Their order."),
        ),
    )
    topic: Topic | None = stored("A topic.", code=required(str, "Its code, such as WRITING."))
    topics: Connection[Topic] = stored(
        "Topics, in the order of the tree.",
        **page(filter=argument(TopicFilter | None, "Only topics that fit.")),
    )
    survey: Survey | None = stored("A survey.", id=_id)
    surveys: Connection[Survey] = stored("Surveys.", **page())
    pain_points: Connection[PainPoint] = stored(
        "Pain points, in the trainees' own words.",
        **page(filter=argument(PainPointFilter | None, "Only pain points that fit.")),
    )
    review_queue: Connection[ReviewItem] = stored(
        "Pain points whose topics a person should decide, those first whose decision helps most: the classifier is "
        "least sure of them, and many others say the same.",
        **page(filter=argument(ReviewFilter | None, "Only those that fit.")),
    )
    content: Content | None = stored("A content of the catalogue.", id=_id)
    contents: Connection[Content] = stored(
        "Contents of the catalogue, by code.",
        **page(filter=argument(ContentFilter | None, "Only contents that fit.")),
    )
    recommendations: Connection[Recommendation] = stored(
        "Contents recommended to one trainee, the best first.",
        **page(filter=required(RecommendationFilter, "To whom.")),
    )
    match_run: MatchRun | None = stored("A match run; ask again for its progress.", id=_id)
    match_runs: Connection[MatchRun] = stored("Match runs, the newest first.", **page())
    pairings: Connection[Pairing] = stored(
        "Pairings; of published runs unless you organize.",
        **page(filter=argument(PairingFilter | None, "Only pairings that fit.")),
    )
    match_policies: Connection[MatchPolicy] = stored(
        "Versions of the matching policy, the newest first; that one is in force.", **page()
    )
    rules: Connection[Rule] = stored(
        "Rules of matches.", **page(filter=argument(RuleFilter | None, "Only rules that fit."))
    )
    rule_presets: Connection[RulePreset] = stored(
        "Presets of rules: what other counties do, ready to be applied to a cohort.", **page()
    )
    survey_import: SurveyImport | None = stored("An import; ask again for its progress.", id=_id)
    job: Job | None = stored("A piece of long work; ask again for its progress.", id=_id)

    @strawberry.field(description="Who asks: the holder of the token.")
    def viewer(self, info: ByInfo) -> Viewer:
        """Return for whom the request acts."""
        return viewer_of(info.context)

    @strawberry.field(description="Chinese labels of enum values, for menus and headings.")
    def enum_labels(
        self,
        enums: Annotated[
            list[str] | None, strawberry.argument(description="Only these enums; all when left out.")
        ] = None,
    ) -> list[EnumLabel]:
        """Return the labels."""
        return enum_labels(enums)

    @strawberry.field(description="Reads the topics of a text without storing anything.")
    async def classify_pain_point(
        self,
        info: ByInfo,
        text: Annotated[str, strawberry.argument(description="The text, at most 2 000 characters.")],
    ) -> Classification:
        """Return what the classifier reads."""
        context = info.context
        try:
            if len(text) > LONGEST_TEXT:
                raise StudioError("TEXT_TOO_LONG", field="text", longest=LONGEST_TEXT)
            return await classification(context, text)
        except StudioError as refusal:
            raise coded(refusal, context.language) from None

    @strawberry.field(description="The model card of the topic classifier; for organizers.")
    async def topic_model(self, info: ByInfo) -> TopicModel | None:
        """Return which model is in force and how good it is."""
        try:
            return await model_card(info.context)
        except StudioError as refusal:
            raise coded(refusal, info.context.language) from None
