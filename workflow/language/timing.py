"""Lengths of time in hours: how long the work takes, and within what time it must be done. Latency in milliseconds."""

from __future__ import annotations

import re

from workflow.language.negation import blank
from workflow.language.numbers import NUM

_HOURS = {
    r"h|hrs?|hours?|std|stunden?|stundige[nrs]?|horas?|heures?|시간": 1.0,
    r"mins?|minutes?|minuten?|minutos?|분": 1 / 60,
    r"d|days?|tagen?|tage?|tagige[nrs]?|dias?|jours?|journees?|일(?:간)?": 24.0,
    r"w|wks?|weeks?|wochen?|semanas?|semaines?|주(?:일|간)?": 168.0,
    r"months?|monate?n?|meses|mois|개월|달(?!러)": 730.0,
}
_UNIT = "|".join(f"(?:{words})" for words in _HOURS)
_ONE = rf"{NUM}[ -]?(?:{_UNIT})(?![a-z0-9])"
_HOUR, _MINUTE, _DAY, _WEEK = (rf"{NUM}[ -]?(?:{words})(?![a-z0-9])" for words in list(_HOURS)[:4])
_AND = r",? (?:and |und |y |et )?"
_LENGTH = (
    rf"(?:{NUM} ?h(?:(\d{{1,2}})(?: ?m(?:in)?)?| (?:(\d{{1,2}}) ?m(?:in)?))(?![a-z0-9])"
    rf"|{_WEEK}{_AND}{_DAY}|{_DAY}{_AND}{_HOUR}|{_HOUR}{_AND}{_MINUTE}|{_ONE})"
)
_SHORT = rf"{NUM}(?P<short>[dmw])(?=\s?(?:$|[,;.\n)]|spot\b|eu\b|us\b|\$|<|max\b|on-demand))"
_NOT_LENGTH = re.compile(
    "|".join(
        (
            r"(?<![\w.])[23]d(?= [a-z])(?! spot| on-demand| eu\b| us\b| max| under)|\b(?:rend\w+"
            r"|animat\w+|scans?"
            r"|modell?\w*) [23]d\b",
            rf"(?:every|per|alle|jede\w*|cada|tou(?:te)?s les|chaque|매) {_ONE}",
            rf"(?:(?<! )/|\bper )\s?{_ONE}",
            rf"\b(?:last|past|previous|next|first|letzten|vergangenen|ultimos|ultimas|derni[eè]re?s"
            rf"|nachsten) {_ONE}",
            rf"(?:지난|최근)\s?{_ONE}",
            rf"{_ONE} (?:of|de|von|worth of|d') ?(?:\w+ ){{0,2}}(?:audio|videos?|footage|logs?|data|history"
            rf"|recordings?|speech|retention|music|podcasts?|calls?|material|downtime|backups?|sensor|telemetry"
            rf"|notice|grabaciones|datos|donnees|enregistrements|daten)\b",
            rf"{_ONE} of (?!(?:work|comput\w*|train\w*|run\w*|processing|gpu|cpu|wall|render\w*|effort|machine"
            rf"|simulat\w+|inference|it|use|usage|fine-?tuning|the)\b)[a-z]+s\b",
            rf"\b(?:retention|retain\w*|keep(?: \w+){{0,3}}?(?: for)?|kept(?: \w+){{0,3}} for|aufbewahr\w*"
            rf"|conserv\w+|old"
            rf"|older than|ttl|expire\w*(?: after| in)?|delete\w* after|rotat\w+ (?:after"
            rf"|every))\b[^.;,\n\d]{{0,20}}{_ONE}",
            rf"{_ONE} (?:retention|ago|old|downtime|notice|of downtime|from now on|apart|aufbewahr\w*|보관)",
            rf"\b(?:start\w*|begin\w*|kick\w* off|launch\w*) (?:in|after|within) {_ONE}",
            rf"{_ONE} (?:a|per|am|pro|al|par) (?:day|week|month|tag|dia|jour)\b",
        )
    )
)
_FINISH = (
    r"(?:finish\w*|done|complet\w*|ready|deliver\w*|results?|wrap\w* up|over|back|ends?|end|land|fertig"
    r"|abgeschlossen|beendet|laufen|terminar|terminad[oa]|lista?o?|acabar|fini\w*|termin\w+|pret|livre\w*)"
)
_WITHIN = (
    r"(?:in under|in less than|within|inside(?: of)?|in at most|no later than|not later than"
    r"|in no more than|under"
    r"|before|in|by|at most|innerhalb(?: von)?|binnen|in|nach spatestens|spatestens(?: in| nach)?|dentro de"
    r"|en menos de|antes de|en|a mas tardar en|dans(?: les)?|sous|en moins de|d'ici|avant|en)"
)
_LEAD = (
    rf"(?:\b(?:within|in under|in less than|in at most|in no more than"
    rf"|no later than|not later than|inside of|innerhalb(?: von)?|binnen|spatestens (?:in|nach)"
    rf"|dentro de(?: las?| los)?|en menos de|antes de|a mas tardar en|en un plazo(?: maximo)? de"
    rf"|plazo(?: maximo)?(?: de)?:?|dans (?:les|un delai de)|sous|d'ici|en moins de|avant|au plus tard (?:dans"
    rf"|en)"
    rf"|deadline(?: is| of| in)?\s?:?|due(?: in| within)?\s?:?|turnaround(?: time)?(?: of| is)?\s?:?"
    rf"|time limit to finish:?|frist(?: von| ist)?\s?:?|delai(?: de| maximum(?: de)?)?\s?:?|fecha limite:?"
    rf"|sla\s?:|must end in|마감\s?:?|기한\s?:?"
    rf"|{_FINISH}\b[^.;\n\d]{{0,25}}?\b{_WITHIN})"
    r"(?: (?:the|a|like|maybe|roughly|about|at most|max|next|of|de|den|der|nachsten|las|los|proximas?|prochaines?"
    r"|les|no more than"
    r"|less than|around|under|unter|weniger als))*\s?(?:<=?\s?)?)$"
)
_TAIL = (
    r"^\s?(?:이내|안에|내에|내로|내 |전까지|까지|내\b)|^ (?:(?:deadline|turnaround)(?!:? ?\d)|sla\b"
    r"|at the latest|at most to finish|tops to finish|de plazo|de delai|frist|max to finish)"
    r"|^ from (?:submission|now|start)"
)
_IN = re.compile(r"\b(?:in|innerhalb|en|dans) $")
_AT_MOST = re.compile(r" (?:at (?:the )?most|at the latest|max\b|tops\b|hochstens|como maximo|maximum)")
"""`In three days at most` says when, where `three days at most` would say how long."""
_LATENCY = re.compile(
    r"latenc|respon|answer|repl[yi]|react|ttfb|\bp9\d|\bp50|round.?trip|antwort|latenz|reagier|latencia"
    r"|respuest"
    r"|respond|reponse|repond|delai de rep|지연|응답|reaktion|time to first|lag\b|ping\b"
)


