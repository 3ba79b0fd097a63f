"""What can be done: the root of every mutation."""

import strawberry

from graph.mutations.access import AccessMutation
from graph.mutations.consents import ConsentMutation
from graph.mutations.content_events import ContentEventMutation
from graph.mutations.corrections import CorrectionMutation
from graph.mutations.emerging import EmergingMutation
from graph.mutations.limit_rules import LimitRuleMutation
from graph.mutations.meetings import MeetingMutation
from graph.mutations.mentor_kinds import MentorKindMutation
from graph.mutations.models import ModelMutation
from graph.mutations.needs import NeedMutation
from graph.mutations.packages import PackageMutation
from graph.mutations.pair_ratings import PairRatingMutation
from graph.mutations.pairing_moves import PairingMoveMutation
from graph.mutations.pairings import PairingMutation
from graph.mutations.policies import PolicyMutation
from graph.mutations.presets import PresetMutation
from graph.mutations.rematches import RematchMutation
from graph.mutations.rules import RuleMutation
from graph.mutations.runs import RunMutation
from graph.mutations.surveys import SurveyMutation
from graph.mutations.weeks import WeekMutation


@strawberry.type(description="What can be done. Expected refusals come as userErrors and change nothing.")
class Mutation(
    SurveyMutation,
    CorrectionMutation,
    ModelMutation,
    NeedMutation,
    EmergingMutation,
    ContentEventMutation,
    RunMutation,
    PairingMutation,
    MentorKindMutation,
    ConsentMutation,
    PairRatingMutation,
    MeetingMutation,
    PairingMoveMutation,
    RematchMutation,
    PackageMutation,
    PolicyMutation,
    LimitRuleMutation,
    RuleMutation,
    PresetMutation,
    WeekMutation,
    AccessMutation,
):
    """What can be done."""
