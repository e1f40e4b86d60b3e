"""Orders in plain words of one form: `i want two large pizza with ham and extra cheese , and one lemonade`.

It is the canonical form of PIZZA (Rongali et al. 2022): one order after another; in each of them number and size, what
it is, what is on it, and what is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hf_synth.errors import SchemaError
from hf_synth.parses.phrases import Phrases, Words
from hf_synth.parses.tree import ParseError, Tree

START = ("i", "want")
ROOT, PIZZA, DRINK, COMPLEX, NOT = "ORDER", "PIZZAORDER", "DRINKORDER", "COMPLEX_TOPPING", "NOT"
SAID = {  # in this order, before everything else
    PIZZA: ("NUMBER", "SIZE", "STYLE"),
    DRINK: ("NUMBER", "SIZE", "VOLUME", "DRINKTYPE", "CONTAINERTYPE"),
}
ONCE = {PIZZA: ("NUMBER",), DRINK: ("NUMBER", "DRINKTYPE")}


def write_canonical(exr: Tree, phrases: Phrases) -> str:
    """Write an executable parse in canonical form.

    Args:
        exr: The parse. Orders, and what stands more than once in an order, are written as they come.
        phrases: How entities are said.

    Returns:
        The form; `read_canonical` reads from it a tree that differs in nothing but the order of children.

    Raises:
        SchemaError: The form has no place for a label, or no phrase for a value.

    Examples:
        >>> from hf_synth.parses.tree import read_parse
        >>> phrases = {"NUMBER": {("2",): ("two",)}, "TOPPING": {("HAM",): ("ham",), ("TUNA",): ("tuna",)}}
        >>> order = "(ORDER (PIZZAORDER (NOT (TOPPING HAM ) ) (NUMBER 2 ) (TOPPING TUNA ) ) )"
        >>> write_canonical(read_parse(order), phrases)
        'i want two pizza with tuna and no ham'
    """
    if exr.label != ROOT:
        raise SchemaError(f"canonical form: expected {ROOT} outermost, got {exr.label}")
    _check_below(exr, tuple(SAID))
    orders = [_write_order(order, phrases) for order in exr.nodes]
    return " ".join([*START, _join(orders, " , and ")])


def _write_order(order: Tree, phrases: Phrases) -> str:
    said = SAID[order.label]
    _check_below(order, (*said, "TOPPING", COMPLEX, NOT) if order.label == PIZZA else said, ONCE[order.label])
    written = [_say(node, phrases) for label in said for node in order.nodes if node.label == label]
    if order.label == DRINK:
        return " ".join(written)
    toppings = [_write_topping(node, phrases) for node in order.nodes if node.label in ("TOPPING", COMPLEX)]
    written += ["pizza", *(["with", _join(toppings, " and ")] if toppings else [])]
    link = "and" if toppings else "with"
    for node in order.nodes:
        if node.label != NOT:
            continue
        _check_below(node, ("TOPPING", COMPLEX, "STYLE"))
        if len(node.nodes) != 1:
            raise SchemaError(f"canonical form: expected one node in {NOT}, got {len(node.nodes)}")
        (refused,) = node.nodes
        if refused.label == "STYLE":
            written += [", not", _say(refused, phrases), "style"]
        else:
            written += [link, "no", _write_topping(refused, phrases)]
            link = "and"
    return " ".join(written)


def _write_topping(node: Tree, phrases: Phrases) -> str:
    if node.label != COMPLEX:
        return _say(node, phrases)
    parts = ("QUANTITY", "TOPPING")
    _check_below(node, parts, parts)
    return " ".join(_say(part, phrases) for label in parts for part in node.nodes if part.label == label)


def _say(node: Tree, phrases: Phrases) -> str:
    phrase = None if node.nodes else phrases.get(node.label, {}).get(node.words)
    if phrase is None:
        raise SchemaError(
            f"canonical form: no phrase for {node.label} {node.value!r}",
            hint="Add the entity to the catalogue.",
        )
    return " ".join(phrase)


def _check_below(node: Tree, labels: Sequence[str], once: Sequence[str] = ()) -> None:
    """Check that nothing stands in a node but nodes of these labels, and that some are there once."""
    for child in node.children:
        name = repr(child) if isinstance(child, str) else child.label
        if isinstance(child, str) or child.label not in labels:
            raise SchemaError(f"canonical form: expected {', '.join(labels)} in {node.label}, got {name}")
    for label in once:
        count = sum(child.label == label for child in node.nodes)
        if count != 1:
            raise SchemaError(f"canonical form: expected one {label} in {node.label}, got {count}")


def _join(items: Sequence[str], last_of_two: str) -> str:
    return last_of_two.join(items) if len(items) < 3 else f"{' , '.join(items[:-1])} , and {items[-1]}"


def read_canonical(text: str, phrases: Phrases) -> Tree:
    """Read the canonical form of an order.

    Between the parts of a list a comma, `and` or both may stand; nothing else may differ from what `write_canonical`
    writes.

    Args:
        text: The form.
        phrases: How entities are said; where several are said alike, the first is read.

    Returns:
        The executable parse.

    Raises:
        ParseError: The text is not of the form; the message says where, and what should stand there.

    Examples:
        >>> from hf_synth.parses.tree import write_parse
        >>> phrases = {"NUMBER": {("2",): ("two",)}, "TOPPING": {("HAM",): ("ham",), ("TUNA",): ("tuna",)}}
        >>> write_parse(read_canonical("i want two pizza with tuna and no ham", phrases))
        '(ORDER (PIZZAORDER (NUMBER 2 ) (TOPPING TUNA ) (NOT (TOPPING HAM ) ) ) )'
        >>> read_canonical("i want two pizza with kelp", phrases)
        Traceback (most recent call last):
        hf_synth.parses.tree.ParseError: character 23 of the parse: expected a topping or no, got 'kelp'
    """
    reader = _Reader(text, phrases)
    if not reader.take(*START):
        raise reader.fail(" ".join(START))
    orders = [reader.read_order()]
    orders += reader.read_more(reader.read_order_if_any)
    if not reader.is_done:
        raise reader.fail("the end")
    return Tree(ROOT, tuple(orders))


class _Reader:
    """A text, and how far it was read."""

    def __init__(self, text: str, phrases: Phrases) -> None:
        found = list(re.finditer(r",|[^\s,]+", text))
        self.words = [match.group() for match in found]
        self.positions = [match.start() + 1 for match in found] + [len(text) + 1]
        self.place = 0
        self.said: dict[str, dict[Words, Words]] = {}
        for label, entities in phrases.items():
            known = self.said.setdefault(label, {})
            for entity, phrase in entities.items():
                known.setdefault(phrase, entity)

    @property
    def is_done(self) -> bool:
        return self.place == len(self.words)

    def fail(self, expected: str) -> ParseError:
        found = "the end" if self.is_done else repr(self.words[self.place])
        return ParseError(self.positions[self.place], expected, found)

    def take(self, *words: str) -> bool:
        """Read these words if they come next."""
        if tuple(self.words[self.place : self.place + len(words)]) != words:
            return False
        self.place += len(words)
        return True

    def read_value(self, label: str) -> Tree | None:
        """Read a phrase of a label, the longest one, if one comes next."""
        known = self.said.get(label, {})
        fitting = [phrase for phrase in known if tuple(self.words[self.place : self.place + len(phrase)]) == phrase]
        if not fitting:
            return None
        phrase = max(fitting, key=len)
        self.place += len(phrase)
        return Tree(label, known[phrase])

    def read_values(self, label: str) -> list[Tree]:
        """Read all phrases of a label that come next."""
        nodes = []
        while node := self.read_value(label):
            nodes.append(node)
        return nodes

    def read_more(self, read_item: Callable[[], Tree | None]) -> list[Tree]:
        """Read the rest of a list: items after commas and `and`."""
        items = []
        while True:
            before = self.place
            has_comma, has_and = self.take(","), self.take("and")
            item = read_item() if has_comma or has_and else None
            if item is None:
                self.place = before
                return items
            items.append(item)

    def read_order(self) -> Tree:
        order = self.read_order_if_any()
        if order is None:
            raise self.fail("a number")
        return order

    def read_order_if_any(self) -> Tree | None:
        number = self.read_value("NUMBER")
        if number is None:
            return None
        nodes = [number, *self.read_values("SIZE")]
        volumes, drink = self.read_values("VOLUME"), self.read_value("DRINKTYPE")
        if drink:
            return Tree(DRINK, (*nodes, *volumes, drink, *self.read_values("CONTAINERTYPE")))
        if volumes:
            raise self.fail("a drink")
        nodes += self.read_values("STYLE")
        if not self.take("pizza"):
            raise self.fail("pizza" if nodes[-1].label == "STYLE" else "pizza or a drink")
        return Tree(PIZZA, (*nodes, *self.read_toppings()))

    def read_toppings(self) -> list[Tree]:
        """Read what is on a pizza, and what is not."""
        nodes = []
        if self.take("with"):
            first = self.read_refused("no") or self.read_topping()
            if first is None:
                raise self.fail("a topping or no")
            nodes.append(first)
            if first.label != NOT:
                nodes += self.read_more(self.read_topping)
        while (
            refused := self.read_refused("and", "no") or self.read_refused("with", "no") or self.read_refused_style()
        ):
            nodes.append(refused)
        return nodes

    def read_topping(self) -> Tree | None:
        quantity = self.read_value("QUANTITY")
        topping = self.read_value("TOPPING")
        if quantity is None:
            return topping
        if topping is None:
            raise self.fail("a topping")
        return Tree(COMPLEX, (quantity, topping))

    def read_refused(self, *start: str) -> Tree | None:
        if not self.take(*start):
            return None
        topping = self.read_topping()
        if topping is None:
            raise self.fail("a topping")
        return Tree(NOT, (topping,))

    def read_refused_style(self) -> Tree | None:
        if not self.take(",", "not"):
            return None
        style = self.read_value("STYLE")
        if style is None or not self.take("style"):
            raise self.fail("a style" if style is None else "style")
        return Tree(NOT, (style,))
