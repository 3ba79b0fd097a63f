"""Closed lists of values, and their Chinese labels: the single place for both."""

from enum import StrEnum

from studio.store.event_enums import EVENT_LABELS


class TraineeRole(StrEnum):
    """What a trainee does in the community (干部类别)."""

    PARTY_SECRETARY = "PARTY_SECRETARY"
    COMMITTEE_DIRECTOR = "COMMITTEE_DIRECTOR"
    SECRETARY_AND_DIRECTOR = "SECRETARY_AND_DIRECTOR"
    DEPUTY_SECRETARY = "DEPUTY_SECRETARY"
    DEPUTY_DIRECTOR = "DEPUTY_DIRECTOR"
    RESERVE_CADRE = "RESERVE_CADRE"
    GRID_BRANCH_SECRETARY = "GRID_BRANCH_SECRETARY"
    BUILDING_LEADER = "BUILDING_LEADER"
    RURAL_TALENT = "RURAL_TALENT"
    OTHER = "OTHER"


class Level(StrEnum):
    """How far a trainee has come (分级); read as a ladder."""

    UNDERSTAND = "UNDERSTAND"
    ABLE = "ABLE"
    EXCEL = "EXCEL"


class ThreePoint(StrEnum):
    """The three-point goal (三点目标)."""

    HOT = "HOT"
    HARD = "HARD"
    HIGHLIGHT = "HIGHLIGHT"


class RegionKind(StrEnum):
    """A level of the region tree."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    TOWN = "TOWN"
    COMMUNITY = "COMMUNITY"
    GRID = "GRID"
    BUILDING = "BUILDING"


class CohortState(StrEnum):
    """Where a cohort stands."""

    DRAFT = "DRAFT"
    ENROLLING = "ENROLLING"
    SURVEYING = "SURVEYING"
    MATCHING = "MATCHING"
    RUNNING = "RUNNING"
    SHOWCASE = "SHOWCASE"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class PhraseKind(StrEnum):
    """What a topic's phrase is: another name of it, or a trouble as trainees tell it."""

    SYNONYM = "SYNONYM"
    TROUBLE = "TROUBLE"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "SINGLE"
    MULTI = "MULTI"
    SCALE = "SCALE"
    RANK = "RANK"
    TEXT = "TEXT"


class Measure(StrEnum):
    """What a question tells about needs."""

    THORNIEST = "THORNIEST"
    MOST_URGENT = "MOST_URGENT"
    SEVERITY = "SEVERITY"
    URGENCY = "URGENCY"
    DIFFICULTY = "DIFFICULTY"
    URGENCY_ORDER = "URGENCY_ORDER"
    OTHER = "OTHER"


class TagStatus(StrEnum):
    """How a topic came to a pain point."""

    PREDICTED = "PREDICTED"
    CONFIRMED = "CONFIRMED"
    CORRECTED = "CORRECTED"


class ContentKind(StrEnum):
    """What a content is."""

    COURSE = "COURSE"
    CASE = "CASE"
    ACTIVITY = "ACTIVITY"
    TEMPLATE = "TEMPLATE"
    POLICY = "POLICY"


class Origin(StrEnum):
    """Where a content comes from."""

    OWN = "OWN"
    NATIONAL = "NATIONAL"
    OTHER = "OTHER"


class RuleKind(StrEnum):
    """What a matching rule asks."""

    PIN = "PIN"
    FORBID = "FORBID"
    PREFER = "PREFER"


class MatchRunState(StrEnum):
    """How far the computation of a match run has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    OPTIMAL = "OPTIMAL"
    FEASIBLE_WITH_BOUND = "FEASIBLE_WITH_BOUND"
    INFEASIBLE = "INFEASIBLE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class PublishState(StrEnum):
    """Whether a match run counts."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"
    ROLLED_BACK = "ROLLED_BACK"


class PairingState(StrEnum):
    """Where a pairing stands."""

    SUGGESTED = "SUGGESTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    AWAITING_CONSENT = "AWAITING_CONSENT"
    CONFIRMED = "CONFIRMED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    ENDED = "ENDED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"


class PairingOrigin(StrEnum):
    """Who proposed a pairing."""

    ENGINE = "ENGINE"
    OVERRIDE = "OVERRIDE"


class ShadowStep(StrEnum):
    """The four steps of the shadowing week (跟着听、看、学、干)."""

    LISTEN = "LISTEN"
    WATCH = "WATCH"
    LEARN = "LEARN"
    DO = "DO"


class DaySlot(StrEnum):
    """When on a day."""

    DAYTIME = "DAYTIME"
    EVENING = "EVENING"


class CourseEvent(StrEnum):
    """What kind of event a course plan proposes for a cohort."""

    MONTHLY_TOPIC = "MONTHLY_TOPIC"
    QUARTERLY_SALON = "QUARTERLY_SALON"
    OUTREACH_TEACHING = "OUTREACH_TEACHING"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class JobKind(StrEnum):
    """What a job does."""

    SURVEY_IMPORT = "SURVEY_IMPORT"
    MATCH_RUN = "MATCH_RUN"
    NEEDS = "NEEDS"


