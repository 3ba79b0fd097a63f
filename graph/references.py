"""Names of the stored types, so that features can refer to each other without import cycles."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from graph.contents.catalogue import Content as Content
    from graph.contents.collaborative import CollaborativeCheck as CollaborativeCheck
    from graph.contents.content_events import ContentEvent as ContentEvent
    from graph.contents.packages import CoursePlanItem as CoursePlanItem
    from graph.contents.packages import MentoringPackage as MentoringPackage
    from graph.contents.recommendations import Recommendation as Recommendation
    from graph.jobs import Job as Job
    from graph.matching.fairness import RunFairness as RunFairness
    from graph.matching.pairings import Pairing as Pairing
    from graph.matching.presets import CohortRule as CohortRule
    from graph.matching.rules import Rule as Rule
    from graph.matching.runs import MatchRun as MatchRun
    from graph.matching.sensitivity import PairSensitivity as PairSensitivity
    from graph.matching.sensitivity import RunSensitivity as RunSensitivity
    from graph.needs.emerging import EmergingPoint as EmergingPoint
    from graph.needs.gaps import TopicGap as TopicGap
    from graph.needs.heat import CountyNeed as CountyNeed
    from graph.needs.heat import RoleNeed as RoleNeed
    from graph.needs.needs import CohortNeed as CohortNeed
    from graph.needs.needs import TraineeNeed as TraineeNeed
    from graph.needs.pain_points import PainPoint as PainPoint
    from graph.needs.review import ReviewItem as ReviewItem
    from graph.needs.surveys import Question as Question
    from graph.needs.surveys import Survey as Survey
    from graph.needs.surveys import SurveyImport as SurveyImport
    from graph.needs.surveys import SurveyResponse as SurveyResponse
    from graph.needs.topics import Topic as Topic
    from graph.needs.trends import TopicTrend as TopicTrend
    from graph.people.cohorts import Cohort as Cohort
    from graph.people.people import Honour as Honour
    from graph.people.people import Mentor as Mentor
    from graph.people.people import MentorCase as MentorCase
    from graph.people.people import Person as Person
    from graph.people.people import Region as Region
    from graph.people.people import Trainee as Trainee
    from graph.people.weeks import ShadowingWeek as ShadowingWeek
else:
    Content = Annotated["Content", strawberry.lazy("graph.contents.catalogue")]
    Cohort = Annotated["Cohort", strawberry.lazy("graph.people.cohorts")]
    CollaborativeCheck = Annotated["CollaborativeCheck", strawberry.lazy("graph.contents.collaborative")]
    ContentEvent = Annotated["ContentEvent", strawberry.lazy("graph.contents.content_events")]
    CountyNeed = Annotated["CountyNeed", strawberry.lazy("graph.needs.heat")]
    RoleNeed = Annotated["RoleNeed", strawberry.lazy("graph.needs.heat")]
    Job = Annotated["Job", strawberry.lazy("graph.jobs")]
    CohortNeed = Annotated["CohortNeed", strawberry.lazy("graph.needs.needs")]
    TraineeNeed = Annotated["TraineeNeed", strawberry.lazy("graph.needs.needs")]
    CoursePlanItem = Annotated["CoursePlanItem", strawberry.lazy("graph.contents.packages")]
    MentoringPackage = Annotated["MentoringPackage", strawberry.lazy("graph.contents.packages")]
    PainPoint = Annotated["PainPoint", strawberry.lazy("graph.needs.pain_points")]
    Pairing = Annotated["Pairing", strawberry.lazy("graph.matching.pairings")]
    Honour = Annotated["Honour", strawberry.lazy("graph.people.people")]
    Mentor = Annotated["Mentor", strawberry.lazy("graph.people.people")]
    MentorCase = Annotated["MentorCase", strawberry.lazy("graph.people.people")]
    Person = Annotated["Person", strawberry.lazy("graph.people.people")]
    Region = Annotated["Region", strawberry.lazy("graph.people.people")]
    Trainee = Annotated["Trainee", strawberry.lazy("graph.people.people")]
    Recommendation = Annotated["Recommendation", strawberry.lazy("graph.contents.recommendations")]
    ReviewItem = Annotated["ReviewItem", strawberry.lazy("graph.needs.review")]
    CohortRule = Annotated["CohortRule", strawberry.lazy("graph.matching.presets")]
    Rule = Annotated["Rule", strawberry.lazy("graph.matching.rules")]
    MatchRun = Annotated["MatchRun", strawberry.lazy("graph.matching.runs")]
    RunFairness = Annotated["RunFairness", strawberry.lazy("graph.matching.fairness")]
    PairSensitivity = Annotated["PairSensitivity", strawberry.lazy("graph.matching.sensitivity")]
    RunSensitivity = Annotated["RunSensitivity", strawberry.lazy("graph.matching.sensitivity")]
    Question = Annotated["Question", strawberry.lazy("graph.needs.surveys")]
    Survey = Annotated["Survey", strawberry.lazy("graph.needs.surveys")]
    SurveyImport = Annotated["SurveyImport", strawberry.lazy("graph.needs.surveys")]
    SurveyResponse = Annotated["SurveyResponse", strawberry.lazy("graph.needs.surveys")]
    Topic = Annotated["Topic", strawberry.lazy("graph.needs.topics")]
    EmergingPoint = Annotated["EmergingPoint", strawberry.lazy("graph.needs.emerging")]
    TopicGap = Annotated["TopicGap", strawberry.lazy("graph.needs.gaps")]
    TopicTrend = Annotated["TopicTrend", strawberry.lazy("graph.needs.trends")]
    ShadowingWeek = Annotated["ShadowingWeek", strawberry.lazy("graph.people.weeks")]
