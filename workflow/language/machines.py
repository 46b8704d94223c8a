"""How many machines, and whether a size is stated for each or for all of them together."""

from __future__ import annotations

import re

from workflow.language.numbers import NUM

MACHINE = (
    r"(?:nodes?|machines?|vms?|virtual machines?|box(?:es)?|workers?|servers?|instances?|replicas?|hosts?|pods?"
    r"|computers?|brokers?|droplets?"
    r"|knoten|(?!conserv)[a-z]*servern?|maschinen?|servern?|rechnern?|instanz(?:en)?|replika\w*|nodos?|maquinas?"
    r"|servidor(?:es)?"
    r"|instancias?|noeuds?|serveurs?|repliques?"
    r"|노드|서버|머신|인스턴스|가상 ?머신|워커|레플리카|컴퓨터)"
)
"""A regex for one computer by any name."""
_NOT_BETWEEN = (
    r"(?!(?:v?cpus?|v?cores?|kerne?n?|gb|gib|tb|gigs?|ram|gpus?|hours?|hrs?|h|days?|weeks?|mins?|minutes?|ms|in"
    r"|on|with|w|for|per|and|or|of|at|to|x|from|by|over"
    r"|users?|customers?|players?|usd|dollars?|bucks?|mit|und|pro|fur|auf|con|y|por|para|en|avec|et|pour|sur"
    r"|million|k|seconds?|requests?|percent|monthly|nucleos|coeurs|each)\b)"
)
_NOT_A_THING = (
    r"(?!(?:gpus?|nvidia|tesla|cards?|graphics|accelerators?|physical|virtual|dedicated|intel|amd|daily|weekly|monthly"
    r"|more|less|faster|times|spot|preemptible|interruptible|on-demand)\b)"
)
"""What `3 x` may count without counting machines, as it does in `3 x elasticsearch`."""
_EACH = re.compile(
    r"\b(?:each|apiece|every|per|jeweils|je|cada|chacune?|chaque|pro|por|par)\b|각각|각|당|씩|/ ?(?:node|vm"
    r"|box|machine)"
)
_TOTAL = re.compile(
    r"\b(?:total|in all|overall|altogether|combined|together|spread|split|divided|distributed|shared|insgesamt"
    r"|zusammen|gesamt\w*|verteilt|en total|totales|repartid\w+|au total|en tout|repartis?|reparties)\b"
    r"|\bacross (?:all|the|\d+)|총|합쳐|합해|전체|모두 합|합계|나눠"
)
_MONEY = r"(?:\$ ?[\d.]+|[\d.]+ ?(?:\$|usd|dollars?|bucks?|dolares|달러|불)|budget|예산|presupuesto)"


def read(text: str) -> int:
    """The number of machines: the largest that is stated, 1 where none is."""
    found = [
        *re.finditer(
            rf"{NUM}(?:[ -]?x)?[ -]?(?:(?:\d+-[a-z]+"
            rf"|{_NOT_BETWEEN}[a-z][a-z-]*) ){{0,3}}{_NOT_BETWEEN}(?:\w+-)?{MACHINE}(?![a-z0-9])(?!"
            rf" ?(?:hours|farm))",
            text,
        ),
        *re.finditer(
            rf"(?<![\w-])(?<!per )(?<!each ){MACHINE}(?: count)?\s?[:=] ?{NUM}(?! ?(?:x |v?cpu|core|gb"
            rf"|gpu|h\b|ms"
            rf"|[a-z]\d))",
            text,
        ),
        *re.finditer(rf"{MACHINE}\S?\s?{NUM}\s?(?:대|개)", text),
        *re.finditer(rf"{NUM}\s?(?:대|개)\S?\s(?:\S+\s)?{MACHINE}", text),
        *re.finditer(rf"(?<![\w-])(?<!\d ){MACHINE} ?x ?(\d+)(?![\d.])", text),
        *re.finditer(rf"{MACHINE}[^\u00a4]{{0,60}}?[,;:.(]\s{NUM} of (?:them|those|these)\b", text),
        *re.finditer(rf"(?<![\w.])x ?(\d+) {MACHINE}(?![a-z0-9])", text),
        *re.finditer(
            rf"{NUM} (?:agents|runners|executors|shards|gateways|proxies|controllers|peers)"
            rf"(?=,? (?:with |of |at )?\d+ ?(?:v?cpus?|v?cores?|gb|gigs?)\b)",
            text,
        ),
        *re.finditer(rf"{NUM} \u00a4+ (?:\w+ )?(?:nodes|machines|vms|boxes|servers|workers|instances|hosts)\b", text),
        *re.finditer(r"(?<![\w-])(?!gpus?\b)[a-z]{3,} x ?(\d+)(?=\s?(?:[,;:\n]|$))", text),
        *re.finditer(rf"(?<!\u00a4 ){NUM} ?x {_NOT_A_THING}{_NOT_BETWEEN}[a-z]{{3,}}", text),
        *re.finditer(rf"{NUM} ?x ?(?=\d+ ?-?(?:v?cpus?|v?cores?)\b)", text),
        *re.finditer(
            rf"(?:number|anzahl|numero|nombre|count) (?:of|der|de|d') ?{MACHINE}\s?[:=]? ?(?:is )?{NUM}", text
        ),
    ]
    counts = [int(float(match[1])) for match in found if float(match[1]).is_integer()]
    return max([count for count in counts if count > 0], default=1)


def for_each(value: float, nodes: int, text: str, where: tuple[int, int]) -> float:
    """`value` per machine: divided by `nodes` if what stands around it says that it is a total."""
    if nodes == 1:
        return value
    start = max((m.end() for m in re.finditer(r"[.!?;]\s|\n", text[: where[0]])), default=0)
    end = next(where[1] + m.start() for m in re.finditer(r"[.!?;](?:\s|$)|\n|$", text[where[1] :]))
    sentence = text[start:end]
    sentence = re.sub(
        rf"(?:{_TOTAL.pattern})[^,;\n]{{0,25}}?{_MONEY}|{_MONEY}[^,;\n]{{0,30}}?(?:{_TOTAL.pattern})", " ", sentence
    )
    clause = (
        re.split(r",\s", text[max(start, where[0] - 40) : where[0]])[-1] + re.split(r",\s|;", text[where[0] : end])[0]
    )
    if _TOTAL.search(sentence) and not _EACH.search(clause):
        return value / nodes
    return value