class Role(StrEnum):
    """Whom a token acts for."""

    ORGANIZER = "ORGANIZER"
    MENTOR = "MENTOR"
    TRAINEE = "TRAINEE"
    CLIENT_APP = "CLIENT_APP"


LABELS: dict[type[StrEnum], dict[str, str]] = {
    TraineeRole: {
        "PARTY_SECRETARY": "社区党组织书记",
        "COMMITTEE_DIRECTOR": "居委会主任",
        "SECRETARY_AND_DIRECTOR": "书记主任一肩挑",
        "DEPUTY_SECRETARY": "副书记",
        "DEPUTY_DIRECTOR": "副主任",
        "RESERVE_CADRE": "后备干部",
        "GRID_BRANCH_SECRETARY": "网格党支部书记",
        "BUILDING_LEADER": "楼栋党小组长/楼栋长",
        "RURAL_TALENT": "乡村振兴人才培养对象",
        "OTHER": "其他社区工作者",
    },
    Level: {"UNDERSTAND": "懂治理(初)", "ABLE": "能治理(中)", "EXCEL": "善治理(高)"},
    ThreePoint: {"HOT": "党建热点", "HARD": "党建难点", "HIGHLIGHT": "党建亮点"},
    RegionKind: {
        "PROVINCE": "省",
        "CITY": "市",
        "COUNTY": "县(市、区)",
        "TOWN": "乡镇(街道)",
        "COMMUNITY": "社区",
        "GRID": "网格",
        "BUILDING": "楼栋",
    },
    CohortState: {
        "DRAFT": "筹备",
        "ENROLLING": "报名",
        "SURVEYING": "调研",
        "MATCHING": "匹配",
        "RUNNING": "培养中",
        "SHOWCASE": "展示",
        "CLOSED": "结业",
        "CANCELLED": "取消",
    },
    PhraseKind: {"SYNONYM": "别名", "TROUBLE": "难处原话"},
    QuestionKind: {"SINGLE": "单选", "MULTI": "多选", "SCALE": "量表", "RANK": "排序", "TEXT": "文本"},
    Measure: {
        "THORNIEST": "最棘手的问题",
        "MOST_URGENT": "最急迫的难题",
        "SEVERITY": "棘手程度",
        "URGENCY": "急迫程度",
        "DIFFICULTY": "困难方面",
        "URGENCY_ORDER": "急迫排序",
        "OTHER": "其他",
    },
    TagStatus: {"PREDICTED": "系统识别", "CONFIRMED": "已确认", "CORRECTED": "已更正"},
    ContentKind: {
        "COURSE": "课程",
        "CASE": "案例",
        "ACTIVITY": "活动",
        "TEMPLATE": "工具模板",
        "POLICY": "政策文件",
    },
    Origin: {"OWN": "本社区经验", "NATIONAL": "全国先进案例", "OTHER": "其他"},
    RuleKind: {"PIN": "必须配对", "FORBID": "禁止配对(回避)", "PREFER": "优先"},
    MatchRunState: {
        "QUEUED": "排队",
        "RUNNING": "计算中",
        "OPTIMAL": "已证明最优",
        "FEASIBLE_WITH_BOUND": "可行(有界)",
        "INFEASIBLE": "无解",
        "FAILED": "失败",
        "CANCELLED": "已取消",
    },
    PublishState: {"DRAFT": "草案", "PUBLISHED": "已发布", "SUPERSEDED": "被替代", "ROLLED_BACK": "已撤回"},
    PairingState: {
        "SUGGESTED": "建议",
        "UNDER_REVIEW": "复核",
        "AWAITING_CONSENT": "待双方确认",
        "CONFIRMED": "已确认",
        "ACTIVE": "进行中",
        "PAUSED": "暂停",
        "COMPLETED": "完成",
        "ENDED": "解除",
        "DECLINED": "拒绝",
        "EXPIRED": "过期",
    },
    PairingOrigin: {"ENGINE": "系统建议", "OVERRIDE": "人工调整"},
    ShadowStep: {"LISTEN": "跟着听", "WATCH": "跟着看", "LEARN": "跟着学", "DO": "跟着干"},
    DaySlot: {"DAYTIME": "白天", "EVENING": "晚上"},
    CourseEvent: {
        "MONTHLY_TOPIC": "每月专题活动",
        "QUARTERLY_SALON": "季度书记沙龙",
        "OUTREACH_TEACHING": "送教上门",
    },
    JobState: {
        "QUEUED": "排队",
        "RUNNING": "进行中",
        "DONE": "完成",
        "FAILED": "失败",
        "CANCELLED": "已取消",
    },
    JobKind: {"SURVEY_IMPORT": "导入问卷", "MATCH_RUN": "匹配", "NEEDS": "需求计算"},
    Role: {"ORGANIZER": "组织者", "MENTOR": "导师", "TRAINEE": "学员", "CLIENT_APP": "客户端应用"},
    **EVENT_LABELS,
}


def label(value: StrEnum) -> str:
    """Return the Chinese label of an enum value."""
    return LABELS[type(value)][value.value]
