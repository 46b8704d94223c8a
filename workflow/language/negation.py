"""What is refused: `not on AWS`, `anything but us-east-1`, `kein Spot`, `sauf Azure`, `GCP 제외`."""

from __future__ import annotations

import re

_NOT = (
    r"(?:auf keinen fall|keinesfalls|unter keinen umstanden|en ningun caso|bajo ningun concepto|en aucun cas"
    r"|surtout pas"
    r"|under no circumstances|not|no|nothing|never|without|except(?:ing)?|exclud(?:e|es|ing)|forbids?|prohibits?"
    r"|bans?|refuses?|rejects?|rules? out|disallows?|verbietet|avoid(?:ing)?|minus"
    r"|besides|nor|neither"
    r"|don't|doesn't|isn't|won't|can't|cannot|outside"
    r"|(?:anything|anywhere|any \w+|all|everything|everywhere|everyone|anyone) but|apart from|other than"
    r"|rather than|instead of|aside from|stay away from"
    r"|nicht|kein\w*|ohne|ausser|ausgenommen|bloss nicht|niemals|sin|salvo|excepto|menos|evit\w+|nada de|nunca"
    r"|tampoco|ni|fuera de"
    r"|pas|sans|hors|excepte|eviter|sauf|jamais|ne)"
)
_BETWEEN = (
    r"(?:on|in|at|the|use|using|run|running|want|be|to|for|region|regions|cloud|provider|go|with|a|an|of|like"
    r"|host|hosted|deploy|deployed|put|allowed|any|our|please|instances?|it|this|that|them|anything|data|see"
    r"|store|kept|keep"
    r"|auf|bei|mit|der|die|das|dem|en|el|la|los|las|les|le|sur|chez|dans|avec|usar|de|d'|l'|su|es|instancias?"
    r"|unsere\w*|utiliser|als)"
)
_AFTER = (
    r"(?:\s?(?:은|는|이|가|만|을|를|에는|에서는|도)?\s?(?:제외|말고|빼고|안\s?(?:돼|됩|되|됨|된|쓰)|불가|금지|없이|아닌|쓰지|사용하지|외(?:의|에|로)))"
    r"|(?:(?:'s)?,? ?(?:(?:cloud|platform|services?|instances?|machines?|vms?|capacity|region) )?(?:is|are|'s|ist"
    r"|sind|esta|estan|es|son|est|sont"
    r"|n'est|ne sont)? ?(?:not (?:ok|okay|allowed|an option|acceptable|possible|permitted)|off the table"
    r"|out of the question|out(?! of)|a no-?go|no option|no good|ruled out|taboo|tabu"
    r"|forbidden|excluded|banned|prohibited|ausgeschlossen|excluid[oa]s?|exclue?s?|verboten"
    r"|(?:kommt |kommen )?nicht (?:infrage|in frage|erlaubt|moglich|gewunscht|zulassig|akzeptabel)"
    r"|no (?:permitid\w+|admitid\w+|aceptable\w*)"
    r"|pas (?:autorise\w*|permis\w*|acceptable\w*)|interdit\w*|prohibid\w+))"
    r"|(?: (?:would|will|is|are|does|do) ?(?:not|n't)(?=\s?[.,;]|$))"
)
_OR = (
    r"\s?(?:/|(?:or|and|nor|oder|und|noch|o|u|y|e|ni|ou|et|sowie)(?=\s)|,(?=[^,.;\n]* (?:or|and|nor|oder"
    r"|und|o|y|ni"
    r"|ou|et) )|와|과|나|이나)\s?"
)


def refused(text: str, name: str) -> list[tuple[int, int]]:
    """Spans of the names (a regex) that the text refuses, with all that are named in the same breath."""
    listed = rf"(?P<names>(?:{name})(?:{_OR}(?:{_BETWEEN} )*(?:{name}))*)"
    before = re.finditer(rf"(?<![\w-]){_NOT}(?:[\s-]+(?:[dl]')?{_BETWEEN})*[\s-]+(?:[dl]')?{listed}", text)
    non = re.finditer(rf"(?<!\w)(?:non|un|no)-?(?P<names>{name})", text)
    after = re.finditer(rf"{listed}(?:{_AFTER})", text)
    return [match.span("names") for found in (before, non, after) for match in found]


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with the spans made unreadable, of the same length."""
    for start, end in spans:
        text = text[:start] + "\u00a4" * (end - start) + text[end:]
    return text
