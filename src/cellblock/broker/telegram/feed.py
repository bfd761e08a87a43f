"""The newest messages of a bot's allowed chats, read by several workers, each at its speed. Pure.

In: messages as they come. Out: to each reader, in order, those that it has not read. What a reader
leaves lying for longer than `TELEGRAM_QUEUE` messages is lost to it, and counted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

from cellblock.broker.telegram.answers import Message, Messages
from cellblock.limits import TELEGRAM_QUEUE
from cellblock.names import WorkerId

_REMEMBERED = 1_000
"""Workers that are gone, and whose place is kept for when they come back."""


@dataclass(slots=True)
class Place:
    """How far one reader has read: the number of the next message."""

    next: int


class Feed:
    """Messages by number, the newest `TELEGRAM_QUEUE`."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=TELEGRAM_QUEUE)
        self._end = 0
        self._left: dict[WorkerId, int] = {}

    def add(self, message: Message) -> None:
        """Keep a message; beyond the most that are kept, the oldest goes."""
        self._messages.append(message)
        self._end += 1

    def join(self, worker: WorkerId) -> Place:
        """Give the place where the worker stopped reading, or for a new one that after the newest.

        Two workers of one name do not share a place.
        """
        return Place(self._left.pop(worker, self._end))

    def leave(self, worker: WorkerId, place: Place) -> None:
        """Keep the worker's place until it is back; a redeployed worker reads on there."""
        self._left[worker] = place.next
        if len(self._left) > _REMEMBERED:
            del self._left[next(iter(self._left))]

    def read(self, place: Place, limit: int) -> Messages:
        """Give the oldest unread messages, how many were lost, and how many are left."""
        oldest = self._end - len(self._messages)
        dropped = max(0, oldest - place.next)
        start = max(place.next, oldest) - oldest
        found = list(islice(self._messages, start, start + limit))
        place.next = oldest + start + len(found)
        return {"messages": found, "dropped": dropped, "left": self._end - place.next}
