import random
import threading

import pytest
from endpoint_server import EndpointServer, answer

from hf_synth.builders.works import carry_out
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher
from hf_synth.teachers.scripted import ScriptedTeacher


def work(name, rounds):
    """A work whose rounds have so many draws; it returns all it was sent."""
    got = []
    for number, size in enumerate(rounds):
        got.append((yield [Draw(Prompt(f"{name}{number}"), draw) for draw in range(size)]))
    return name, got


def expected(name, rounds):
    return name, [[f"{name}{number}/{draw}" for draw in range(size)] for number, size in enumerate(rounds)]


ROUNDS = {"a": (3, 1), "b": (), "c": (2, 0, 4), "d": (0,), "e": (300,)}


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def test_one_after_the_other(journal):
    teacher = ScriptedTeacher(lambda draw, sampling: f"{draw.prompt.text}/{draw.number}")
    counts = []
    done = carry_out([work(*item) for item in ROUNDS.items()], teacher, journal, Sampling(), counts.append)
    assert done == [expected(*item) for item in ROUNDS.items()]
    assert sum(counts) == 310
    assert carry_out([], teacher, journal, Sampling()) == []


def test_together_whatever_the_order_of_the_answers(journal):
    chance = random.Random(0)

    def late(request, path, headers):
        reply = answer(request, content=lambda text, seed, number: f"{text}/{number}")
        reply.wait = chance.uniform(0, 0.05)
        return reply

    with EndpointServer(late) as server:
        teacher = load_teacher(f"{server.url}#m", EndpointSettings(concurrency=64))
        done = carry_out([work(*item) for item in ROUNDS.items()], teacher, journal, Sampling())
        first_of_each = [body["messages"][0]["content"] for body, _, _ in server.requests[:3]]
    assert done == [expected(*item) for item in ROUNDS.items()]
    assert set(first_of_each) == {"a0", "c0", "e0"}, "all works are under way at once"


def test_threads_end(journal):
    with EndpointServer() as server:
        teacher = load_teacher(f"{server.url}#m")
        carry_out([work("a", (5,))], teacher, journal, Sampling())

        def fail():
            yield [Draw(Prompt("x"), 0)]
            raise KeyError("ours")

        with pytest.raises(KeyError, match="ours"):
            carry_out([fail(), work("b", (50,))], teacher, journal, Sampling())
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("hf-synth")]
