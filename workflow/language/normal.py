"""One form of a text for all readers: lower case, no accents, plain punctuation, keywords mended, numbers as digits."""

from __future__ import annotations

import re
import unicodedata

from workflow.language.numbers import plain
from workflow.language.tongue import Tongue, tongue_of
from workflow.language.typos import mended

_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": " - ",
        "−": "-",
        "‐": "-",
        "‑": "-",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "·": "-",
        "•": "-",
    }
)
_FRACTIONS = {"½": "5", "¼": "25", "¾": "75"}
_SHORTHAND = (
    (
        r"\b(?:24\s?[/x*]\s?7|24 hours a day|around the clock|rund um die uhr"
        r"|24 ?시간 ?(?:내내|상시|운영|가동|서비스|켜)|24 horas al dia"
        r"|24\s?h\s?/\s?24)\b",
        "nonstop",
    ),
    (r"(?<![\w.-])(\d+)x(?=[a-z]|\d+ ?-?(?:v?cpu|v?core|g[bi]|t[bi]|gig))", r"\1 x "),
    (r"(?<![\w.])(\d+)c(?=\s?[/, ]\s?\d+\s?g| each\b| per\b)", r"\1 cores"),
    (r"\bu\.\s?s\.(?:\s?a\.)?", "usa"),
    (r"\bu\.\s?k\.", "uk"),
    (r"\be\.\s?u\.", "eu"),
    (r"\bz\.\s?b\.", "zb"),
    (r"\b(e)\.g\.", "eg"),
    (r"\bi\.e\.", "ie"),
    (r"\b(max|min|approx|ca|mind|std|incl|ca|aprox|env|no|hrs?|mins?)\.(?=\s)", r"\1"),
    (
        r"\b(?:gotta|need to|need ?2(?= (?:deploy|(?:re)?train|run|host|serve|store|get|set|spin|put|fine"
        r"|render|convert"
        r"|crunch|process|move|keep|do|make|launch|start|export|migrate|build|archive|back)))\b",
        "need to",
    ),
    (r"\bsub-?\s?second\b", "under 1 second"),
    (r"\bin l\.?a\.?(?=\s?(?:[,;\n]|\.?$))", "in los angeles"),
    (
        r"(?m)^(cores|v?cpus?|ram|mem|memory|gpus?|disk) ?/ ?(node|vm|machine|worker|replica|box) ?[:=] ?",
        r"\1 per \2: ",
    ),
    (r"(?<=\d)-?ish\b", ""),
    (r"(?<![a-z0-9])([ahvp])1(?:o0|0o|oo)(?![a-z0-9])", r"\g<1>100"),
    (r"\bony\b", "only"),
    (r"\bnto\b", "not"),
    (r"(?<=\d)( ?gb) rma\b", r"\1 ram"),
    (r"(?<![a-z0-9])([tl]4|l40s?|v100|a10g?|a100|[hb][12]00)x(\d{1,2})(?![a-z0-9])", r"\1 x\2"),
    (r"(?<![a-z0-9])a1og(?![a-z0-9])", "a10g"),
    (r"\bw/o\b", "without"),
    (r"\bw/", "with "),
    (r"\bsth\b", "something"),
    (r"\b(?:can not|can't|cant)\b", "cannot"),
    (r"\bn't\b", "n not"),
    (r"\bdont\b", "don't"),
)
_WHO = (
    r"(?: (?:all|team|there|everyone|everybody|folks|guys|friends|colleagues|support|ops|platform|cloud|sir|madam|again"
    r"|equipo|zusammen|a tous|todos))"
)
_COURTESY = (
    rf"(?:^|(?<=[\n.!?,]))\s*(?:hi|hello|hey|dear"
    r"|good (?:morning|afternoon|evening|day)|morning|greetings|hola|buenos dias"
    rf"|buenas|bonjour|hallo|guten (?:tag|morgen)|안녕하세요){_WHO}{{0,3}}\s*(?:[.,!?]+|\n)\s*",
    r"\bi hope (?:you|this|all|everyone)[^.!?\n\d]*(?:[.!?]+|$)\s*",
    r"\n(?:cheers|best|regards|kind regards|best regards|thanks|gruss|saludos|cordialement)[,!.]?\n[^\n]{0,40}$",
    r"\b(?:many thanks|thanks(?: a lot| so much| in advance)?|thank you(?: very much)?|danke|gracias|merci)"
    r"(?: and (?:best|kind) regards)?[.! ]*$",
)


def normal(text: str) -> tuple[str, Tongue]:
    """The normal form of a request, and its language. Lines stay lines."""
    text = _unwrapped(text)
    text = re.sub(r"(?<=\d)\s?([TGMP])o\b(?!\s*\d)", r" \1b", text)
    text = re.sub(r"(\d?)([½¼¾])", lambda m: f"{m[1] or '0'}.{_FRACTIONS[m[2]]} ", text)
    text = re.sub(r"\d{16,}", "9" * 15, text)
    text = unicodedata.normalize("NFKC", text.translate(_LETTERS)).translate(_LETTERS).casefold()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    text = unicodedata.normalize("NFC", text).replace("\r", "\n")
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r" ?\n[\n ]*", "\n", text).strip()
    for pattern, plainly in _SHORTHAND:
        text = re.sub(pattern, plainly, text)
    for courtesy in _COURTESY:
        text = re.sub(courtesy, "", text).strip()
    tongue = tongue_of(text)
    if tongue == "fr":
        text = re.sub(r"(?<=\d)\s?([tgmp])o\b", r" \1b", text)
    return plain(mended(text, tongue), tongue), tongue


def _unwrapped(text: str) -> str:
    """Hard-wrapped prose as one line: a long line that does not end a sentence runs on in the next."""
    return re.sub(r"(?<=[^\n]{50})(?<![.:;!?])[^\S\n]*\r?\n(?=[^\S\n]*[a-z0-9])", " ", text)
