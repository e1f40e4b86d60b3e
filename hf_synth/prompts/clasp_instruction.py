"""What chat models are told before a CLASP prompt, with an example of our own making."""

from __future__ import annotations

from hf_synth.parses.tree import ROUND, Brackets

_SHOWN = "(LOAN (BOOK (TITLE emma ) ) (DURATION two weeks ) )"
_GERMAN = "(LOAN (BOOK (TITLE emma ) ) (DURATION zwei wochen ) )"
_ASKED = "(LOAN (BOOK (TITLE dune ) ) (DURATION ten days ) )"
_ANSWER = "(LOAN (BOOK (TITLE dune ) ) (DURATION zehn tage ) )"
_PAIR = f"Semantic Parse: {_SHOWN} ; English: i'd like to keep emma for two weeks ;"
_FOUR = (
    f"English Parse: {_SHOWN} ; English: i'd like to keep emma for two weeks ; "
    f"German Parse: {_GERMAN} ; German: ich möchte emma zwei wochen behalten ; "
    f"English Parse: {_ASKED} ; English: could i borrow dune for ten days ;"
)
WORKED = {
    "rs": (f"{_PAIR} Semantic Parse: {_ASKED} ; English:", "could i borrow dune for ten days please"),
    "ts": (f"{_FOUR} German Parse: {_ANSWER} ; German:", "kann ich dune für zehn tage ausleihen"),
    "gb": (
        f"{_PAIR} Semantic Parse:",
        "(LOAN (BOOK (TITLE dune ) ) (BOOK (TITLE the hobbit ) ) (DURATION a month ) ) ; "
        "English: dune and the hobbit for a month please",
    ),
    "tb": (f"{_FOUR} German Parse:", f"{_ANSWER} ; German: kann ich dune für zehn tage ausleihen"),
}
_TASKS = {
    "rs": "Write the last field: one new, natural text that says exactly what the parse before it says.",
    "ts": "Write the last field: the last text, translated into {language}, with the values of the parse before it.",
    "gb": "Write the last two fields: ONE new parse of the same kind, unlike those above but with labels and nesting "
    "as there, and a natural text that says exactly what it says.",
    "tb": "Write the last two fields: the last parse with its values translated into {language}, labels and nesting "
    "unchanged, and the last text, translated with those values.",
}
_INSTRUCTION = """\
You write training data for a semantic parser. A parse says in brackets what a text means: labels, and values that \
stand in the text. Below are fields, each a name and its content, with ; between them; the end is missing.

{task} Each value of the parse must stand in the text word for word, as often as in the parse; the text names nothing \
else that would need a label. Use no brackets in the text. Do not repeat an example. Answer with what is missing \
alone, in {language}.

Request:
{request}
Answer:
{answer}

Request:
{prompt}
Answer:
"""


def write_instruction(strategy: str, prompt: str, language: str, brackets: Brackets) -> str:
    """Write a prompt as an instruction.

    Args:
        strategy: A key of `STRATEGIES`.
        prompt: The prompt as other models read it.
        language: Name of the language of the text that is wanted.
        brackets: How parses are written.

    Returns:
        The instruction.
    """
    request, answer = (
        part.replace(ROUND.open, brackets.open).replace(ROUND.close, brackets.close) for part in WORKED[strategy]
    )
    task = _TASKS[strategy].format(language=language)
    return _INSTRUCTION.format(task=task, language=language, request=request, answer=answer, prompt=prompt)
