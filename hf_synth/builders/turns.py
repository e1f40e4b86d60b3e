"""Whose turn it is: seeds share out the rows that are kept, so that those whose rows fail are asked for more often."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence

PATIENCE = 5
"""A seed is asked this many times as often as its fair share, at most, while others are left."""


class Turns:
    """Plans numbers of requests; request `number` starts from seed `number` modulo the seeds.

    Args:
        seeds: Ids of the seeds, at least one.
        rows: Rows wanted of them all.

    Examples:
        >>> turns = Turns(["a", "b"], rows=4)
        >>> turns.take(4, {})
        [0, 1, 2, 3]
        >>> turns.take(3, {"a": 2})  # nothing that was written for b was kept
        [5, 7, 4]
    """

    def __init__(self, seeds: Sequence[str], rows: int) -> None:
        self._seeds = seeds
        self._most = PATIENCE * -(-rows // len(seeds))
        self._asked: Counter[int] = Counter()

    def take(self, count: int, kept: Mapping[str, int]) -> list[int]:
        """Plan requests.

        Args:
            count: How many.
            kept: Rows of each seed that were kept so far, by its id.

        Returns:
            Their numbers, none of which was given before: first those of seeds of which the fewest rows were kept.
        """
        heap = [
            (self._asked[place] >= self._most, kept.get(seed, 0), self._asked[place], place)
            for place, seed in enumerate(self._seeds)
        ]
        heapq.heapify(heap)
        numbers: list[int] = []
        for _ in range(count):
            _, rows, asked, place = heap[0]
            numbers.append(place + len(self._seeds) * asked)
            heapq.heapreplace(heap, (asked + 1 >= self._most, rows + 1, asked + 1, place))
            self._asked[place] = asked + 1
        return numbers