def _hours(match: re.Match[str]) -> float:
    total = 0.0
    for part in re.finditer(
        rf"(?:(\d+(?:\.\d+)?)[ -]?(?P<unit>{_UNIT})(?![a-z])|(?<=h)\s?(?P<minutes>\d{{1,2}}) ?(?:m|min)?$)", match[0]
    ):
        if part["minutes"]:
            total += float(part["minutes"]) / 60
        else:
            total += float(part[1]) * next(
                hours for words, hours in _HOURS.items() if re.fullmatch(words, part["unit"])
            )
    short = {"d": 24.0, "w": 168.0, "m": 1 / 60}
    return total or float(match[1]) * short[match[0][-1]]


def lengths(text: str) -> tuple[float | None, float | None]:
    """(hours, deadline hours). The shorter deadline counts; of two lengths, the one that a word like `takes` marks."""
    text = blank(text, [m.span() for m in _NOT_LENGTH.finditer(text)])
    work: list[tuple[bool, float]] = []
    deadlines: list[float] = []
    for match in [*re.finditer(_LENGTH, text), *re.finditer(_SHORT, text)]:
        before, after = text[max(0, match.start() - 90) : match.start()], text[match.end() : match.end() + 90]
        if re.search(
            r"(?:\$|usd|dollars?|bucks?|cents?|달러)[\d.\s]{0,9}(?:/|per|an?|a|pro|la|por)? ?$", before[-24:]
        ) and not re.search(r"\bfor $", before):
            continue
        hours = _hours(match)
        if hours <= 0:
            continue
        if re.search(_LEAD, before) or re.search(_TAIL, after) or (_IN.search(before) and _AT_MOST.match(after)):
            deadlines.append(hours)
        else:
            marked = re.search(
                r"\b(?:takes?|for|lasts?|lasting|run ?time|duration|wall ?time|dauert|dauer|laufzeit|dura"
                r"|duracion|duree|pendant|durante|length|needs?)\b[^.;,\n\d]{0,20}$",
                before,
            )
            work.append((bool(marked), hours))
    if work:
        deadlines += [
            float(m[1])
            for m in re.finditer(
                r"\b(?:within|(?:done|finished|ready|back) in|en menos de|en moins de"
                r"|innerhalb von) (\d+)(?=\s?(?:[;,\n]|\.(?!\d)|$))",
                text,
            )
        ]
    first = next((h for marked, h in work if marked), work[0][1] if work else None)
    return first, min(deadlines, default=None)


def latency_ms(text: str) -> float | None:
    """The strictest response limit in milliseconds. Seconds count only where the clause speaks of responses."""
    found = [
        float(m[1])
        for m in re.finditer(
            rf"{NUM}[ -]?(?:ms|msecs?|millis|milli-?seconds?|millisekunden|milisegundos|millisecondes"
            rf"|밀리\s?초)(?![a-z0-9])",
            text,
        )
    ]
    for clause in re.split(r"[,;]\s|[.!?]\s|\n", text):
        for m in re.finditer(
            rf"(<=? ?|\b(?:under|below|within|less than|sub|at most|unter|menos de|moins de) )?{NUM}[ -]?(?:s"
            rf"|secs?|seconds?|sekunden?|segundos?|secondes?|초)(?![a-z0-9])",
            clause,
        ):
            found += [float(m[2]) * 1_000] if m[1] or _LATENCY.search(clause) else []
    return min([value for value in found if value > 0], default=None)
