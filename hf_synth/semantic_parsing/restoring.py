"""Words of a parse in the spelling of the input: tokenizers lower-case them, or do not know them."""

from __future__ import annotations

from collections.abc import Callable

from hf_synth.parses.tree import Brackets, ParseError, Tree, find_brackets, read_parse, write_parse
from hf_synth.semantic_parsing.words import split_word


def restore_words(parse: str, text: str, written: Callable[[str], str] = str.casefold) -> str:
    """Spell the words of a parse as the input does.

    The words of a slot are looked for in the input as a run, first behind the run that was found last; where there is
    none, in shorter runs. Parts of one word of the input that follow each other are joined. A word that the input does
    not have stays as it is.

    Args:
        parse: A parse; a text that is none is given back unchanged.
        text: The utterance it was made of.
        written: What the model makes of a word, case-folded: it stands for each word that gives the same.

    Returns:
        The parse, each token after a single space.

    Examples:
        >>> restore_words("[IN:GET_MESSAGE [SL:CONTACT angelika kratzer ] ]", "Has Angelika Kratzer written?")
        '[IN:GET_MESSAGE [SL:CONTACT Angelika Kratzer ] ]'
        >>> restore_words("[IN:PLAY_MUSIC [SL:NAME ac / dc ] ]", "Play AC/DC!")
        '[IN:PLAY_MUSIC [SL:NAME AC/DC ] ]'
    """
    try:
        brackets = find_brackets(parse)
        tree = read_parse(parse, brackets)
    except ParseError:
        return parse
    spelling = _Spelling(text, written, brackets)
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

    def __init__(self, text: str, written: Callable[[str], str], brackets: Brackets) -> None:
        self.parts: list[str] = []
        self.ends: list[int] = []  # for each part, where its word ends
        for word in text.split():
            parts = split_word(word)
            self.parts.extend(parts)
            self.ends.extend([len(self.parts)] * len(parts))
        self.written, self.signs = written, {brackets.open, brackets.close}
        self.reached = 0

    def find(self, words: list[str]) -> list[str]:
        """The words as the input spells them; as long a run as there is, then the rest."""
        starts = range(len(self.parts))
        for size in range(len(words), 0, -1):
            for start in (*starts[self.reached :], *starts[: self.reached]):
                if stop := self._match(words[:size], start):
                    self.reached = stop
                    return [*self._spell(start, stop), *self.find(words[size:])]
        return [*words[:1], *self.find(words[1:])] if words else []

    def _match(self, words: list[str], place: int) -> int:
        """Where a run that begins at a place ends; 0 if there is none."""
        for word in words:
            stops = range(place + 1, self.ends[place] + 1) if place < len(self.parts) else ()
            place = next((stop for stop in stops if self._fold(place, stop) == word.casefold()), 0)
            if not place:
                return 0
        return place

    def _fold(self, start: int, stop: int) -> str:
        """What a model makes of a run; nothing if a bracket is in it, which no word of a parse holds."""
        run = self.parts[start:stop]
        return "" if self.signs.intersection(run) else self.written("".join(run))

    def _spell(self, start: int, stop: int) -> list[str]:
        """The parts of a run, joined where they are those of one word."""
        spelt = []
        while start < stop:
            end = min(self.ends[start], stop)
            spelt.append("".join(self.parts[start:end]))
            start = end
        return spelt
