"""Judging in a terminal: one row, one line of input."""

from __future__ import annotations

from collections.abc import Callable

import typer

from hf_synth.markdown import one_line
from hf_synth.review.judgements import VERDICTS
from hf_synth.review.session import Session, name_meaning, split_slots
from hf_synth.schema import Utterance

COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
HELP = (
    "  ".join(f"{number} {name}" for number, name in enumerate(VERDICTS.values(), start=1))
    + "  (a note may follow)  b back  n next  q leave"
)

DONE = "\nAll rows are judged.\nb back  q finish"


def judge_in_terminal(session: Session, read: Callable[[str], str] = input) -> None:
    """Show one row after the other, and keep what is answered, until the person leaves.

    Args:
        session: The rows and the judgements so far.
        read: Asks for a line, as `input` does; the end of the input and Ctrl-C leave.
    """
    place, last = session.find_open(), len(session.items) - 1
    while True:
        typer.echo(show_item(session, place) if place <= last else DONE)
        try:
            answer, _, note = read("> ").strip().partition(" ")
        except (EOFError, KeyboardInterrupt):
            typer.echo()
            return
        if answer == "q":
            return
        if answer == "b":
            place = max(0, place - 1)
        elif answer == "n":
            place = min(place + 1, last)
        elif place <= last and answer.isdecimal() and 1 <= int(answer) <= len(VERDICTS):
            session.judge(session.items[place].key, list(VERDICTS)[int(answer) - 1], note)
            # Rows that were passed over come at the end.
            place = place + 1 if place < last else session.find_open()
        else:
            typer.echo(f"expected one of the keys below, got {one_line(answer)!r}")


def show_item(session: Session, place: int) -> str:
    """A row, its human rows and what was said of it, for a terminal; nothing in them can steer it.

    Args:
        session: The rows and the judgements so far.
        place: Which row.

    Returns:
        Some lines, slots in colour and in brackets.
    """
    item = session.items[place]
    made = item.row.utterance
    colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(session.slots)}
    lines = [
        f"\n{place + 1} of {len(session.items)}, {session.judged} judged",
        f"  {typer.style(one_line(name_meaning(made)), bold=True)}   {_paint(made, colours)}",
        *(f"  seed {one_line(name_meaning(seed))}   {_paint(seed, colours)}" for seed in item.seeds),
    ]
    said = session.judgements.get(item.key)
    if said:
        lines.append(f"  so far: {VERDICTS[said.verdict]} {one_line(said.note)}".rstrip())
    return "\n".join([*lines, HELP])


def _paint(utterance: Utterance, colours: dict[str, str]) -> str:
    parts = []
    for words, slot in split_slots(utterance):
        shown = one_line(f"[{slot} : {words}]" if slot else words)
        parts.append(typer.style(shown, fg=colours[slot]) if slot else shown)
    return " ".join(parts)
