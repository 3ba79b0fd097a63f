"""Chinese titles of community posts, and the English ones, as trainee roles and levels."""

import re

from studio.imports.keys import text_key
from studio.store.enums import Level, TraineeRole
from studio.store.labels import LABELS

_BRACKETED = re.compile(r"\([^()]*\)")

# Read from top to bottom: the first that fits decides. Deputies and candidates stand before the posts
# whose title they contain.
_RULES: tuple[tuple[str, TraineeRole], ...] = (
    (r"乡村振兴|ruraltalent", TraineeRole.RURAL_TALENT),
    (r"后备|储备|培养对象|年轻干部|reserve|candidate", TraineeRole.RESERVE_CADRE),
    (r"助理|退休|离任|原任|assistant", TraineeRole.OTHER),
    (r"网格.*(书记|支书)|gridbranch|gridsecretary|gridpartysecretary", TraineeRole.GRID_BRANCH_SECRETARY),
    (r"楼栋|楼长|栋长|单元长|党小组长|buildingleader", TraineeRole.BUILDING_LEADER),
    (
        r"一肩挑|(?<!副)(书记|支书).*(?<!副)主任|(?<!副)主任.*(?<!副)(书记|支书)",
        TraineeRole.SECRETARY_AND_DIRECTOR,
    ),
    (r"^(?!.*deputy)(?!.*vice).*secretary.*director", TraineeRole.SECRETARY_AND_DIRECTOR),
    (r"(?<!副)(书记|支书)", TraineeRole.PARTY_SECRETARY),
    (r"(?<!副)主任", TraineeRole.COMMITTEE_DIRECTOR),
    (r"副书记|副支书|(deputy|vice)(party)?secretary", TraineeRole.DEPUTY_SECRETARY),
    (r"副主任|副职|(deputy|vice)(committee)?(director|chair)", TraineeRole.DEPUTY_DIRECTOR),
    (r"partysecretary|secretary", TraineeRole.PARTY_SECRETARY),
    (r"director|chair", TraineeRole.COMMITTEE_DIRECTOR),
    (
        r"社工|社区工作者|工作人员|委员|专干|干事|网格员|网格长|两委|专职|文书|会计|其他|其它|党务工作者|志愿者|监督|other|worker|staff",
        TraineeRole.OTHER,
    ),
)
_LEVELS: tuple[tuple[str, Level], ...] = (
    (r"懂|初|understand|basic", Level.UNDERSTAND),
    (r"善|高|excel|advanced", Level.EXCEL),
    (r"能|中|able|intermediate", Level.ABLE),
)

# 副 may stand before the body: 副党支部书记 is a 副书记.
_DEPUTY_OF = re.compile(r"副(?:社区|党委|党总支|总支|党支部|支部|居委会|居委|村委会|村委)(?=书记|主任)")


def parse_role(text: str) -> TraineeRole | None:
    """Return the role that a title means (书记、主任; 支部书记; 后备; …), or None for an unknown title."""
    key = text_key(text)
    code = re.sub(r"\W", "", key)
    for role in TraineeRole:
        if code == role.value.casefold().replace("_", "") or key in {
            role.value.casefold(),
            LABELS[TraineeRole][role],
        }:
            return role
    # 书记(主任) is one person in both posts; other brackets only comment.
    key = re.sub(r"[_\s]", "", _DEPUTY_OF.sub("副", key)).replace("(主任)", "主任")
    for candidate in (_BRACKETED.sub("", key), key):
        for pattern, role in _RULES:
            if re.search(pattern, candidate):
                return role
    return None


def parse_level(text: str) -> Level | None:
    """Return the level that a text means (懂治理, 能治理, 善治理, 初级, 中级, 高级), or None."""
    key = text_key(text)
    return next((level for pattern, level in _LEVELS if re.search(pattern, key)), None)
