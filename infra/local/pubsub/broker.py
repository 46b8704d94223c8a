"""Topics, subscriptions and what was delivered to whom, in memory. Safe to use from several threads."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

LONGEST_WAIT = 90.0
"""Seconds that a pull waits for a message at most."""


class Missing(Exception):
    """There is no such topic or subscription. Its word is the name."""


class Exists(Exception):
    """There is one of that name already. Its word is the name."""


@dataclass
class Delivery:
    """A message in a subscription. `ack_id` changes with each delivery; until `hidden_until` nobody else gets it."""

    message_id: str
    body: object
    hidden_until: float = 0.0
    attempt: int = 0
    ack_id: str = ""


@dataclass
class Subscription:
    """What waits in one subscription, and how long a delivered message is kept from the others, in seconds."""

    name: str
    topic: str
    ack_seconds: int
    waiting: list[Delivery] = field(default_factory=list)


class Broker:
    """A message goes to every subscription of its topic. It comes again unless it is acknowledged in time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._topics: set[str] = set()
        self._subscriptions: dict[str, Subscription] = {}
        self._numbers = itertools.count(1)

    def create_topic(self, name: str) -> None:
        """Raises Exists."""
        with self._changed:
            if name in self._topics:
                raise Exists(name)
            self._topics.add(name)

    def topic(self, name: str) -> str:
        """The topic's name. Raises Missing."""
        with self._changed:
            if name not in self._topics:
                raise Missing(name)
            return name

    def delete_topic(self, name: str) -> None:
        """Its subscriptions stay, and hear nothing more. Raises Missing."""
        with self._changed:
            self.topic(name)
            self._topics.remove(name)

    def create_subscription(self, name: str, topic: str, ack_seconds: int) -> None:
        """Raises Missing for the topic, Exists."""
        with self._changed:
            self.topic(topic)
            if name in self._subscriptions:
                raise Exists(name)
            self._subscriptions[name] = Subscription(name, topic, ack_seconds)

    def subscription(self, name: str) -> Subscription:
        """Raises Missing."""
        with self._changed:
            if name not in self._subscriptions:
                raise Missing(name)
            return self._subscriptions[name]

    def delete_subscription(self, name: str) -> None:
        """Raises Missing."""
        with self._changed:
            self.subscription(name)
            del self._subscriptions[name]

    def publish(self, topic: str, bodies: Sequence[object]) -> list[str]:
        """The messages' ids. Raises Missing."""
        with self._changed:
            self.topic(topic)
            ids = [str(next(self._numbers)) for _ in bodies]
            for subscription in self._subscriptions.values():
                if subscription.topic == topic:
                    subscription.waiting += [Delivery(*told) for told in zip(ids, bodies, strict=True)]
            self._changed.notify_all()
            return ids

    def pull(self, name: str, most: int, wait: float) -> list[Delivery]:
        """Up to `most` messages, as soon as there is one; none after `wait` seconds. Raises Missing."""
        until = time.monotonic() + min(wait, LONGEST_WAIT)
        with self._changed:
            while True:
                now = time.monotonic()
                subscription = self.subscription(name)
                found = [one for one in subscription.waiting if one.hidden_until <= now][:most]
                if found or now >= until:
                    return [_delivered(one, now + subscription.ack_seconds) for one in found]
                again = min((one.hidden_until for one in subscription.waiting), default=until)
                self._changed.wait(min(again, until) - now)

    def acknowledge(self, name: str, ack_ids: Sequence[str]) -> None:
        """Those messages do not come again. An id of an earlier delivery does nothing. Raises Missing."""
        with self._changed:
            subscription = self.subscription(name)
            subscription.waiting = [one for one in subscription.waiting if one.ack_id not in ack_ids]

    def put_off(self, name: str, ack_ids: Sequence[str], seconds: int) -> None:
        """Keep the delivered messages from the others for so long from now; 0 gives them back. Raises Missing."""
        with self._changed:
            for one in self.subscription(name).waiting:
                if one.ack_id in ack_ids:
                    one.hidden_until = time.monotonic() + seconds
            self._changed.notify_all()


def _delivered(one: Delivery, hidden_until: float) -> Delivery:
    one.attempt += 1
    one.hidden_until, one.ack_id = hidden_until, f"{one.message_id}-{one.attempt}"
    return Delivery(one.message_id, one.body, hidden_until, one.attempt, one.ack_id)
