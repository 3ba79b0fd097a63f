"""Names of the stored types, so that features can refer to each other without import cycles."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from graph.catalogue import Content as Content
    from graph.cohorts import Cohort as Cohort
    from graph.collaborative import CollaborativeCheck as CollaborativeCheck
    from graph.content_events import ContentEvent as ContentEvent
    from graph.emerging import EmergingPoint as EmergingPoint
    from graph.fairness import RunFairness as RunFairness
    from graph.gaps import TopicGap as TopicGap
    from graph.heat import CountyNeed as CountyNeed
    from graph.heat import RoleNeed as RoleNeed
    from graph.jobs import Job as Job
    from graph.needs import CohortNeed as CohortNeed
    from graph.needs import TraineeNeed as TraineeNeed
    from graph.packages import CoursePlanItem as CoursePlanItem
    from graph.packages import MentoringPackage as MentoringPackage
    from graph.pain_points import PainPoint as PainPoint
    from graph.pairings import Pairing as Pairing
    from graph.people import Honour as Honour
    from graph.people import Mentor as Mentor
    from graph.people import MentorCase as MentorCase
    from graph.people import Person as Person
    from graph.people import Region as Region
    from graph.people import Trainee as Trainee
    from graph.presets import CohortRule as CohortRule
    from graph.recommendations import Recommendation as Recommendation
    from graph.review import ReviewItem as ReviewItem
    from graph.rules import Rule as Rule
    from graph.runs import MatchRun as MatchRun
    from graph.sensitivity import PairSensitivity as PairSensitivity
    from graph.sensitivity import RunSensitivity as RunSensitivity
    from graph.surveys import Question as Question
    from graph.surveys import Survey as Survey
    from graph.surveys import SurveyImport as SurveyImport
    from graph.surveys import SurveyResponse as SurveyResponse
    from graph.topics import Topic as Topic
    from graph.trends import TopicTrend as TopicTrend
    from graph.weeks import ShadowingWeek as ShadowingWeek
else:
    Content = Annotated["Content", strawberry.lazy("graph.catalogue")]
    Cohort = Annotated["Cohort", strawberry.lazy("graph.cohorts")]
    CollaborativeCheck = Annotated["CollaborativeCheck", strawberry.lazy("graph.collaborative")]
    ContentEvent = Annotated["ContentEvent", strawberry.lazy("graph.content_events")]
    CountyNeed = Annotated["CountyNeed", strawberry.lazy("graph.heat")]
    RoleNeed = Annotated["RoleNeed", strawberry.lazy("graph.heat")]
    Job = Annotated["Job", strawberry.lazy("graph.jobs")]
    CohortNeed = Annotated["CohortNeed", strawberry.lazy("graph.needs")]
    TraineeNeed = Annotated["TraineeNeed", strawberry.lazy("graph.needs")]
    CoursePlanItem = Annotated["CoursePlanItem", strawberry.lazy("graph.packages")]
    MentoringPackage = Annotated["MentoringPackage", strawberry.lazy("graph.packages")]
    PainPoint = Annotated["PainPoint", strawberry.lazy("graph.pain_points")]
    Pairing = Annotated["Pairing", strawberry.lazy("graph.pairings")]
    Honour = Annotated["Honour", strawberry.lazy("graph.people")]
    Mentor = Annotated["Mentor", strawberry.lazy("graph.people")]
    MentorCase = Annotated["MentorCase", strawberry.lazy("graph.people")]
    Person = Annotated["Person", strawberry.lazy("graph.people")]
    Region = Annotated["Region", strawberry.lazy("graph.people")]
    Trainee = Annotated["Trainee", strawberry.lazy("graph.people")]
    Recommendation = Annotated["Recommendation", strawberry.lazy("graph.recommendations")]
    ReviewItem = Annotated["ReviewItem", strawberry.lazy("graph.review")]
    CohortRule = Annotated["CohortRule", strawberry.lazy("graph.presets")]
    Rule = Annotated["Rule", strawberry.lazy("graph.rules")]
    MatchRun = Annotated["MatchRun", strawberry.lazy("graph.runs")]
    RunFairness = Annotated["RunFairness", strawberry.lazy("graph.fairness")]
    PairSensitivity = Annotated["PairSensitivity", strawberry.lazy("graph.sensitivity")]
    RunSensitivity = Annotated["RunSensitivity", strawberry.lazy("graph.sensitivity")]
    Question = Annotated["Question", strawberry.lazy("graph.surveys")]
    Survey = Annotated["Survey", strawberry.lazy("graph.surveys")]
    SurveyImport = Annotated["SurveyImport", strawberry.lazy("graph.surveys")]
    SurveyResponse = Annotated["SurveyResponse", strawberry.lazy("graph.surveys")]
    Topic = Annotated["Topic", strawberry.lazy("graph.topics")]
    EmergingPoint = Annotated["EmergingPoint", strawberry.lazy("graph.emerging")]
    TopicGap = Annotated["TopicGap", strawberry.lazy("graph.gaps")]
    TopicTrend = Annotated["TopicTrend", strawberry.lazy("graph.trends")]
    ShadowingWeek = Annotated["ShadowingWeek", strawberry.lazy("graph.weeks")]
