"""Deadlines by the calendar: `by tomorrow noon`, `Due: Friday`, `bis morgen 18 Uhr`, `antes del lunes`, `내일까지`."""

from __future__ import annotations

import re
from datetime import date

from workflow.model.due import CLOSE, Due

_DAYS = {
    "day_after_tomorrow": r"(?:the )?day after tomorrow|ubermorgen|pasado manana|apres-demain|모레",
    "tomorrow": r"tomorrow|tmrw|tmr|morgen|manana|demain|내일",
    "today": r"today|tonight|this (?:evening|afternoon)|e\.?o\.?d\b|end of (?:the )?(?:day|business)|heute|hoy"
    r"|esta noche|aujourd'hui|ce soir|오늘",
    "month_end": r"(?:the )?end of (?:the |this )?month|month-?end|e\.?o\.?m\b|monatsende|(?:el )?fin de mes"
    r"|(?:la )?fin du mois|이번 달 말|월말",
    "monday": r"mon(?:day)?|montag|lunes|lundi|월요일",
    "tuesday": r"tue(?:s(?:day)?)?|dienstag|martes|mardi|화요일",
    "wednesday": r"wed(?:nesday)?|mittwoch|miercoles|mercredi|수요일",
    "thursday": r"thu(?:rs(?:day)?)?|donnerstag|jueves|jeudi|목요일",
    "friday": r"fri(?:day)?|(?:the )?end of (?:the |this )?week|e\.?o\.?w\b|freitag|ende der woche|wochenende"
    r"|viernes|vendredi|금요일",
    "saturday": r"sat(?:urday)?|samstag|sabado|samedi|토요일",
    "sunday": r"sun(?:day)?|sonntag|domingo|dimanche|일요일",
}
_PARTS = {
    9 * 60: r"morning|first thing|fruh|vormittag|por la manana|matin|아침|오전",
    12 * 60: r"noon|midday|lunch(?:time)?|mittags?|mediodia|midi|정오",
    CLOSE: r"afternoon|close of business|cob|nachmittags?|por la tarde|apres-midi|오후",
    21 * 60: r"evening|night|abends?|por la noche|soir|저녁",
    24 * 60: r"midnight|mitternacht|medianoche|minuit|자정",
}
_NIGHT = re.compile(r"tonight|evening|esta noche|ce soir")
_CLOCK = (
    r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d\d)(?: ?(?P<half>am|pm|a\.m\.|p\.m\.))?|(?= ?(?:am|pm|a\.m|p\.m|uhr|h|o'clock|시))"
    r" ?(?P<short>am|pm|a\.m\.|p\.m\.)?)(?: ?(?:uhr|h|o'clock|시))?(?: ?(?:utc|gmt))?"
)
_PART = "|".join(_PARTS.values())
_TIME = rf"(?:(?P<part>{_PART})|(?<![\d.$]){_CLOCK}(?![\w%$]|\.\d))"
_DAY = rf"(?P<day>{'|'.join(_DAYS.values())}|\d{{4}}-\d\d-\d\d)(?![a-z0-9])"
_LEAD = (
    r"(?P<lead>\b(?:by|before|no later than|not later than|at the latest by|due(?: date| by| on)?(?: ?:)?"
    r"|deadline(?: is| by| on)?(?: ?:)?|bis(?: spatestens| zum)?|spatestens(?: am)?|vor|frist ?:?|para(?: el)?"
    r"|antes de(?:l)?|a mas tardar(?: el)?|fecha limite ?:?|avant(?: le)?|d'ici(?: a)?|au plus tard(?: le)?"
    r"|pour(?: le)?|마감 ?:?))"
)
_FILL = (
    r"(?: ?(?:,|the|this|next|coming|on|at|around|um|am|den|kommenden|a las|a la|al|el|le|a|en|in|por"
    r"|proximo|prochain))*"
)
_AHEAD = re.compile(rf"{_LEAD}{_FILL} (?:{_TIME}{_FILL} )?{_DAY}")
_BEHIND = re.compile(rf"{_LEAD}{_FILL} {_DAY}(?:{_FILL} {_TIME})?")
_HOUR = re.compile(rf"{_LEAD}{_FILL} {_TIME}(?= ?(?:$|[,;.\n)]))")
_KOREAN = re.compile(rf"{_DAY} ?(?:{_TIME} ?)?(?:까지|전까지|안에)")
_BEFORE = re.compile(r"before|vor|antes|avant")


def read(text: str) -> Due | None:
    """The deadline of a normal text, the first where several are named; None where none is, or it makes no sense."""
    for pattern in (_BEHIND, _AHEAD, _KOREAN, _HOUR):
        if match := pattern.search(text):
            return _due(match)
    return None


def _due(match: re.Match[str]) -> Due | None:
    said = match.groupdict()
    day = _day(said.get("day"))
    minute = _minute(said)
    if day is None or minute == _NONSENSE:
        return None
    if minute is None:
        minute = 21 * 60 if _NIGHT.search(said["day"]) else 0 if _BEFORE.match(said.get("lead") or "") else CLOSE
    return Due(day=day, minute=minute)


_NONSENSE = -1


def _day(said: str | None) -> str | None:
    if said is None:
        return "any"
    for name, words in _DAYS.items():
        if re.fullmatch(words, said):
            return name
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        return None


def _minute(said: dict[str, str | None]) -> int | None:
    """Minutes from midnight; None where no time is said, `_NONSENSE` for a time that no clock shows."""
    if part := said.get("part"):
        return next(minute for minute, words in _PARTS.items() if re.fullmatch(words, part))
    hour_said = said.get("h")
    if hour_said is None:
        return None
    half = said.get("half") or said.get("short") or ""
    hour = int(hour_said) % 12 + 12 * half.startswith("p") if half else int(hour_said)
    minute = hour * 60 + int(said.get("m") or 0)
    shown = minute <= 24 * 60 and int(said.get("m") or 0) < 60 and (not half or int(hour_said) <= 12)
    return minute if shown else _NONSENSE
