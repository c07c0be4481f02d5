"""The values that one field ever had."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """The values of one field in time order: `set` appends, `at` looks back, `current` is the newest."""

    def __init__(self, at: datetime, value: T) -> None:
        self._times = [at]
        self._values = [value]

    def set(self, at: datetime, value: T) -> None:
        """Record `value` from `at` on; refuses to write into the past."""
        if at < self._times[-1]:
            raise ValueError(f"history is append-only: {at} is before {self._times[-1]}")
        if value == self._values[-1]:
            return
        self._times.append(at)
        self._values.append(value)

    def at(self, moment: datetime) -> T | None:
        """The value in force at `moment` (inclusive), or None before the first one."""
        index = bisect_right(self._times, moment) - 1
        return None if index < 0 else self._values[index]

    @property
    def current(self) -> T:
        return self._values[-1]

    @property
    def changed_at(self) -> datetime:
        return self._times[-1]

    def __iter__(self) -> Iterator[tuple[datetime, T]]:
        return iter(zip(self._times, self._values, strict=True))

    def __len__(self) -> int:
        return len(self._values)
