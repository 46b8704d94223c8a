"""Verbs that make a finite job of what stands behind them, where nothing plainer says what the work is."""

from __future__ import annotations

import re

from workflow.language.modelling import any_of

PILE = any_of(
    r"(?:^|[.,;:!?\n] ?|\b(?:to|please|pls|must|can you|we|then|gotta|and|should|will) )"
    r"(?:score|grind|chew|churn|plough|plow|munch|tabulate|re-?process|upscale|extract|tile|shuffle|embed|caption|dump"
    r"|re-?compute|re-?calculate|re-?run|merge|sort|split|sample|impute|normali[sz]e|flatten|label|tag|transcribe"
    r"|translate|summari[sz]e|digiti[sz]e|index|hash|checksum|filter|enrich|geocode|stitch|denoise|segment|chunk"
    r"|cluster"
    r"|rank|mine|sift|scan|tally|count|extrapolate|interpolate|vectori[sz]e|raster\w+|downsample|re-?sample)\b",
    r"\b(?:ray[- ]?trac\w+|(?:feasibility|ablation|docking|parameter|scaling) stud(?:y|ies)"
    r"|one pass|in one go|runs? of (?:the|our|an?|all)|overnight|(?:scan|count|check|audit|census"
    r"|survey) of (?:the|our|all))\b",
)
"""Verbs for work on a pile that is there already. They say so only where nothing plainer is named: much else is ranked,
tagged or scanned too."""
_SET_UP = (
    r"host|run|deploy|serve|launch|put|start|stop|set|spin|stand|bring|keep|make|give|get|need|want|have|has|use"
    r"|provision"
    r"|move|place|order|hold|store|archive|park|stash|save|retain|back|buy|rent|reserve|create|open|publish|expose|ship"
    r"|release|roll|offer|provide|fire|boot|find|see|let|help|add|attach|extend|grow|scale|upgrade|replace|rehost"
    r"|secure|protect|monitor|watch|power|support|operate|maintain|connect|link|share|show|display|answer|handle|build"
)
_LEARN = r"(?:re|pre)?-?train|teach|re-?fit|fit|tune|fine-?tune|adapt|improve|continue|speciali[sz]e|distill?|learn"
_NO_VERB = (
    r"for|on|in|at|with|by|from|of|and|or|but|to|near|under|over|per|within|not|no|any|all|like|than|that|this|as"
    r"|if|when"
    r"|where|so|then|also|only|just|about|around|after|before|between|into|onto|through|during|until|outside|inside"
    r"|behind|across|along|against|because|since|while|is|are|was|be|do|does|must|can|may|will|should|would|could"
    r"|stay|leave"
    r"|remain|ask|tell|call|ignore|forget|skip|approve|disregard|budget|costs?|thanks?|hi|hey|hello|dear|team"
    r"|note|reminder"
    r"|what|who|how|why|which|both|even|still|now|here|there|than|cap|max|limit"
)
DEED = re.compile(
    r"(?:^|[.;:!?\n] ?|\b(?:to|must|gotta|please|pls|can you|could you|can we|and|then) )"
    rf"(?!(?:{_SET_UP}|{_LEARN}|{_NO_VERB})\b)[a-z][a-z-]{{2,}}(?: (?:up|out|down|through|over|together))?"
    r" (?:the|our|all|my|last|this|these|those|every|yesterday's|tonight's|\d{3,})\b"
    r"(?! (?:\w+ ){0,3}(?:models?|net|network|llm|classifier|detector|recommender)\b)"
)
"""What is done to something that is there: `pack last year's logs`. Any verb will do that sets up nothing, keeps
nothing running and teaches no model."""
