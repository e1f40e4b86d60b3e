"""Words of a parse in the spelling of the input: tokenizers lower-case them, or do not know them."""

from __future__ import annotations

from collections.abc import Callable

from hf_synth.parses.tree import ParseError, Tree, find_brackets, read_parse, write_parse
from hf_synth.semantic_parsing.words import split_word


def restore_words(parse: str, text: str, written: Callable[[str], str] = str.casefold) -> str:
    """Spell the words of a parse as the input does.

    The words of a slot are looked for in the input as a run, first behind the run that was found last; where there is
    none, each for itself. A word that the input does not have stays as it is.

    Args:
        parse: A parse; a text that is none is given back unchanged.
        text: The utterance it was made of.
        written: What the model makes of a word, case-folded: it stands for each word that gives the same.

    Returns:
        The parse, each token after a single space.

    Examples:
        >>> restore_words("[IN:GET_MESSAGE [SL:CONTACT angelika kratzer ] ]", "Has Angelika Kratzer written?")
        '[IN:GET_MESSAGE [SL:CONTACT Angelika Kratzer ] ]'
    """
    try:
        brackets = find_brackets(parse)
        tree = read_parse(parse, brackets)
    except ParseError:
        return parse
    spelling = _Spelling(text, written)
    return write_parse(_restore(tree, spelling), brackets)


def _restore(tree: Tree, spelling: _Spelling) -> Tree:
    children: list[Tree | str] = []
    run: list[str] = []
    for child in (*tree.children, None):
        if isinstance(child, str):
            run.append(child)
            continue
        children.extend(spelling.find(run))
        run = []
        if child is not None:
            children.append(_restore(child, spelling))
    return Tree(tree.label, tuple(children))


class _Spelling:
    """The parts of an input's words, and where the last run of them was found."""

    def __init__(self, text: str, written: Callable[[str], str]) -> None:
        self.parts: list[str] = []
        self.ends: list[int] = []  # for each part, where its word ends
        for word in text.split():
            parts = split_word(word)
            self.parts.extend(parts)
            self.ends.extend([len(self.parts)] * len(parts))
        self.written = written
        self.reached = 0

    def find(self, words: list[str]) -> list[str]:
        """The words as the input spells them."""
        starts = range(len(self.parts))
        for start in (*starts[self.reached :], *starts[: self.reached]):
            if found := self._match(words, start):
                return found
        return words if len(words) < 2 else [spelt for word in words for spelt in self.find([word])]

    def _match(self, words: list[str], place: int) -> list[str]:
        """The words, if they stand at a place; else nothing."""
        found = []
        for word in words:
            stops = range(place + 1, self.ends[place] + 1) if place < len(self.parts) else ()
            runs = {self.written("".join(self.parts[place:stop])): stop for stop in stops}
            if word.casefold() not in runs:
                return []
            stop = runs[word.casefold()]
            found.append("".join(self.parts[place:stop]))
            place = stop
        self.reached = place
        return found
