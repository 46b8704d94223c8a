"""Whether the text says that personal data is involved, and which law it names."""

from __future__ import annotations

import re

_PEOPLE = (
    r"(?:patients?|customers?|clients?|employees?|members?|students?|citizens?|users?|subscribers?"
    r"|donors?|tenants?"
    r"|residents?|pupils?|voters?|staff|people|persons?"
    r"|(?:policy|account|card) ?-?holders?|insured|borrowers?|passengers?|applicants?|candidates?"
    r"|guests?|drivers?|learners?|individuals?)"
)
_RECORDS = (
    r"(?:records?|names?|e-?mails?|addresses|details|files?|profiles?|histor(?:y|ies)|ibans?|phone numbers?"
    r"|identit\w+|identifiers?|dossiers?|contacts?|charts?|master data|information|info)"
)
_SAID = (
    r"\bpii\b|\bphi\b(?! ?-?\d)|\bpersonal(?:ly)?(?: and \w+)? (?:data|information|info|details|identif\w+|records?)"
    r"|\bpersonal[- ]data\b|\bpersonally identif\w+"
    rf"|\b{_PEOPLE}(?:'s?|s')?(?: \w+)? {_RECORDS}\b|\b{_RECORDS} (?:of|about|for|from|on) (?:our |the |all "
    rf"|their )?(?:\w+ )?{_PEOPLE}\b"
    rf"|\b{_PEOPLE} ?\([^)\n]{{0,40}}\b{_RECORDS}\b"
    r"|\b(?:patients?|customers?|clients?|employees?)(?:'s?|s')? (?:\w+ )?(?:data|datasets?|images?|scans?"
    r"|x-?rays?|photos?)\b|\b(?:\w+ )?(?:data|images?|scans?|x-?rays?|photos?|records?|mris?|recordings?|notes"
    r"|samples|faces) (?:of|about|from) (?:our |the |all |their )?(?:\w+ ){0,2}(?:patients?|customers?)\b"
    r"|\b(?:medical|health|patient|clinical|hr|payroll|personnel) records?\b|\bibans?\b|\bssns?\b"
    r"|\bsocial security\b|\bpassports?(?: numbers?| scans?| photos?| data)?\b|\bcredit card numbers?\b"
    r"|\bdates? of birth\b|\bbirth ?dates?\b|\bhome addresses\b|\bphone numbers\b|\b(?:national )?id numbers?\b"
    r"|\be-?mail addresses\b|\bnames and addresses\b|\bnames, addresses\b"
    r"|\b(?:images?|imagenes|photos?|fotos|radio\w*|scanners?|resonancias|cliches) (?:de|des) (?:nos |nuestros "
    r"|los )?(?:patients?|pacientes)\b"
    r"|\bpersonenbezogen\w*|\bpersonendaten\b|\bpersonliche[nrs]? (?:daten|informationen)\b|\b(?:patienten"
    r"|kunden|mitarbeiter|nutzer)(?:daten|akten|namen|adressen|bilder|aufnahmen|fotos|datensatze\w*)\b"
    r"|\b\w*(?:aufnahmen|bilder|fotos|akten|befunde|daten|namen|adressen) (?:unserer|von|der)"
    r" (?:patienten|patientinnen|kunden|mitarbeiter\w*)\b"
    r"|\bdatos (?:\w+ )?(?:personales|de (?:nuestros |los |)(?:pacientes|clientes))\b|\binformacion personal\b"
    r"|\b(?:historia\w*|historial\w*|expedientes) (?:clinic|medic)\w+|\b(?:registros|expedientes|historiales"
    r"|nombres) de (?:nuestros |los )?(?:pacientes|clientes)\b"
    r"|\b(?:donnees|informations?) (?:a caractere )?personnel\w*|\bdonnees (?:de |des |de nos )?(?:patients?"
    r"|clients?|sante)\b|\b(?:dossiers?|noms|fichiers?) (?:de |des |de nos )?(?:patients?|clients?|medica\w+)\b"
    r"|개인\s?정보|개인\s?데이터|환자\S*\s?(?:데이터|기록|정보|자료|영상|사진|차트)|고객\S*\s?(?:정보|명단|기록|데이터|이름|개인)|주민\s?등록|의료\s?기록"
    r"|진료\s?기록"
    r"|개인\s?식별"
)
_LAW = r"\b(?:gdpr|dsgvo|ds-gvo|rgpd)(?![a-z0-9])|(?<!\w)(?:gdpr|개인정보보호법)"
_HIPAA = r"\bhipaa(?![a-z0-9])"
_NONE = re.compile(
    rf"(?:\b(?:no|not|non|without|zero|free of|excluding|neither|never|keinerlei|keine?[rnms]?|ohne|nicht|sin"
    rf"|ningun\w*|no hay|pas de|aucune?|sans|nor|doesn't|don't|isn't)\b(?:[\s-]+(?:any|contain\w*|hold\w*"
    rf"|involve\w*|includ\w*|store\w*|have|has|is|are|process\w*|real|actual|contiene|incluye|hay|kind|of"
    rf"|subject to|under|a|des?|touch\w*|sensitive|or|and)\b)*[\s-]+(?:{_SAID}|{_LAW}|{_HIPAA}))"
    rf"|(?:{_LAW}|{_HIPAA}) (?:does not|doesn't|do not|gilt nicht|no aplica|ne s'applique pas|is not|isn't)"
    r"|(?:personal data|pii|gdpr|hipaa|personal information)[:=]? ?(?:none|no\b|n/a|false)"
    r"|(?:개인\s?정보|환자\S*\s?(?:데이터|기록|정보)"
    r"|고객\S*\s?정보)\S{0,2}\s?(?:\S+\s)?(?:없|포함(?:되지|하지)|아니|아닌|안 들)"
    r"|personenbezogene\w*(?: daten)? (?:sind|werden)? ?nicht"
)


def read(text: str) -> bool:
    """True only where the text says so; what it denies does not count."""
    rest = _NONE.sub(" ", text)
    return bool(re.search(f"{_SAID}|{_LAW}|{_HIPAA}", rest))


def european_law(text: str) -> bool:
    """True where the text puts the work under the GDPR by any of its names."""
    return bool(re.search(_LAW, _NONE.sub(" ", text)))
