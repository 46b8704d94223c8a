"""Google Chat's way out. A message has a name of our own, so that making it and editing it are one call, done twice as
well as once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.webhooks.chat import render
from functions.webhooks.wire import send
from workflow.answers.post import Part
from workflow.answers.story import Story
from workflow.model.base import Json
from workflow.model.errors import CloudDown

API = "https://chat.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/chat.bot"


@dataclass(frozen=True)
class ChatPost:
    """The Post port, with credentials of google-auth for the scope `chat.bot`."""

    credentials: Any = field(repr=False)
    api: str = API

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """The run's card and its questions'."""
        return render.parts(story)

    def note(self, note: Json, address: Json) -> Part:
        """A single word."""
        return render.note(note["text"])

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """spaces.messages.patch with allowMissing, under the name that the mark gives."""
        body = dict(part.payload)
        if address["thread"]:
            body["thread"] = {"name": address["thread"]}
        params = {"updateMask": "text,cardsV2", "allowMissing": "true"}
        url = f"{self.api}/v1/{address['space']}/messages/client-{mark}"
        headers = {"authorization": f"Bearer {await asyncio.to_thread(self._token)}"}
        answer = await send("PATCH", url, headers, body, params=params)
        return str(answer["name"])

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """Sending it again is editing it."""
        return ""

    def _token(self) -> str:
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.requests import Request

        try:
            if not self.credentials.valid:
                self.credentials.refresh(Request())
        except GoogleAuthError as error:
            raise CloudDown(f"Google gave no token for Chat ({type(error).__name__}).") from None
        return str(self.credentials.token)
