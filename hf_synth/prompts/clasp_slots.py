"""CLASP's prompts for a teacher that was taught LINGUIST's: the slots of a parse as brackets and numbers.

A small teacher reads no parses, but it can write an utterance around given slots (see `prompts.linguist`). So the
values of a parse become slots, named by the labels above them and asked for in the order of the parse; the examples
are marked in the same way. This is our way to `rs` and `ts` without a large language model, which the paper has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Prompt, Reject
from hf_synth.parses.marking import mark_slots, name_label, name_leaves
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import read_parse
from hf_synth.prompts.clasp import GIVEN, ClaspPrompt, ClaspRequest
from hf_synth.prompts.linguist import MAX_EXAMPLES, Included, LinguistPrompt, LinguistRequest, number_slots
from hf_synth.schema import Utterance
from hf_synth.seeding import rng, stable_hash


@dataclass(frozen=True)
class SlottedClaspPrompt:
    """Render requests of `rs` and `ts` as LINGUIST prompts, and parse completions as rows or rejects.

    Before: a request for a text of `(ORDER (NUMBER two ) (DRINKTYPE cola ) )`.
    After: `could i get [1 two ] [2 cola ]` is a row with this parse and the text `could i get two cola`.

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
        """Write a request as a prompt, with the grammar of its completions; a request for a parse is refused."""
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
            The row, with the parse that was asked for; or a `Reject` for a reason of `LinguistPrompt.parse`, or
            `wrong_order` (the values stand in another order than in the parse).
        """
        found = LinguistPrompt().parse(completion, _ask(request))
        if isinstance(found, Reject):
            return found
        tree = read_parse(request.parse)
        if [value for _, value in found.slots] != [leaf.value for leaf in tree.leaves()]:
            return Reject("wrong_order", completion, f"the parse is {request.parse}")
        return Utterance(found.tokens, (), tree.label, request.locale, parse=request.parse)


def choose_prompt(strategy: str, taught: str) -> ClaspPrompt | SlottedClaspPrompt:
    """Choose how a teacher is asked.

    Args:
        strategy: What it is asked for.
        taught: The prompts that it was taught, such as `linguist@1`, with spaces between them; empty if it follows
            instructions.

    Returns:
        Slots around which a text is wanted, for a teacher that was taught such prompts; else parses and texts.

    Examples:
        >>> [choose_prompt(*pair).name for pair in (("rs", "linguist@1"), ("gb", "linguist@1"), ("rs", ""))]
        ['clasp_slots', 'clasp', 'clasp']
    """
    slotted = f"{LinguistPrompt.name}@{LinguistPrompt.version}" in taught.split()
    return SlottedClaspPrompt() if slotted and strategy in GIVEN else ClaspPrompt()


def _ask(request: ClaspRequest) -> LinguistRequest:
    """The same request, of a teacher that writes utterances around slots."""
    if request.strategy not in GIVEN:
        raise ConfigError(
            f"strategy {request.strategy!r} asks for a parse, and the teacher was taught to write texts around slots",
            hint="Take rs or ts, or a teacher that follows instructions or was taught CLASP prompts.",
        )
    shown = [row for example in request.examples for row in (example.source, example.target) if row is not None]
    marked = [found for row in shown if (found := mark_slots(row)) is not None][-MAX_EXAMPLES:]
    tree = read_parse(request.parse)
    include = tuple(Included(name, tuple(value.split())) for name, value in name_leaves(tree))
    slots = {item.slot for item in include} | {span.slot for row in marked for span in row.spans}
    numbering = number_slots(slots, rng(0, "clasp slots", stable_hash(request.parse)))
    return LinguistRequest(name_label(tree.label), request.locale, include, tuple(marked), numbering, ordered=True)
