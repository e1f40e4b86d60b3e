"""Several works that ask one teacher in rounds: together if it is asked by requests, else one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TypeAlias, TypeVar

from hf_synth.generation import Answer, Draw, Sampling, StreamingTeacher, Teacher
from hf_synth.teachers.journal import Asking, Journal

T = TypeVar("T")
Work: TypeAlias = Generator[Sequence[Draw], Sequence[Answer], T]
"""Yields the draws of a round, is sent their answers in order, and returns what came of all rounds."""


def carry_out(
    works: Sequence[Work[T]],
    teacher: Teacher,
    journal: Journal,
    sampling: Sampling,
    progress: Callable[[int], object] = lambda answered: None,
) -> list[T]:
    """Ask for the rounds of all works until each has returned.

    What a work gets depends on its own draws alone, never on other works or on the order in which answers come. A
    teacher that is asked by requests has the rounds of all works under way at once, so that it has no idle time while
    one of them waits for its last answers.

    Args:
        works: What is to be done.
        teacher: Who is asked.
        journal: Where completions are kept.
        sampling: How completions are drawn.
        progress: Called with the number of draws answered since the last call.

    Returns:
        What the works returned, in their order.
    """
    results: dict[int, T] = {}
    rounds: dict[int, tuple[int, dict[int, Answer], int]] = {}  # work: first number, answers, how many are due
    waiting = list(range(len(works)))[::-1]
    owners: dict[int, int] = {}

    def go_on(index: int, answers: Sequence[Answer] | None) -> None:
        """Send a work its answers, and submit its next round."""
        try:
            draws = next(works[index]) if answers is None else works[index].send(answers)
            while not draws:
                draws = works[index].send([])
        except StopIteration as end:
            results[index] = end.value
            return
        first = len(owners)
        owners.update(dict.fromkeys(range(first, first + len(draws)), index))
        rounds[index] = (first, {}, len(draws))
        asking.submit([(first + place, draw) for place, draw in enumerate(draws)])

    with Asking(journal, teacher, sampling) as asking:
        while waiting or rounds:
            while waiting and (not rounds or isinstance(teacher, StreamingTeacher)):
                go_on(waiting.pop(), None)
            if not rounds:
                continue
            found = asking.receive()
            progress(len(found))
            for number, answer in found:
                index = owners[number]
                first, answers, due = rounds[index]
                answers[number - first] = answer
                if len(answers) == due:
                    del rounds[index]
                    go_on(index, [answers[place] for place in range(due)])
    return [results[index] for index in range(len(works))]
