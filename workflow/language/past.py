"""How people tell of what was or already is, as against what they ask for."""

from __future__ import annotations

import re

_THING = (
    r"(?:run|time|job|bill|month|week|year|quarter|attempt|setup|set-up|cluster|one|training|night"
    r"|machine|server"
    r"|box|system|invoice|version|hardware|provider|vendor)"
)
_INPUT = rf"'s (?!{_THING}|cost|costs|price|spend|spending|budget|usage)[a-z]"
"""Last month's leads are what is worked on now."""
PAST = re.compile(
    "|".join(
        (
            rf"\b(?:last|previous|prior|earlier|past|old) {_THING}\b(?! \d)(?!{_INPUT})",
            r"\b(?:previously|formerly|used to|until now|so far|in the past|back then|originally|historically"
            r"|yesterday|ago|until recently|anymore|no longer)\b",
            r"\b(?:cost|costed|costs|charged|billed|set|has cost) us\b(?! (?:no|not|at|less|under|up)\b)",
            r"\b(?<!all )(?<!model )(?<!classifier )(?:we|i|they) (?:paid|spent|used|ran|had|trained|did|burned"
            r"|burnt|were|rented)\b",
            r"\b(?:ran|was running|were running|was|were|has been|have been) (?:on|in|with|at|hosted"
            r"|using|billed|\$|\d)",
            r"\btook\b",
            r"\b(?:we|i|they) (?:now |still )?pay (?:about |around )?\$?\d",
            r"\bused \d",
            r"\b(?:it's|they're|sits|lives|resides|runs|is|are|stored|hosted|kept|held|have|has|use|uses|pay|pays|run"
            r"|sitting"
            r"|lying|live|sit)\b.{0,60}\b(?:currently|today|at the moment|right now|presently|already"
            r"|these days)\b",
            r"\b(?:currently|presently|today|right now|at the moment|already"
            r"|these days)\b.{0,20}\b(?:sits?|lives?"
            r"|on|in|runs?|running|using|uses?|paying|pays?|pay|hosted|stored|have|has|costs?|at)\b",
            r"\bgets? (?:switched off|retired|shut down|decommissioned)\b",
            r"\b(?:which|that) (?:reads|read|pulls|comes|came) from\b",
            r"\b(?:source|origin|input)(?: data| bucket)? (?:is|are|sits?|lives?|lies|comes?|in|on)\b",
            r"\b(?:it |job )?(?:reads|read|pulls|consumes|ingests)\b.{0,40}\b(?:from|existing|in)\b",
            r"\bexisting\b.{0,30}\b(?:lake|bucket|storage|volume|share|warehouse|disk)\b",
            r"\bletzte[rsnm]? (?:mal|lauf|monat|woche|jahr|rechnung|training|nacht)\b",
            r"\b(?:bisher\w*|fruher\w*|zuletzt|derzeit|momentan|vorher|damals|gestern|bislang|aktuell"
            r"|heute noch)\b",
            r"\b(?:kostete|hat .{0,20}gekostet|liegen (?:schon|bereits)|liegt (?:schon|bereits))\b",
            r"\b(?:la ultima vez|(?:el|la) (?:mes|semana|ano|ejecucion|factura)(?: \w+)? (?:pasad[oa]|anterior)"
            r"|anteriormente|actualmente|hasta ahora|nos costo|pagamos|ayer|antes usabamos|ya (?:estan"
            r"|esta))\b",
            r"\bultima ejecucion\b",
            r"\b(?:la derniere fois|(?:le|la) (?:mois|semaine|annee|facture)(?: \w+)? (?:dernier|derniere"
            r"|precedente?|passee?)|precedemment|actuellement|jusqu'ici|jusqu'a present|nous a coute"
            r"|auparavant|hier"
            r"|deja)\b",
            r"\bdernier(?:e)? (?:execution|entrainement|facture|run)\b",
            r"지난\s?(?:번|달|주|해|학습|실행)|이전에|이전 (?:실행|작업|학습)"
            r"|기존|현재|예전|작년|어제|들었|썼|나왔|사용했|걸렸|이미(?!지)",
        )
    )
)
