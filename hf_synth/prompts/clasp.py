"""The CLASP prompt: examples of parses and texts, and a last one for the teacher to finish.

Four strategies follow Rosenbaum et al., "CLASP", AACL-IJCNLP 2022 (arXiv 2210.07074): texts for parses with other slot
values (`rs`) or with translated ones (`ts`), and both parse and text, new (`gb`) or translated (`tb`). The wording of
the fields, the instruction and the reject reasons are ours: the paper's prompts are pictures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from hf_synth.errors import ConfigError, check_choice
from hf_synth.generation import Prompt, Reject
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import ROUND, SQUARE, ParseError, Tree, find_brackets, read_parse, write_parse
from hf_synth.parses.values import find_values
from hf_synth.prompts.clasp_instruction import write_instruction
from hf_synth.prompts.fields import Field, cut_fields, unwrap, write_field
from hf_synth.prompts.languages import LANGUAGES, language_name
from hf_synth.schema import Utterance, normalise

STRATEGIES = {
    "rs": "a text for a parse whose slot values were replaced",
    "ts": "a text in another language for a parse whose slot values were translated",
    "gb": "a new parse and its text",
    "tb": "a parse and its text, translated",
}
GIVEN, TRANSLATING = ("rs", "ts"), ("ts", "tb")
FIELD_NAMES = ("Semantic Parse", *(f"{name}{kind}" for name in LANGUAGES.values() for kind in ("", " Parse")))


@dataclass(frozen=True)
class Example:
    """A row that stands in a prompt, and for `ts` and `tb` the row that it translates."""

    target: Utterance
    source: Utterance | None = None


@dataclass(frozen=True)
class ClaspRequest:
    """What one CLASP prompt asks for.

    Args:
        strategy: `rs`, `ts`, `gb` or `tb`.
        examples: Rows to learn from, the last one nearest to what is asked.
        parse: For `rs` and `ts`: the parse whose text is wanted.
        source: For `ts` and `tb`: the row to translate.
        locale: Language of the text that is wanted, as a locale or a name.
        skeleton: For `gb`: a parse whose labels are wanted, for teachers that write texts around slots alone.

    Raises:
        ConfigError: There is no such strategy, something is missing, or a row cannot stand in a prompt (see
            `can_show`).
    """

    strategy: str
    examples: tuple[Example, ...] = ()
    parse: str = ""
    source: Utterance | None = None
    locale: str = "en-US"
    skeleton: str = ""

    def __post_init__(self) -> None:
        check_choice("strategy", self.strategy, STRATEGIES)
        if self.skeleton and self.strategy != "gb":
            raise ConfigError(f"strategy {self.strategy!r} with the skeleton {self.skeleton!r}")
        if (self.strategy in GIVEN) != bool(self.parse):
            raise ConfigError(f"strategy {self.strategy!r} with the parse {self.parse!r}")
        sources = [self.source, *(example.source for example in self.examples)]
        if any((source is None) == (self.strategy in TRANSLATING) for source in sources):
            raise ConfigError(f"strategy {self.strategy!r}: a row to translate goes with ts and tb, and each example")
        for row in self.rows:
            if not can_show(row):
                raise ConfigError(f"row {row.seed_id!r} cannot stand in a prompt: {row.text!r} {row.parse!r}")

    @property
    def rows(self) -> list[Utterance]:
        """All rows that stand in the prompt."""
        rows = [row for example in self.examples for row in (example.source, example.target)] + [self.source]
        return [row for row in rows if row is not None]

    @property
    def parse_name(self) -> str:
        """The name of the field of the wanted parse."""
        return f"{language_name(self.locale)} Parse" if self.strategy in TRANSLATING else "Semantic Parse"


def can_show(utterance: Utterance) -> bool:
    """Whether a row can stand in a prompt: it has a parse, and its text and parse would be read as they are written.

    Args:
        utterance: A row.

    Returns:
        False with a `;` in its text or parse, with the name of a field (`English:`), or with quotes around the text.

    Examples:
        >>> [can_show(Utterance(tuple(text.split()), (), "A", parse="(A b )")) for text in ("b", "b; c", "french: b")]
        [True, False, False]
    """
    return bool(utterance.parse) and can_write(utterance.text) and can_write(utterance.parse)


def can_write(content: str) -> bool:
    """Whether the content of a field would be read as it is written."""
    return unwrap(content) == content and cut_fields(content, FIELD_NAMES) == [Field("", content)]


@dataclass(frozen=True)
class ClaspPrompt:
    """Render requests as prompts, and parse completions as rows or rejects.

    Before: a request for a text of `(ORDER (NUMBER two ) (DRINKTYPE cola ) )`.
    After: `two colas please` is rejected, `two cola please` is a row with this parse.

    Args:
        synonyms: Other ways to write a value that count as the value, by the value in lower case; none by default.

    Examples:
        >>> row = Utterance(("a", "tea"), (), "ORDER", parse="(ORDER (NUMBER a ) (DRINKTYPE tea ) )")
        >>> request = ClaspRequest("rs", (Example(row),), "(ORDER (NUMBER two ) (DRINKTYPE cola ) )")
        >>> prompt, schema = ClaspPrompt(), ParseSchema.from_trees([read_parse(row.parse)])
        >>> print(prompt.render(request).text)
        Semantic Parse: (ORDER (NUMBER a ) (DRINKTYPE tea ) ) ; English: a tea ; \
