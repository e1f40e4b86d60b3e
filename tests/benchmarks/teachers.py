"""How fast teachers are asked: an endpoint against a stub with a fixed latency, and a small model in this process.

    python tests/benchmarks/teachers.py [--prompts 10000] [--local 128]

`distilabel` is not a dependency: install `distilabel[openai,hf-transformers]==1.5.3` beside the library (and
`requests`, which it imports) to have its rows. All rows of a table are of one run, on one stub or model; the journal
of hf_synth is on disk, as always.
"""

import argparse
import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "teachers")]
LATENCY, CONCURRENCY, TOKENS = 0.1, 64, 32
INSTALLED = importlib.util.find_spec("distilabel") is not None


def clock(ask):
    """Seconds that an answer to all prompts takes."""
    started = time.monotonic()
    count = ask()
    return time.monotonic() - started, count


def ask_through_hf_synth(url, texts):
    from hf_synth.generation import Draw, Prompt, Sampling
    from hf_synth.teachers.endpoint import EndpointSettings
    from hf_synth.teachers.journal import Journal
    from hf_synth.teachers.loading import load_teacher

    teacher = load_teacher(f"{url}#stub", EndpointSettings(concurrency=CONCURRENCY))
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.sqlite")
        found = journal.generate(teacher, [Draw(Prompt(text)) for text in texts], Sampling(max_new_tokens=TOKENS))
        journal.close()
    return sum(isinstance(text, str) for text in found)


def ask_in_batches(url, texts, size=50):
    """`asyncio.gather` over batches, as many scripts do."""
    from huggingface_hub import AsyncInferenceClient

    async def ask():
        client, found = AsyncInferenceClient(base_url=url, api_key="-"), []
        for start in range(0, len(texts), size):
            messages = [[{"role": "user", "content": text}] for text in texts[start : start + size]]
            found += await asyncio.gather(
                *(client.chat_completion(each, model="stub", max_tokens=TOKENS) for each in messages)
            )
        return len(found)

    return asyncio.run(ask())


def ask_through_distilabel(llm, texts):
    from distilabel.pipeline import Pipeline
    from distilabel.steps import LoadDataFromDicts
    from distilabel.steps.tasks import TextGeneration

    with Pipeline(cache_dir=tempfile.mkdtemp()) as pipeline:
        load = LoadDataFromDicts(data=[{"instruction": text} for text in texts])
        load >> TextGeneration(llm=llm)
    rows = pipeline.run(use_cache=False)["default"]["train"]
    return sum(row["generation"] is not None for row in rows)


def compare_endpoints(count):
    server = [sys.executable, str(TESTS / "endpoint_server.py"), "--latency", str(LATENCY)]
    process = subprocess.Popen(server, stdout=subprocess.PIPE, text=True)
    url = process.stdout.readline().strip()
    texts = [f"<include> [1 rome ] , [2 * ] </include> number {n}" for n in range(count)]
    ideal = LATENCY * count / CONCURRENCY
    rows = [("hf_synth", lambda: ask_through_hf_synth(url, texts))]
    rows.append(("asyncio.gather, batches of 50", lambda: ask_in_batches(url, texts)))
    if INSTALLED:
        from distilabel.models import OpenAILLM

        llm = OpenAILLM(model="stub", base_url=url, api_key="-", generation_kwargs={"max_new_tokens": TOKENS})
        rows.append(("distilabel 1.5.3, OpenAILLM", lambda: ask_through_distilabel(llm, texts)))
    print(f"\n| {count:,} prompts, {LATENCY * 1000:.0f} ms each | seconds | prompts/s | times the ideal |")
    print("|---|--:|--:|--:|")
    print(f"| ideal at {CONCURRENCY} under way | {ideal:.1f} | {count / ideal:.0f} | 1.00 |")
    for name, ask in rows:
        seconds, answered = clock(ask)
        assert answered == count, (name, answered)
        print(f"| {name} | {seconds:.1f} | {count / seconds:.0f} | {seconds / ideal:.2f} |", flush=True)
    process.kill()
    process.wait()


def make_model(folder):
    """A causal model of 24 million random weights, which never ends early."""
    import tiny
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = tiny.byte_pairs()
    tokenizer.chat_template = tiny.CHAT
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=512, intermediate_size=1376, num_hidden_layers=8,
        num_attention_heads=8, max_position_embeddings=2048, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    model.generation_config.suppress_tokens = [2]
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def ask_one_by_one(folder, texts):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    done = 0
    for text in texts:
        messages = [{"role": "user", "content": text}]
        inputs = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        model.generate(**inputs, max_new_tokens=TOKENS, do_sample=True)
        done += 1
    return done


def ask_local_teacher(folder, texts):
    from hf_synth.generation import Draw, Prompt, Sampling
    from hf_synth.teachers.loading import load_teacher

    draws = [Draw(Prompt(text, instruction=text)) for text in texts]
    return len(load_teacher(folder).generate(draws, Sampling(max_new_tokens=TOKENS, constrained=False)))


def compare_local(count):
    with tempfile.TemporaryDirectory() as folder:
        make_model(folder)
        texts = [("what is the weather in rome on monday " * (1 + n % 7)).strip() for n in range(count)]
        rows = []
        if INSTALLED:  # first: its worker is forked, and would wait for ever for threads that torch has here by then
            from distilabel.models import TransformersLLM

            llm = TransformersLLM(model=folder, device="cpu", generation_kwargs={"max_new_tokens": TOKENS})
            rows.append(("distilabel 1.5.3, TransformersLLM", lambda: ask_through_distilabel(llm, texts)))
        rows.append(("`generate`, one by one", lambda: ask_one_by_one(folder, texts)))
        rows.append(("hf_synth", lambda: ask_local_teacher(folder, texts)))
        print(f"\n| {count} prompts, {TOKENS} tokens each | seconds | prompts/s |\n|---|--:|--:|")
        for name, ask in rows:
            seconds, answered = clock(ask)
            assert answered == count, (name, answered)
            print(f"| {name} | {seconds:.1f} | {count / seconds:.1f} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--prompts", type=int, default=10_000)
    parser.add_argument("--local", type=int, default=128)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    os.environ["DISTILABEL_LOG_LEVEL"] = "WARNING"  # it would log every request
    if options.prompts:
        compare_endpoints(options.prompts)
    if options.local:
        compare_local(options.local)
