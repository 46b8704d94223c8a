"""What people write after `/tollgate` as what they ask. Pure, and the same at every door."""

from __future__ import annotations

import re

from functions.webhooks.port import Ask, Cancel, Help, Look, Reply, Say, Start

RUN = re.compile(r"^r[0-9]{12}-[0-9a-f]{4,16}$")
APPROVAL = re.compile(r"^a[0-9]{6}-[0-9a-f]{16}$")
SUBJECT = re.compile(r"^[0-9a-f]{12,64}$")
_OPTION = re.compile(r"\s*--(project|environment)[ =](\S+)\s*$")
USAGE = """Say what you need in plain words, for example:
  Train a vision model on one A100 for 6 hours, EU only, under $100 --project vision --environment staging
or one of
  status RUN             how a run is doing
  follow RUN             be told here from now on
  answer RUN WORDS       answer the question that a run ended with
  cancel RUN [REASON]    end a run and undo what it did
  approve ID DIGEST      say yes to exactly what the approval shows
  deny ID DIGEST [REASON]"""


def understand(text: str) -> Ask:
    """What is asked. What begins like a command and is none is asked back about, and never becomes a run."""
    text = text.strip()
    if not text or text.lower() in ("help", "?", "-h", "--help"):
        return Help()
    first, _, rest = text.partition(" ")
    word, rest = first.lower(), rest.strip()
    name, _, more = rest.partition(" ")
    if word in ("approve", "deny") and (APPROVAL.match(name) or not rest):
        return _say(word, name, more.strip())
    if word in ("status", "follow", "cancel", "answer") and (RUN.match(name) or not rest):
        return _about_run(word, name, more.strip())
    return _start(rest if word == "run" and rest else text)


def _say(word: str, name: str, more: str) -> Ask:
    subject, _, reason = more.partition(" ")
    if not name or not SUBJECT.match(subject):
        return Help(why=f"{word} takes the approval's id and the digest beside it: {word} ID DIGEST")
    return Say(approval=name, subject=subject, approved=word == "approve", reason=reason.strip())


def _about_run(word: str, name: str, more: str) -> Ask:
    if not name:
        return Help(why=f"{word} takes a run's id: {word} RUN")
    if word == "cancel":
        return Cancel(run=name, reason=more)
    if word == "answer":
        return (
            Reply(run=name, text=more) if more else Help(why="answer takes a run's id and the answer: answer RUN WORDS")
        )
    return Look(run=name, follow=word == "follow")


def _start(text: str) -> Start:
    options: dict[str, str] = {}
    while match := _OPTION.search(text):
        options.setdefault(match.group(1), match.group(2))
        text = text[: match.start()]
    return Start(text=text.strip(), **options)
