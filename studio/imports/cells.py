"""Single values typed by people: dates, times, durations, numbers and telephone numbers."""

import datetime as dt
import re
import unicodedata

from studio.store.clock import CHINA

# Day 0 of Excel's calendar; serials between 1950 and 2100 are taken as dates.
_EXCEL_ZERO = dt.datetime(1899, 12, 30)
_SERIALS = (18264.0, 73051.0)
_YEARS = (1950, 2100)
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_NUMERAL = re.compile(r"^(?:([一二三四五六七八九两])?(十))?([一二三四五六七八九两])?$")
# A year of two digits is of this century up to here.
_PIVOT = 50
_SHORT_YEAR = re.compile(r"^(\d{2})年(?=\d{1,2}月)")
_YMD = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*[日号]?|\s*月)?(?!\d)")
_MDY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_YEAR = re.compile(r"^(\d{4})\s*年?$")
_CLOCK = re.compile(
    r"(上午|下午|晚上|凌晨|中午)?\s*(\d{1,2})[:时点](\d{1,2})(?:[:分](\d{1,2}))?[分秒]?(?:\.\d+)?\s*([AaPp][Mm])?"
)
_UNITS = (("天", 86_400), ("小时", 3_600), ("时", 3_600), ("分钟", 60), ("分", 60), ("秒", 1))
_LATIN_UNITS = {
    "d": "天",
    "h": "小时",
    "hours": "小时",
    "hour": "小时",
    "min": "分",
    "m": "分",
    "s": "秒",
    "sec": "秒",
}
_SPAN = re.compile(r"(-?\d+(?:\.\d+)?)\s*(天|小时|时|分钟|分|秒)钟?")
_HMS = re.compile(r"^(-?)(?:(\d+):)?(\d{1,3}):(\d{1,2})$")
_DAYS_HMS = re.compile(r"^(-?\d+) days?, (.+)$")


def plain(text: str) -> str:
    """Return a text in half-width characters without outer blanks."""
    return unicodedata.normalize("NFKC", text).strip()


def parse_number(text: str) -> float | None:
    """Return a finite number, also full-width or with a percent sign (80% is 0.8), or None."""
    value = plain(text).replace(",", "")
    if not re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)%?", value) or len(value) > 18:
        return None
    return float(value[:-1]) / 100 if value.endswith("%") else float(value)


def parse_count(text: str) -> float | None:
    """Return a number as `parse_number` does, also 三, 十五 or 二十 in Chinese, and a half more (5年半 is 5.5)."""
    value = plain(text)
    if value.endswith("半"):
        whole = parse_count(re.sub(r"[年个]?半$", "", value))
        return None if whole is None or not whole.is_integer() else whole + 0.5
    found = _NUMERAL.match(value)
    if not value or found is None:
        return parse_number(value)
    digits = [int((part or "零").replace("两", "二").translate(_DIGITS)) for part in (found[1], found[3])]
    tens = digits[0] or int(found[2] is not None)
    return float(10 * tens + digits[1])


def parse_date(text: str) -> dt.date | None:
    """Return the day of a date as people and tools write it, or None.

    Reads 2026/3/2, 2026-03, 2019年7月, 19年7月, 二〇一九年七月, 2019.7, 201907, 20190701, 2019,
    Excel serials; a missing day or month is the first. An Excel number 2019.1 can be 2019.10 with its zero
    lost; it is read as January.
    """
    value = _arabic(re.sub(r"(至今|以来|起|开始)$", "", plain(text)).strip())
    found = _YMD.match(value) or _COMPACT.match(value)
    if found:
        return _day(found[1], found[2], found[3] or "1")
    if found := _MDY.match(value):
        # 31/12/2020 can only have its day first; 1/5/2020 is read as tools write it, month first.
        month, day = (found[2], found[1]) if int(found[1]) > 12 else (found[1], found[2])
        return _day(found[3], month, day)
    if found := _YEAR.match(value):
        return _day(found[1], "1", "1")
    serial = _serial(value)
    return serial.date() if serial else None


def parse_time(text: str, zone: dt.tzinfo = CHINA) -> dt.datetime | None:
    """Return a date with its time of day as an aware datetime in `zone`, or None."""
    value = plain(text).replace("T", " ")
    serial = _serial(value)
    if serial:
        return serial.replace(tzinfo=zone)
    day = parse_date(value)
    if day is None:
        return None
    found = _CLOCK.search(value)
    if not found:
        return dt.datetime.combine(day, dt.time(), zone)
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    if (found[1] in {"下午", "晚上"} or (found[5] or "").lower() == "pm") and hour < 12:
        hour += 12
    if (found[1] in {"上午", "凌晨"} or (found[5] or "").lower() == "am") and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return dt.datetime.combine(day, dt.time(hour, minute, second), zone)


def parse_duration(text: str) -> int | None:
    """Return a duration in whole seconds: 125, 125秒, 2分5秒, 0:02:05; negative ones too; or None."""
    value = plain(text).lower()
    number = parse_number(value)
    if number is not None and not value.endswith("%"):
        return round(number)
    if found := _DAYS_HMS.match(value):
        rest = parse_duration(found[2])
        return None if rest is None else int(found[1]) * 86_400 + rest
    if found := _HMS.match(value):
        seconds = int(found[2] or 0) * 3_600 + int(found[3]) * 60 + int(found[4])
        return -seconds if found[1] else seconds
    value = re.sub(r"[a-z]+", lambda word: _LATIN_UNITS.get(word[0], word[0]), value)
    spans = _SPAN.findall(value)
    if not spans or _SPAN.sub("", value).strip():
        return None
    units = dict(_UNITS)
    return round(sum(float(amount) * units[unit] for amount, unit in spans))


def parse_phone(text: str) -> str | None:
    """Return a telephone number of 11 digits, typed with any spaces, dashes or +86, or None."""
    # A program that takes numbers for floats writes 19900000001.0.
    value = re.sub(r"[\s\-—()]|\.0+$", "", plain(text))
    value = re.sub(r"^(\+?86|0086)(?=1\d{10}$)", "", value)
    return value if re.fullmatch(r"\d{11}", value) and value.isascii() else None


def _arabic(value: str) -> str:
    """Return a date in Chinese digits or with a year of two digits (二〇二〇年十二月, 20年5月) as 2020年12月."""
    if "年" in value:
        value = re.sub(r"[一二三四五六七八九]?十[一二三四五六七八九]?", _tens, value).translate(_DIGITS)
    if found := _SHORT_YEAR.match(value):
        century = 20 if int(found[1]) <= _PIVOT else 19
        return f"{century}{value}"
    return value


def _tens(found: re.Match[str]) -> str:
    return f"{parse_count(found[0]):.0f}"


def _day(year: str, month: str, day: str) -> dt.date | None:
    if not _YEARS[0] <= int(year) <= _YEARS[1]:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _serial(value: str) -> dt.datetime | None:
    if not re.fullmatch(r"\d{5}(\.\d+)?", value):
        return None
    number = float(value)
    if not _SERIALS[0] <= number <= _SERIALS[1]:
        return None
    return (_EXCEL_ZERO + dt.timedelta(seconds=round(number * 86_400))).replace(microsecond=0)
