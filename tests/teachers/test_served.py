"""Real models behind real servers: `transformers serve`, and the shipped teacher behind a small server of our own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from endpoint_server import EndpointServer, Reply
from small import human_splits
from tiny import byte_pairs, llama

from hf_synth.builders.generation import GenerationSettings
from hf_synth.builders.linguist import build_rows
from hf_synth.builders.plan import PlanSettings
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_local, load_teacher


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A `transformers serve` process with a tiny causal model of random weights; gives its address and the folder."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = byte_pairs()
    llama(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder), "--device", "cpu"]
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=log, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "log").read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1", folder
    finally:
        process.terminate()
        process.wait()
        log.close()


@pytest.mark.parametrize("route", ["chat", "completions"])
def test_transformers_serve(served, journal, route):
    url, folder = served
    teacher = load_teacher(f"{url}#{folder}", EndpointSettings(route=route, concurrency=2))
    draws = [Draw(Prompt(f"what is the weather in [1 boston ] {n}"), k) for n in range(2) for k in range(2)]
    texts = journal.generate(teacher, draws, Sampling(max_new_tokens=8))
    assert all(isinstance(text, str) for text in texts)
    assert any(text.strip() for text in texts)
    # It ignores `n`, and says nothing: the other draws were asked for alone.
    assert journal.spent.requests == 4
    assert journal.spent.failed == 0
    assert journal.spent.prompt_tokens > 4 * 5
    assert 4 <= journal.spent.completion_tokens <= 4 * 8
    assert journal.generate(teacher, draws, Sampling(max_new_tokens=8)) == texts
    assert journal.hits == 4


def test_the_shipped_teacher_behind_a_server(journal):
    """The whole way from seeds to rows, with the weights on the other side of HTTP."""
    local = load_local("linguist-mini")

    def reply(request, path, headers):
        sampling = Sampling(
            request["temperature"], 50, request["top_p"], request["max_tokens"], False, seed=request["seed"]
        )
        draws = [Draw(Prompt(request["prompt"]), number) for number in range(request.get("n", 1))]
        texts = local.generate(draws, sampling)
        listed = [{"index": n, "text": text, "finish_reason": "stop"} for n, text in enumerate(texts)]
        return Reply({"choices": listed, "model": request["model"]})

    settings = GenerationSettings(4, max_completions=20, plan=PlanSettings(examples=5), sampling=Sampling(0.7))
    with EndpointServer(reply) as server:
        teacher = load_teacher(f"{server.url}#linguist-mini", EndpointSettings("completions", "text", concurrency=4))
        built = build_rows(human_splits(("get_weather",)), teacher, journal, settings)
        asked = [json.dumps(body) for body, _, _ in server.requests]
    assert len(set(asked)) == len(asked)
    made = [row for row in built.train if row.provenance.origin == "synthetic"]
    assert len(made) == 4
    assert {row.provenance.teacher for row in made} == {teacher.identity}
    assert all(row.utterance.intent == "get_weather" and row.utterance.spans for row in made)
    counts = built.generated.counts
    assert counts["completions"] == counts["accepted"] + sum(counts["rejected"].values())
