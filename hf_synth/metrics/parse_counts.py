"""The counting behind the metrics of parses, in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from hf_synth.errors import SchemaError, check_choice
from hf_synth.metrics.counts import check_rows
from hf_synth.parses.tree import DEPTH, ROUND, ParseError, Tree, find_brackets, read_parse

NOTATIONS = ("exr", "top")


def match_unordered(prediction: str, reference: str, notation: str = "exr") -> bool:
    """Compare two parses of PIZZA as trees whose children have no order; words are children, too.

    The verdicts are those of the comparison that PIZZA comes with, its readers' habits included. That of `top` splits
    at white space: a token with an opening bracket begins a node, `)` alone closes it, and a node must hold something.
    That of `exr` needs no white space, reads commas as such, allows a node with nothing in it, which equals a word,
    and forgives one closing bracket that is missing at the very end.

    Args:
        prediction: What a student wrote, whatever it is.
        reference: What people wrote.
        notation: `exr` or `top`; the latter with or without words outside of slots.

    Returns:
        Whether they are equal; False for a prediction that is no parse.

    Raises:
        ConfigError: There is no such notation.
        SchemaError: The reference is no parse in round brackets.

    Examples:
        >>> match_unordered("(ORDER (B x ) (A y z ) )", "(ORDER (A z y ) (B x ) )")
        True
        >>> match_unordered("(ORDER(A x)", "(ORDER (A x ) )"), match_unordered("(ORDER(A x)", "(ORDER (A x ) )", "top")
        (True, False)
    """
    check_choice("notation", notation, NOTATIONS)
    read = _read_exr if notation == "exr" else _read_top
    wanted = read(reference)
    if wanted is None or find_brackets(reference) != ROUND:
        raise SchemaError(f"expected a parse in round brackets as reference, got {reference!r}")
    found = read(prediction)
    return found is not None and found.key() == wanted.key()


def match_spaceless(prediction: str, reference: str) -> bool:
    """Compare two parses as texts without white space, whatever the case of their letters.

    Args:
        prediction: What a student wrote, whatever it is.
        reference: What people wrote.

    Returns:
        Whether they are equal.

    Examples:
        >>> match_spaceless("[in:get_time [sl:location New York]]", "[IN:GET_TIME [SL:LOCATION new york ] ]")
        True
    """
    found, wanted = (re.sub(r"\s+", "", text).casefold() for text in (prediction, reference))
    return found == wanted


def count_brackets(prediction: str, reference: str) -> tuple[int, int, int]:
    """Count labelled brackets: each node is its label and all words in it and below it, sorted.

    Args:
        prediction: What a student wrote, whatever it is.
        reference: What people wrote.

    Returns:
        How many nodes are right, found and wanted. A node that is there twice counts twice, the outermost one counts
        like all others, and a prediction that is no parse finds nothing.

    Raises:
        ParseError: The reference is no parse.

    Examples:
        >>> count_brackets("(ORDER (TOPPING ham ) )", "(ORDER (TOPPING ham ) (SIZE big ) )")
        (1, 2, 3)
    """
    brackets = find_brackets(reference)
    wanted = _collect_brackets(read_parse(reference, brackets))
    try:
        found = _collect_brackets(read_parse(prediction, brackets))
    except ParseError:
        found = Counter()
    return (found & wanted).total(), found.total(), wanted.total()


def score_brackets(predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Compute micro-averaged precision, recall and F1 of labelled brackets.

    Args:
        predictions: What a student wrote for each row.
        references: The parses that people wrote, in the same order.

    Returns:
        `precision`, `recall` and `f1`, each in [0, 1]; 0 where nothing is below the line. See `count_brackets`.

    Raises:
        SchemaError: Not as many predictions as references, or a reference is no parse.

    Examples:
        >>> score_brackets(["(ORDER (TOPPING ham ) )", "(ORDER"], ["(ORDER (TOPPING ham ) )", "(ORDER (SIZE big ) )"])
        {'precision': 1.0, 'recall': 0.5, 'f1': 0.6666666666666666}
    """
    check_rows(predictions, references)
    counts = [count_brackets(*pair) for pair in zip(predictions, references, strict=True)]
    right, found, wanted = (sum(row[place] for row in counts) for place in range(3))
    return {
        "precision": right / found if found else 0.0,
        "recall": right / wanted if wanted else 0.0,
        "f1": 2 * right / (found + wanted) if found + wanted else 0.0,
    }


def _collect_brackets(tree: Tree) -> Counter[tuple[str, tuple[str, ...]]]:
    brackets: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def collect(node: Tree) -> list[str]:
        words = [*node.words, *(word for child in node.nodes for word in collect(child))]
        brackets[node.label, tuple(sorted(words))] += 1
        return words

    collect(tree)
    return brackets


def _read_top(text: str) -> Tree | None:
    """All that stands in a text, below a node without a label; None if it is malformed."""
    stack: list[tuple[str, list[Tree | str]]] = [("", [])]
    for token in text.split():
        if "(" in token:
            stack.append((token.strip("("), []))
            if len(stack) > DEPTH:
                return None
        elif token == ")":
            label, children = stack.pop()
            if not stack or not children:
                return None
            stack[-1][1].append(Tree(label, tuple(children)))
        else:
            stack[-1][1].append(token)
    return Tree("", tuple(stack[0][1])) if len(stack) == 1 else None


def _read_exr(text: str) -> Tree | None:
    """The same for `exr`: the brackets are paired first, and what follows an opening one is its label."""
    tokens = ["(", "", *re.findall(r"[a-zA-Z0-9._-]+|[^a-zA-Z0-9._\s,-]", text), ")"]
    unpaired: list[int] = []
    ends: dict[int, int] = {}
    for place, token in enumerate(tokens):
        if token == "(":
            unpaired.append(place)
            if len(unpaired) > DEPTH:
                return None
        elif token == ")":
            if not unpaired:
                return None
            ends[unpaired.pop()] = place + 1

    def read_children(start: int, end: int) -> tuple[Tree | str, ...]:
        children: list[Tree | str] = []
        place = start + 2
        while place < end - 1:
            if tokens[place] == "(":
                below = read_children(place, ends[place])
                children.append(Tree(tokens[place + 1], below) if below else tokens[place + 1])
                place = ends[place]
            else:
                children.append(tokens[place])
                place += 1
        return tuple(children)

    try:
        return Tree("", read_children(0, len(tokens)))
    except KeyError:  # a bracket that nothing closes
        return None