Semantic Parse: (ORDER (NUMBER two ) (DRINKTYPE cola ) ) ; English:
        >>> prompt.parse("English: two cola please ;", request, schema).text
        'two cola please'
        >>> prompt.parse("two colas please", request, schema).reason
        'value_missing'

    Reference: Rosenbaum et al. 2022, CLASP (the four strategies).
    """

    name: ClassVar[str] = "clasp"
    version: ClassVar[int] = 1
    synonyms: Mapping[str, Collection[str]] = field(default_factory=dict)

    def render(self, request: ClaspRequest) -> Prompt:
        """Write a request as a prompt, with an instruction for chat models."""
        text, parses = _write_request(request), [request.parse, *(row.parse for row in request.rows)]
        brackets = next((find_brackets(parse) for parse in parses if parse), ROUND)
        return Prompt(text, None, write_instruction(request.strategy, text, language_name(request.locale), brackets))

    def render_target(self, utterance: Utterance, request: ClaspRequest) -> str:
        """Write the completion that a perfect teacher would give: what a teacher is trained on."""
        if request.strategy in GIVEN:
            return utterance.text
        return f"{utterance.parse} ; {language_name(request.locale)}: {utterance.text}"

    def parse(self, completion: str, request: ClaspRequest, schema: ParseSchema) -> Utterance | Reject:
        """Read a completion.

        Code fences, quotes around a text, the name of a field written again, the case of labels, and whatever follows
        the fields do not matter.

        Args:
            completion: What the teacher wrote.
            request: What it was asked for.
            schema: What parses may look like.

        Returns:
            The row, with the outermost label as its intent; or a `Reject` whose reason is the first that holds of:
            `malformed` (not the fields that are wanted, or no parse), `unknown_label`, `wrong_structure` (a label
            where the schema has none such), `value_missing` (a value of the parse does not stand in the text; see
            `find_values`), `skeleton_changed` (`tb`: other labels than in the source's parse, whatever their order),
            `copied_example` (a text of the prompt).
        """
        read = _read_completion(completion, request, schema)
        if isinstance(read, str):
            return Reject("malformed", completion, read)
        tree, text = read
        problem = self._find_problem(tree, text, request, schema)
        if problem:
            return Reject(problem[0], completion, problem[1])
        parse = request.parse or write_parse(tree, schema.brackets)
        return Utterance(tuple(text.split()), (), tree.label, request.locale, parse=parse)

    def _find_problem(
        self, tree: Tree, text: str, request: ClaspRequest, schema: ParseSchema
    ) -> tuple[str, str] | None:
        """Why a row is not taken: reason and detail; None if it is."""
        unknown = sorted({node.label for node in tree.walk()}.difference(schema.labels))
        problem = schema.find_problem(tree)
        if problem:
            return "unknown_label" if unknown else "wrong_structure", problem
        missing = find_values(text, tree, schema.brackets == SQUARE, self.synonyms)
        if missing:
            return "value_missing", ", ".join(f"{label} {value!r}" for label, value in missing) + f" not in {text!r}"
        if request.strategy == "tb" and request.source:
            source = read_parse(request.source.parse)
            if find_skeleton(tree).key() != find_skeleton(source).key():
                return "skeleton_changed", f"the source's parse is {request.source.parse}"
        if normalise(text) in {normalise(row.text) for row in request.rows}:
            return "copied_example", "the text stands in the prompt"
        return None


def find_skeleton(tree: Tree) -> Tree:
    """Take all words out of a parse.

    Args:
        tree: The parse.

    Returns:
        Its labels, nested as before.

    Examples:
        >>> find_skeleton(read_parse("(ORDER i want (NUMBER two ) )"))
        Tree(label='ORDER', children=(Tree(label='NUMBER', children=()),))
    """
    return Tree(tree.label, tuple(map(find_skeleton, tree.nodes)))


def _write_request(request: ClaspRequest) -> str:
    language = language_name(request.locale)
    parts: list[str] = []
    for example in request.examples:
        parts += _write_source(example.source)
        name = request.parse_name if example.source is None else f"{language_name(example.target.locale)} Parse"
        parts += _write_row(example.target, name)
    parts += _write_source(request.source)
    parts.append(write_field(request.parse_name, request.parse))
    return " ".join([*parts, write_field(language)] if request.parse else parts)


def _write_source(row: Utterance | None) -> list[str]:
    return [] if row is None else _write_row(row, f"{language_name(row.locale)} Parse")


def _write_row(row: Utterance, parse_name: str) -> list[str]:
    return [write_field(parse_name, row.parse), write_field(language_name(row.locale), row.text)]


def _read_completion(completion: str, request: ClaspRequest, schema: ParseSchema) -> tuple[Tree, str] | str:
    """The parse and the text of a completion, or what is wrong with its form."""
    language = language_name(request.locale)
    languages = {language, *(language_name(row.locale) for row in request.rows)}
    names = {request.parse_name, *languages, *(f"{each} Parse" for each in languages)}
    wanted = [language] if request.parse else [request.parse_name, language]
    fields = cut_fields(unwrap(completion), names)[: len(wanted)]
    # The name of the first field stands in the prompt.
    if [each.name for each in fields] not in (wanted, ["", *wanted[1:]]):
        return f"expected {' and '.join(wanted)}, got {[each.name for each in fields]}"
    parse, text = request.parse or unwrap(fields[0].content), unwrap(fields[-1].content)
    try:
        tree = _match_labels(read_parse(parse, schema.brackets), schema)
    except ParseError as error:
        return error.message
    if any(f"{schema.brackets.open}{node.label}".casefold() in text.casefold() for node in tree.walk()):
        return f"there are brackets in the text: {text!r}"
    return (tree, text) if text else "the text is empty"


def _match_labels(tree: Tree, schema: ParseSchema) -> Tree:
    """Write labels in the case of the schema: small teachers may know none."""
    known = {label.casefold(): label for label in schema.labels}
    label = tree.label if tree.label in schema.labels else known.get(tree.label.casefold(), tree.label)
    children = (_match_labels(child, schema) if isinstance(child, Tree) else child for child in tree.children)
    return Tree(label, tuple(children))
