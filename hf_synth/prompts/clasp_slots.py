"""CLASP's prompts for a teacher that was taught LINGUIST's: the slots of a parse as brackets and numbers.

A small teacher reads no parses, but it can write an utterance around slots (see `prompts.linguist`). So the values of
a parse become slots, named by the labels above them; the examples are marked in the same way. For `rs` the values are
given, in their order. For `gb` the labels are those of a parse that was made of seeds, and the teacher finds values.
To translate, the row to translate is the example, and the slots come in any order, with given values for `ts`, and
with values that the teacher finds for `tb`. This is our way without a large language model, which the paper has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Prompt, Reject
from hf_synth.parses.marking import mark_slots, match_leaves, name_label, name_leaves
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.swapping import can_hold
from hf_synth.parses.tree import Tree, find_brackets, read_parse, write_parse
from hf_synth.prompts.clasp import GIVEN, ClaspPrompt, ClaspRequest
from hf_synth.prompts.linguist import MAX_EXAMPLES, Included, LinguistPrompt, LinguistRequest, number_slots
from hf_synth.schema import Utterance
from hf_synth.seeding import rng, stable_hash


@dataclass(frozen=True)
class SlottedClaspPrompt:
    """Render requests as LINGUIST prompts, and parse completions as rows or rejects.

    Before: a request for a text of `(ORDER (NUMBER two ) (DRINKTYPE cola ) )`.
    After: `could i get [1 two ] [2 cola ]` is a row with this parse and the text `could i get two cola`.
    Where the order is not given, a row has the slots of its parse in the order of its text, as far as they stand side
    by side.

    Examples:
        >>> row = Utterance(("a", "tea"), (), "ORDER", parse="(ORDER (NUMBER a ) (DRINKTYPE tea ) )")
        >>> request = ClaspRequest("rs", (), "(ORDER (NUMBER two ) (DRINKTYPE cola ) )")
        >>> prompt, schema = SlottedClaspPrompt(), ParseSchema.from_trees([read_parse(row.parse)])
        >>> print(prompt.render(request).text)
        <language> English </language> <intent> order </intent> <include> [1 two ] , [2 cola ] </include> \
