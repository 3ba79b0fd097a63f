"""Options that many commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


class Language(StrEnum):
    """The language of messages."""

    ZH = "zh"
    EN = "en"


FormatOption = Annotated[Format, typer.Option("--format", help="text 供人阅读,json 供程序读取")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="zh 中文,en English", envvar="YANZHEN_LANG")]
StudioOption = Annotated[str | None, typer.Option("--studio", help="工作室名称;只有一个时不必给出")]
CohortOption = Annotated[int, typer.Option("--cohort", min=1, help="第几批")]
FileArgument = Annotated[Path, typer.Argument(help="xlsx、xls 或 csv 文件")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="只检查,不写入")]
SkipOption = Annotated[bool, typer.Option("--skip-bad-rows", help="跳过有问题的行,写入其余各行")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help='指定列的含义,如 --map "姓名(必填)=name",可多次')
]
