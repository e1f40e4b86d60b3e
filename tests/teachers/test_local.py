import time
from dataclasses import replace

import pytest
import torch
from tiny import bart, byte_pairs, llama, unigrams, word_pieces

from hf_synth.generation import Draw, Prompt, Reject, Sampling
from hf_synth.prompts.linguist import Included, LinguistPrompt, LinguistRequest
from hf_synth.schema import Span, Utterance
from hf_synth.teachers.grammar import BracketGrammar
from hf_synth.teachers.local import TUNED_KEY, LocalTeacher, hash_weights

PROMPT = LinguistPrompt()
EXAMPLE = Utterance(("rain", "in", "Rome"), (Span(2, 3, "city"),), "GetWeather")
REQUESTS = [
    LinguistRequest("GetWeather", "en-US", include, (EXAMPLE,) * examples, ("day", "city"))
    for include in (
        (),
        (Included("city", ("New", "YORK")),),
        (Included("city"), Included("day", ("☃", "]"))),
        (Included("city", ("rome",)), Included("city"), Included("day")),
    )
    for examples in (0, 1, 3)
]
DRAWS = [Draw(PROMPT.render(request), number) for request in REQUESTS for number in range(3)]
SAMPLING = Sampling(max_new_tokens=44, temperature=1.0)


def make(kind):
    if kind == "bart":
        tokenizer = word_pieces()
        model = bart(tokenizer)
        setattr(model.config, TUNED_KEY, 1)
    elif kind == "bart_unigrams":
        tokenizer = unigrams()
        model = bart(tokenizer)
        setattr(model.config, TUNED_KEY, 1)
    else:
        tokenizer = byte_pairs()
        model = llama(tokenizer)
    return LocalTeacher(model, tokenizer, kind, batch_rows=8)


@pytest.fixture(scope="module", params=["bart", "bart_unigrams", "llama"])
def teacher(request):
    return make(request.param)


@pytest.fixture(scope="module")
def completions(teacher):
    return teacher.generate(DRAWS, SAMPLING)


def test_constrained_completions_parse(completions):
    for draw, completion in zip(DRAWS, completions, strict=True):
        request = next(request for request in REQUESTS if PROMPT.render(request) == draw.prompt)
        parsed = PROMPT.parse(completion, request)
        assert not isinstance(parsed, Reject) or parsed.reason == "copied_example", parsed


def test_order_and_batch_do_not_matter(teacher, completions):
    order = torch.randperm(len(DRAWS), generator=torch.Generator().manual_seed(0)).tolist()
    shuffled = teacher.generate([DRAWS[index] for index in order], SAMPLING)
    assert shuffled == [completions[index] for index in order]
    assert teacher.generate(DRAWS[5:6], SAMPLING) == completions[5:6]
    wide = LocalTeacher(teacher.model, teacher.tokenizer, "wide", batch_tokens=10**6, batch_rows=64)
    assert wide.generate(DRAWS, SAMPLING) == completions
    narrow = LocalTeacher(teacher.model, teacher.tokenizer, "narrow", batch_tokens=1, batch_rows=1)
    assert narrow.generate(DRAWS[:7], SAMPLING) == completions[:7]


def test_draws_and_seeds_differ(teacher, completions):
    for first in range(0, len(DRAWS), 3):
        assert len(set(completions[first : first + 3])) == 3
    other = Sampling(max_new_tokens=44, temperature=1.0, seed=1)
    assert teacher.generate(DRAWS[:6], other) != completions[:6]


def test_grammar_can_be_switched_off(teacher, completions):
    free = teacher.generate(DRAWS, Sampling(max_new_tokens=44, temperature=1.0, constrained=False))
    assert sum(isinstance(PROMPT.parse(text, REQUESTS[-1]), Reject) for text in free) == len(free)
    assert free != completions


def test_prompt_without_grammar(teacher):
    assert len(teacher.generate([Draw(Prompt("rain in"), 0), DRAWS[0]], SAMPLING)) == 2


def test_nothing_to_write(teacher):
    assert teacher.generate([], SAMPLING) == []


def test_batches_keep_their_bound(teacher):
    sizes = []
    generate = teacher.model.generate

    def counted(**arguments):
        sizes.append(arguments["attention_mask"].shape[0])
        return generate(**arguments)

    teacher.model.generate = counted
    try:
        teacher.generate([Draw(DRAWS[0].prompt, number) for number in range(20)], Sampling(max_new_tokens=2))
    finally:
        teacher.model.generate = generate
    assert sizes == [8, 8, 4]


def test_chat_model_reads_the_instruction_and_a_tuned_one_the_prompt():
    prompt = DRAWS[0].prompt
    chat = make("llama")
    read = chat.tokenizer.decode(chat._encode(prompt))
    assert read.startswith("<s>user : You write training data")
    assert read.endswith("Answer:</s><s>") or read.endswith("Answer:\n</s><s>")
    assert chat._encode(Prompt("rain")) == chat.tokenizer("rain").input_ids
    chat.tokenizer.chat_template = None
    assert chat.tokenizer.decode(chat._encode(prompt)) == prompt.instruction
    tuned = make("bart")
    assert tuned._encode(prompt) == tuned.tokenizer(prompt.text).input_ids