<labels> [1 = number ] , [2 = drinktype ] </labels> <examples> </examples>
        >>> prompt.parse("could i get [1 two ] [2 cola ]", request, schema).text
        'could i get two cola'
        >>> prompt.parse("[2 cola ] , make it [1 two ]", request, schema).reason
        'wrong_order'

    Reference: Rosenbaum et al. 2022, CLASP (replaced and translated slots) and LINGUIST (the markup).
    """

    name: ClassVar[str] = "clasp_slots"
    version: ClassVar[int] = 1

    def render(self, request: ClaspRequest) -> Prompt:
        """Write a request as a prompt, with the grammar of its completions."""
        return LinguistPrompt().render(_ask(request))

    def render_target(self, utterance: Utterance, request: ClaspRequest) -> str | None:
        """Write the completion that a perfect teacher would give; None if a value cannot be told in its text."""
        marked = mark_slots(utterance)
        return None if marked is None else LinguistPrompt().render_target(marked, _ask(request))

    def parse(self, completion: str, request: ClaspRequest, schema: ParseSchema) -> Utterance | Reject:
        """Read a completion.

        Args:
            completion: What the teacher wrote.
            request: What it was asked for.
            schema: What parses may look like; the one that was asked for decides, so it is not looked at.

        Returns:
            The row, with the parse that was asked for, or for `gb` and `tb` with the values of the completion; or a
            `Reject` for a reason of `LinguistPrompt.parse`, `wrong_order` (the values of `rs` stand in another order
            than in the parse), or `malformed` (a value that no parse could hold).
        """
        found = LinguistPrompt().parse(completion, _ask(request))
        if isinstance(found, Reject):
            return found
        parse = _find_parse(request)
        tree, brackets = read_parse(parse), find_brackets(parse)
        if request.strategy != "rs":
            if not all(can_hold(value) for _, value in found.slots):
                return Reject("malformed", completion, "there are brackets in a value")
            tree = arrange_values(tree, found.slots, given=bool(request.parse))
        elif [value for _, value in found.slots] != [leaf.value for leaf in tree.leaves()]:
            return Reject("wrong_order", completion, f"the parse is {parse}")
        return Utterance(found.tokens, (), tree.label, request.locale, parse=write_parse(tree, brackets))


def arrange_values(tree: Tree, slots: Sequence[tuple[str, str]], given: bool) -> Tree:
    """Give a parse the values of a text, in the order of the text.

    Args:
        tree: A parse.
        slots: Names (see `name_leaves`) and values in the order of the text, those of all leaves.
        given: The parse has these values already; otherwise each leaf takes the first of its name that is left.

    Returns:
        The parse, with nodes side by side ordered by their first value; those without values stay behind the ones
        before them.

    Examples:
        >>> tree = read_parse("(CALL (CONTACT mum ) (APP whatsapp ) )")
        >>> write_parse(arrange_values(tree, [("APP", "whatsapp"), ("CONTACT", "maman")], given=False))
        '(CALL (APP whatsapp ) (CONTACT maman ) )'
    """
    places = iter(match_leaves(tree, slots, given))

    def arrange(node: Tree, reached: int) -> tuple[int, Tree]:
        if node.is_leaf:
            place = next(places)
            return place, Tree(node.label, tuple(slots[place][1].split()))
        ordered: list[tuple[int, Tree]] = []
        for child in node.nodes:
            ordered.append(arrange(child, ordered[-1][0] if ordered else reached))
        place = min((place for place, _ in ordered), default=reached)
        return place, Tree(node.label, tuple(child for _, child in sorted(ordered, key=lambda pair: pair[0])))

    return arrange(tree, -1)[1]


def choose_prompt(strategy: str, taught: str) -> ClaspPrompt | SlottedClaspPrompt:
    """Choose how a teacher is asked.

    Args:
        strategy: What it is asked for.
        taught: The prompts that it was taught, such as `linguist@1`, with spaces between them; empty if it follows
            instructions.

    Returns:
        Slots around which a text is wanted, for a teacher that was taught such prompts, unless it was taught to write
        parses and these are wanted; else parses and texts.

    Examples:
        >>> [choose_prompt("gb", taught).name for taught in ("linguist@1", "linguist@1 clasp@1", "")]
        ['clasp_slots', 'clasp', 'clasp']
    """
    known = taught.split()
    writes = strategy in GIVEN or f"{ClaspPrompt.name}@{ClaspPrompt.version}" not in known
    slotted = writes and f"{LinguistPrompt.name}@{LinguistPrompt.version}" in known
    return SlottedClaspPrompt() if slotted else ClaspPrompt()


def name_prompts(strategies: Iterable[str], taught: str) -> tuple[str, ...]:
    """Name the prompts that a teacher is asked with.

    Args:
        strategies: What it is asked for.
        taught: As for `choose_prompt`.

    Returns:
        Names with versions, each once.

    Examples:
        >>> name_prompts(["rs", "gb"], "linguist@1"), name_prompts(["rs", "gb"], "linguist@1 clasp@1")
        (('clasp_slots@1',), ('clasp_slots@1', 'clasp@1'))
    """
    prompts = [choose_prompt(strategy, taught) for strategy in strategies]
    return tuple(dict.fromkeys(f"{prompt.name}@{prompt.version}" for prompt in prompts))


def _ask(request: ClaspRequest) -> LinguistRequest:
    """The same request, of a teacher that writes utterances around slots."""
    source, parse = request.source, _find_parse(request)
    if source is None:
        marked = [found for example in request.examples if (found := mark_slots(example.target)) is not None]
    else:
        marked = [mark_slots(source) or replace(source, spans=())]
    shown, tree = marked[-MAX_EXAMPLES:], read_parse(parse)
    include = tuple(
        Included(name, tuple(value.split()) if request.parse else None) for name, value in name_leaves(tree)
    )
    slots = {item.slot for item in include} | {span.slot for row in shown for span in row.spans}
    numbering = number_slots(slots, rng(0, "clasp slots", stable_hash(parse)))
    ordered = request.strategy == "rs"
    return LinguistRequest(name_label(tree.label), request.locale, include, tuple(shown), numbering, ordered)


def _find_parse(request: ClaspRequest) -> str:
    """The parse whose slots are asked for."""
    found = request.parse or request.skeleton or (request.source.parse if request.source else "")
    if not found:
        raise ConfigError("a teacher that writes texts around slots needs to know which: give the request a skeleton")
    return found
