"""How often the work comes again: `every night`, `weekly`, `jeden Montag`, `cada hora`, `매일`."""

from __future__ import annotations

import re

from workflow.model.workload import Recurrence

_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
)
_EVERY = r"(?:every|each|once (?:a|an|per)|jede[nrs]?|alle|cada|tous les|toutes les|chaque|매)"
_WORDS: dict[Recurrence, str] = {
    "hourly": rf"\bhourly\b|{_EVERY} (?:hour|stunde|hora|heure)\b|\bstundlich\b|매\s?시간",
    "weekdays": rf"{_EVERY} (?:week ?day|working day|business day|werktag|dia laborable|jour ouvre)s?\b|\bwerktags\b"
    r"|\bon weekdays\b|평일",
    "daily": rf"\b(?:daily|nightly)\b|{_EVERY} (?:day|night|morning|evening|tag|nacht|1 ?dias?|dia|noche|jours?|nuits?"
    r"|soirs?)\b|\b(?:taglich|nachtlich|diari[oa]|nocturn[oae]|quotidien\w*)\b|매일|매\s?1?일|야간|밤마다",
    "weekly": rf"\bweekly\b|{_EVERY} (?:week|woche|semana|semaine|{_DAY})s?\b|\bwochentlich\b|\bsemanal\b"
    r"|\bhebdomadaire\b|매주|매\s?1?주|주마다",
    "monthly": rf"\b(?:month-?end|end-of-month|monatsabschluss)\b|{_EVERY} (?:month|monat|mes|mois)\b"
    r"|\bmonthly (?!budget|limit|cap|cost|spend|bill|max)[a-z]+",
    "quarterly": rf"\b(?:quarterly|quarter-?end)\b|{_EVERY} (?:quarter|quartal|trimestre)\b|분기",
    "yearly": rf"\b(?:yearly|annual(?:ly)?) (?:run|job|export|audit|report)\b|{_EVERY} (?:year|jahr|ano|annee)\b|매년",
}


def read(text: str) -> Recurrence | None:
    """The shortest rhythm that a normal text names; what a cap is per is no rhythm of the work."""
    return next((often for often, words in _WORDS.items() if re.search(words, text)), None)
