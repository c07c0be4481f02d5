"""Rate limits as vendors enforce them: so many requests in any window of so many seconds."""

from __future__ import annotations

import threading
import time
from collections import deque


class RateLimit:
    """A sliding window. At most `requests` are admitted within any `seconds` (monotonic clock, thread-safe)."""

    def __init__(self, requests: int, seconds: float) -> None:
        if requests < 1 or seconds <= 0:
            raise ValueError("a rate limit needs at least one request and a window longer than nothing")
        self.requests = requests
        self.seconds = seconds
        self._admitted: deque[float] = deque()
        self._lock = threading.Lock()

    def admit(self) -> float | None:
        """None when this request may pass, else the seconds until one may. A refused request does not count."""
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            if len(self._admitted) < self.requests:
                self._admitted.append(now)
                return None
            return self._admitted[0] + self.seconds - now

    def used(self) -> int:
        """Requests admitted within the window that ends now."""
        with self._lock:
            self._forget(time.monotonic())
            return len(self._admitted)

    def _forget(self, now: float) -> None:
        while self._admitted and self._admitted[0] <= now - self.seconds:
            self._admitted.popleft()