def test_given_values_come_back_as_they_were():
    teacher = make("bart")
    owed = PROMPT.render(
        LinguistRequest(
            "x", "en-US", tuple(Included("a", (value,)) for value in ("☃", "☂", "Rome", "ROME", "</s>")), (), ("a",)
        )
    ).owed
    written = "x [1 rome ] [1 ] y [1 rome ] [1 ] [1 \\ ]"
    for draw in range(4):
        (text,) = teacher.generate([Draw(Prompt("x", owed), draw)], SAMPLING)
        for value in ("☃", "☂", "Rome", "ROME", r"\</s>"):
            assert text.count(f"[1 {value} ]") == 1, text
    assert "[1 Rome ]" in teacher._restore(written, owed)
    assert "[1 ROME ]" in teacher._restore(written, owed)


def test_restoring_leaves_values_that_only_look_alike():
    teacher = make("bart")
    owed = PROMPT.render(
        LinguistRequest("x", "en-US", (Included("b", ("[1", "rome", "]")), Included("a", ("Rome",))), (), ("a", "b"))
    ).owed
    assert teacher._restore(r"[2 \[1 rome \] ] [1 rome ]", owed) == r"[2 \[1 rome \] ] [1 Rome ]"


def test_identity_follows_the_weights():
    first, second = make("bart"), make("bart")
    assert first.identity == second.identity
    assert first.identity.startswith("bart@")
    assert first.identity.endswith(":float32")
    with torch.no_grad():
        next(second.model.parameters())[0, 0] += 1
    assert hash_weights(first.model) != hash_weights(second.model)


@pytest.mark.slow
def test_grammar_costs_little():
    """On a model of the shipped one's width; the tiny ones would measure Python alone."""
    from transformers import BartConfig, BartForConditionalGeneration

    tokenizer = word_pieces()
    config = BartConfig(
        vocab_size=28_000, d_model=384, encoder_layers=1, decoder_layers=3, encoder_attention_heads=12,
        decoder_attention_heads=12, encoder_ffn_dim=1536, decoder_ffn_dim=1536, max_position_embeddings=512,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, forced_eos_token_id=None,
    )  # fmt: skip
    torch.manual_seed(0)
    setattr(config, TUNED_KEY, 1)
    teacher = LocalTeacher(BartForConditionalGeneration(config).eval(), tokenizer, "wide")
    draws = [Draw(DRAWS[-1].prompt, number) for number in range(64)]
    spent = []
    inner = BracketGrammar.__call__

    def timed(self, input_ids, scores):
        start = time.perf_counter()
        result = inner(self, input_ids, scores)
        spent.append(time.perf_counter() - start)
        return result

    teacher.generate(draws, Sampling(max_new_tokens=4))
    BracketGrammar.__call__ = timed
    try:
        start = time.perf_counter()
        teacher.generate(draws, Sampling(max_new_tokens=40))
        total = time.perf_counter() - start
    finally:
        BracketGrammar.__call__ = inner
    print(f"grammar: {sum(spent) / total:.1%} of {total:.1f} s")  # noqa: T201
    assert sum(spent) / total < 0.25


def test_slots_come_in_order_when_asked(teacher):
    include = (Included("day", ("monday",)), Included("city", ("rome",)), Included("city", ("oslo",)))
    request = LinguistRequest("GetWeather", "en-US", include, (EXAMPLE,), ("day", "city"), ordered=True)
    draws = [Draw(PROMPT.render(request), number) for number in range(8)]
    for completion in teacher.generate(draws, SAMPLING):
        assert [value for _, value in PROMPT.parse(completion, request).slots] == ["monday", "rome", "oslo"]


def test_words_of_the_examples_are_favoured(teacher):
    request = LinguistRequest("GetWeather", "en-US", (Included("city", ("oslo",)),), (EXAMPLE,), ("city",))
    draws = [Draw(PROMPT.render(request), number) for number in range(8)]
    outside = [text.replace("[1 oslo ]", "") for text in teacher.generate(draws, SAMPLING)]
    biased = [text.replace("[1 oslo ]", "") for text in teacher.generate(draws, replace(SAMPLING, carrier_bias=50.0))]
    assert set("".join(biased)) <= set("rain ")
    assert not set("".join(outside)) <= set("rain ")


def test_the_best_of_several_candidates_was_bent_least(teacher):
    draws = DRAWS[3:6]
    free = [teacher._make_sampler([(draw, n) for draw in draws], SAMPLING).uniforms for n in range(3)]
    assert not torch.equal(free[0], free[1])
    best = teacher.generate(draws, replace(SAMPLING, best_of=3))
    assert best == teacher.generate(draws, replace(SAMPLING, best_of=3))
    grammar = teacher._make_grammar([draws[0].prompt] * 2, replace(SAMPLING, best_of=3))
    width = teacher._vocabulary.masks.shape[1]
    scores = torch.zeros(2, width)
    scores[1, grammar.ends[0]] = 9.0  # the second row would rather end, which the grammar forbids
    grammar(torch.ones(2, 1, dtype=torch.long), scores)
    assert grammar.log_mass[1] < grammar.log_mass[0] < 0
