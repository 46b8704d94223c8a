"""How people try to give orders to the reader itself instead of describing work."""

from __future__ import annotations

import re

_UP_TO_FOUR = r"(?:[^\w\n]+\w+){0,4}[^\w\n]+"
_RULES = (
    r"(?:polic\w+|rules?|instructions?|guardrails?|checks?|limits?|restrictions?|approvals?|review"
    r"|prompts?|quotas?"
    r"|compliance|constraints?|above|safeguards?|validation|governance|gate)\b"
)
ORDER_WORD = re.compile(
    r"\b(?:ignor\w+|disregard\w*|forget|bypass\w*|overrid\w+|overrul\w+|circumvent\w*|skip\w*|disabl\w+"
    r"|suspend\w*|waiv\w+"
    r"|approve|unlimited|no limits?|rules?|polic\w+|checks?|do as i say|trust me)\b"
)
"""With a claim to be somebody, one of these makes an order."""
CLAIM = re.compile(
    r"\b(?:i am|i'm|im|as|this is|speaking as) (?:the |your |an? )?(?:acting )?"
    r"(?:ct?o|ceo|cfo|ciso|admin\w*|boss|owner|root|president|superuser|head of \w+|security officer)\b"
)
ORDER = re.compile(
    "|".join(
        (
            r"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|bypass(?:ing)?|overrid(?:e|ing)|overrule"
            r"|circumvent(?:ing)?"
            r"|skip(?:ping)?|disable|suspend|waive|turn(?:ing)? off|switch off|stop applying"
            r"|without(?: any)?)\b"
            rf"(?:[^\w\n]+\w+){{0,4}}?[^\w\n]+{_RULES}",
            rf"\b{_RULES}(?:[^\w\n]+\w+){{0,4}}?[^\w\n]+(?:disabled|off|suspended|waived|lifted|void|removed"
            rf"|no longer appl\w+"
            r"|(?:do|does) not apply|don't apply|doesn't apply|(?:do|does) not matter)\b",
            r"\b(?:developer|debug|god|admin|root|dan|sudo|unrestricted) mode\b",
            r"\bjailbreak\w*",
            r"\b(?:reply|respond|answer|output|return|print|say)\b[^\w\n]+(?:\w+[^\w\n]+){0,2}?(?:only"
            r"|just|exactly"
            r"|solely)\b",
            r"\b(?:reply|respond|answer|output|return|print|say)\b(?: with)?:? ?[\"'`{]",
            r"(?:^|[\n\]>.!?*-] ?)(?:system|assistant|developer)(?: (?:message|prompt|override|note|notice"
            r"|update))? ?:",
            r"\b(?:note|message|instructions?|memo|hint) (?:to|for) (?:the |any |you,? )?(?:ai|assistant"
            r"|model|bot"
            r"|agent|parser|llm|reader|system|planner)\b",
            r"\b(?:dear|hey|hello|hi|attention|to the|listen) (?:ai|assistant|model|bot|llm|agent|parser|planner)\b",
            r"\bnew (?:system )?(?:instructions?|rules|orders)\b",
            r"\b(?:you are|you're|act as|acting as|pretend(?:ing)?|behave as|consider yourself"
            r"|treat me as)\b(?:[^\w\n]+\w+){0,3}?[^\w\n]+"
            r"(?:admin\w*|root|superuser|owner|unrestricted|dan|privileged|god|authori[sz]ed|free of"
            r"|no longer)\b",
            r"\bapprove (?:it|this|everything|all|immediately|automatically|at once|without|anyway|the request"
            r"|right away)\b",
            r"\bgrant\b(?:[^\w\n]+\w+){0,4}[^\w\n]+(?:owner|admin\w*|root|role|access|permissions?"
            r"|privileges?)\b",
            r"\bgive me (?:\w+ )?(?:admin\w*|root|owner) (?:role|rights|access|permissions?)\b",
            r"\bmark (?:it|this|the request|me) as (?:approved|compliant|allowed|verified|safe|trusted"
            r"|exempt)\b",
            r"\b(?:reveal|show|print|leak|dump|send|email|post)\b(?:[^\w\n]+\w+){0,2}[^\w\n]+(?:system prompt"
            r"|instructions|secrets?|credentials|api keys?|tokens?|passwords?)\b",
            r"\b(?:log nothing|(?:do not|don't|never) (?:log|record|audit|check|verify|ask for approval"
            r"|apply))\b",
            r"\b(?:set|make|raise|increase) (?:the |my |our )?(?:budget|limit|quota"
            r"|cap)(?: limit)? (?:to )?(?:unlimited|infinite|none|no limit)",
            r"\b(?:policy|security|residency|budget) override\b",
            r"\bend of (?:request|user input|prompt)\b",
            r"\bdo as i say\b",
            r"\bignorier\w*|\bmissachte\w*|\bvergiss\b|\bumgeh\w+|\buberspring\w*",
            r"\b(?:du bist|sie sind) (?:jetzt |nun |ab sofort )?(?:der |ein |im )?(?:admin\w*|root|chef)",
            r"\bgenehmige\b",
            r"\b(?:ignor[ae]\w*|olvid[ae]\w*|omit[ea]\w*|salt[ae]\w*"
            r"|desactiv[ae]\w*)\b(?:[^\w\n]+\w+){0,4}[^\w\n]+"
            r"(?:politica\w*|reglas?|instruccion\w*|control\w*|limites?|normas?|verificacion\w*|comprobacion\w*"
            r"|anterior\w*)\b",
            r"\b(?:eres|usted es)(?: ahora)?(?: el| un)? (?:admin\w*|root)",
            r"\bresponde solo\b",
            r"\baprueba\b",
            r"\b(?:ignor\w+|oublie\w*|contourn\w+|desactiv\w+|saut\w+"
            r"|passe\w* outre)\b(?:[^\w\n]+\w+){0,4}[^\w\n]+"
            r"(?:politique\w*|regles?|instructions?|consignes?|controles?|limites?|verifications?"
            r"|precedent\w*)\b",
            r"\b(?:tu es|vous etes)(?: maintenant| desormais)?(?: l'| un )? ?(?:admin\w*|root)",
            r"\breponds? (?:seulement|uniquement)\b",
            r"(?:정책|규칙|지시|지침|검사|제한|명령|절차|승인|확인)[^\s]*\s*(?:\S+\s*){0,2}(?:무시|건너뛰|생략|해제|우회|잊|끄)",
            r"관리자(?:입니다|다|야|로서| 권한| 모드)",
            r"무시하(?:고|세요|라|십시오)",
        )
    )
)
