"""How capacity is bought: machines that may be taken back (spot), or not."""

from __future__ import annotations

import re
from typing import Literal

from workflow.language.negation import blank, refused

_SPOT = (
    r"(?<![\w-])(?<!parking )(?<!hot )(?<!blind )(?<!bright )(?:spot(?:s|-?instan[cz]\w*)?(?! ?-?(?:check"
    r"|price feed|market data|detection|on\b))"
    r"|pr(?:e|a|ae)-?empt[ia]b(?:le|el)\w*|preemptivel?|interrupt[ia]ble\w*|unterbrechbar\w*|interrumpible\w*"
    r"|low[- ]priority|스팟|선점형)"
)
_ON_DEMAND = (
    r"(?<!video )(?<!print )(?<!audio )(?<!music )(?<!content )(?<!video-)(?<!print-)(?<![\w])"
    r"(?:on[- ]?demand|bajo demanda|a la demande|온디맨드|non-preemptible|non-interruptible"
    r"|uninterruptible)(?![a-z0-9])"
)
_KEEP = re.compile(
    r"\b(?:no account|no circumstances|keinen (?:fall|umstanden)|ningun(?: caso|a circunstancia)"
    r"|aucun cas)\b[^.;\n]{0,40}?\b(?:interrupt|unterbroch|interrump|interromp)"
    r"|"
    r"\b(?:must|may|can|should|shall|cannot|must|do|does|is|are)?\s?(?:not|n't|never)\b[^.;,\n]{0,25}?\b(?:be "
    r"|get |being )?(?:interrupted|preempted|pre-empted|evicted|reclaimed|killed|taken (?:back|away))"
    r"|\bcannot\b[^.;,\n]{0,25}?\b(?:interrupted|preempted|pre-empted|evicted|reclaimed|interruptions?)"
    r"|\b(?:no|without(?: any)?|zero) (?:interruptions?|preemptions?|evictions?)|\buninterrupted\b"
    r"|\binterruptions? (?:(?:is|are|est|sont|sind) )?(?:forbidden|not allowed|interdite?s?|exclue?s?)"
    r"|\bunterbrechungen (?:sind )?(?:verboten|ausgeschlossen)"
    r"|\bnicht unterbrochen|\b(?:ohne|keine) unterbrechung|\bunterbrechungsfrei"
    r"|\bno\b[^.;,\n]{0,30}?\binterrump\w+|\bsin interrupci\w+"
    r"|\bne\b[^.;,\n]{0,30}?\b(?:pas |jamais )?etre interromp\w+|\bsans interruption"
    r"|중단(?:되|이|하)\S*\s?(?:면 )?(?:안|없|않)|중단 없이|끊기\S*\s?(?:안|없|않)|멈추\S*\s?(?:안|없|않)"
)
_EITHER = re.compile(
    rf"{_SPOT}(?: \w+)?\s?(?:,|/|as well as|or|and|oder|und|o|y|ou|et|이나|나)\s?{_ON_DEMAND}|{_ON_DEMAND}\s?(?:,"
    rf"|/|or|and|oder"
    rf"|und|o|y"
    rf"|ou|et|이나|나)\s?{_SPOT}"
)
_ALLOWED = re.compile(
    rf"(?:{_SPOT}|{_ON_DEMAND})(?:(?: (?:instances|machines|vms|boxes|nodes|capacity|stuff|ones|too))?(?:'s| (?:is|are"
    r"|would be|ist|sind|est|esta)(?: (?:also|auch|fully|totally|perfectly|aussi|tambien))?)?"
    r" (?:ok|okay|fine|welcome|allowed|acceptable|cool|all right|bien|in ordnung|works?|will do|moglich|erlaubt"
    r"|acceptee?s?|possibles?)\b|도? ?(?:가능(?!하면)|괜찮|허용|무방|됩니다|돼요))"
    rf"|\b(?:ok|okay|fine|happy) (?:to use|to run on|with) {_SPOT}"
    rf"|\b(?:as|so) (?:is|are|would|will) (?:be )?(?:{_SPOT}|{_ON_DEMAND})"
)

_ANSWERED_NO = re.compile(
    rf"(?P<what>{_SPOT}|{_ON_DEMAND})(?: allowed| instances| ok)?\s?[:=?] ?(?:no|nope|false|nein|non)\b"
)
"""`Spot: no` in a form."""


def read(text: str) -> Literal["any", "spot", "on_demand"]:
    """`on_demand` where that is asked or interruption refused (it wins over spot), `any` where both will do."""
    text = _ANSWERED_NO.sub(lambda label: f"no {label['what']}", text)
    no_spot, no_demand = refused(text, _SPOT), refused(text, _ON_DEMAND)
    rest = blank(text, no_spot + no_demand)
    if no_spot or _KEEP.search(rest):
        return "on_demand"
    rest = _ALLOWED.sub(" ", _EITHER.sub(" ", rest))
    if re.search(_ON_DEMAND, rest):
        return "on_demand"
    return "spot" if re.search(_SPOT, rest) else "any"
