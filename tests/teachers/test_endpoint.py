import asyncio
import json
import logging
import random

import pytest
from endpoint_server import EndpointServer, Reply, answer, fail_sometimes

from hf_synth.errors import ConfigError, HfSynthError, TeacherError
from hf_synth.generation import Draw, Prompt, Reject, Sampling, Spent, StreamingTeacher
from hf_synth.teachers import stream
from hf_synth.teachers.budget import BudgetError, BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher, teacher_revision

QUICK = {"backoff": 0.01, "timeout": 5.0}
DRAWS = [Draw(Prompt(f"text {n}", instruction=f"say {n}"), k) for n in range(4) for k in range(3)]


def echo(text, seed, number):
    return f"{text}/{number}"


def load(server, budget=None, model="m", **settings):
    return load_teacher(f"{server.url}#{model}", EndpointSettings(**{**QUICK, **settings}), budget)


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    yield journal
    journal.close()


def test_a_chat_request(journal):
    with EndpointServer() as server:
        teacher = load(server, stop=("<end>",), extra={"top_k": 50, "top_p": None})
        assert isinstance(teacher, StreamingTeacher)
        journal.generate(teacher, DRAWS[:3], Sampling(temperature=0.5, max_new_tokens=7, seed=3))
        ((body, path, headers),) = server.requests
    assert path == "/v1/chat/completions"
    assert "authorization" not in headers
    assert 0 <= body.pop("seed") < 2**31
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "say 0"}],
        "max_tokens": 7,
        "temperature": 0.5,
        "n": 3,
        "stop": ["<end>"],
        "top_k": 50,
    }


def test_a_completion_request_of_the_bare_prompt(journal):
    with EndpointServer() as server:
        out = journal.generate(load(server, route="completions", form="text"), DRAWS[:1], Sampling())
        ((body, path, _),) = server.requests
    assert (path, body["prompt"]) == ("/v1/completions", "text 0")
    assert "messages" not in body
    assert isinstance(out[0], str)


def test_answers_come_in_the_order_of_the_draws_however_late_they_are(journal):
    chance = random.Random(1)

    def late(request, path, headers):
        reply = answer(request, content=echo)
        reply.wait = chance.uniform(0, 0.1)
        return reply

    with EndpointServer(late) as server:
        expected = [f"say {n}/{k}" for n in range(4) for k in range(3)]
        assert load(server).generate(DRAWS, Sampling()) == expected
        assert journal.generate(load(server), DRAWS[::-1], Sampling()) == expected[::-1]


def test_each_draw_has_a_seed_of_its_own(journal):
    with EndpointServer() as server:
        journal.generate(load(server, together=False), DRAWS, Sampling())
        journal.generate(load(server, together=False), DRAWS, Sampling(seed=1))
        seeds = [body["seed"] for body, _, _ in server.requests]
    assert len(set(seeds)) == len(seeds) == 24


def test_a_server_that_ignores_n_is_asked_for_the_rest(journal):
    with EndpointServer(lambda request, path, headers: answer(request, choices=1)) as server:
        first = journal.generate(load(server, concurrency=1), DRAWS, Sampling())
        bodies = [body for body, _, _ in server.requests]
        assert [("n" in body) for body in bodies[:3]] == [True, False, False]
        assert len(bodies) == 12
        # The same seeds as if each draw had been asked for alone: the same completions.
        assert load(server, together=False).generate(DRAWS, Sampling()) == first
    assert len(set(first)) == 12


def test_faults_of_all_kinds_are_repeated(journal, caplog):
    with EndpointServer(fail_sometimes(0.3, seed=0)) as server:
        draws = [Draw(Prompt(f"p{n}"), 0) for n in range(150)]
        out = journal.generate(load(server, attempts=20, timeout=0.3), draws, Sampling())
        assert all(isinstance(text, str) for text in out)
        assert max(server.served.values()) == 1
        requests = len(server.requests)
    for reason in ("http_429", "http_500", "timeout", "connection", "unreadable_answer"):
        assert caplog.text.count(f"{reason}: ") == 1, "each kind of fault is told once"
    assert journal.spent.requests == requests
    assert journal.spent.failed == requests - 150 > 20


@pytest.mark.parametrize(
    ("reply", "reason", "told"),
    [
        (Reply({"error": "busy"}, 503), "http_503", "busy"),
        (Reply({"error": "slow"}, 429), "http_429", "slow"),
        (Reply(b"{", 200), "unreadable_answer", "b'{'"),
        (Reply({"choices": []}), "unreadable_answer", "no choices"),
        (Reply({"choices": [{"message": {"content": None}}]}), "unreadable_answer", "content"),
        (Reply({"choices": [{"message": {"content": ["a"]}}]}), "unreadable_answer", "content"),
        (Reply([1]), "unreadable_answer", "[1]"),
        (Reply({}, fault="drop"), "connection", ""),
        (Reply({"a": "b" * 99}, fault="cut"), "connection", ""),
        (Reply({}, fault="silence"), "timeout", "0.2 s"),
    ],
)
def test_a_draw_that_cannot_be_had_is_a_reject(journal, reply, reason, told):
    def one_prompt_fails(request, path, headers):
        return reply if request["messages"][0]["content"] == "say 1" else answer(request, content=echo)

    with EndpointServer(one_prompt_fails) as server:
        out = journal.generate(load(server, attempts=3, timeout=0.2, concurrency=1), DRAWS[2:7], Sampling())
        assert len(server.requests) == 5
    assert [out[0], out[4]] == ["say 0/0", "say 2/0"]
    for reject in out[1:4]:
        assert isinstance(reject, Reject)
        assert reject.reason == reason
        assert told in reject.detail
        assert "3 attempts" in reject.detail
    assert journal.calls == 2  # failures are not on record: the next run asks again


def test_a_wait_that_the_server_asks_for_is_kept(journal):
    def limit(request, path, headers):
        return Reply({}, 429, {"Retry-After": "0.4"}) if len(server.requests) < 1 else answer(request)

    with EndpointServer(limit) as server:
        journal.generate(load(server, concurrency=1), DRAWS, Sampling())
        (_, refused), (next_began, _) = server.flights[:2]
    assert next_began - refused >= 0.4


@pytest.mark.parametrize(("status", "hint"), [(400, ""), (401, "key"), (403, "key"), (404, "address")])
def test_permanent_errors_stop_at_once(journal, status, hint):
    with EndpointServer(lambda *request: Reply({"error": {"message": "no such thing"}}, status)) as server:
        with pytest.raises(TeacherError, match=f"status {status}.*no such thing") as raised:
            journal.generate(load(server, concurrency=2), DRAWS, Sampling())
        assert len(server.requests) <= 2
    assert hint in (raised.value.hint or "")


@pytest.mark.parametrize("code", ["content_filter", "context_length_exceeded"])
def test_a_prompt_that_the_server_refuses_is_a_reject(journal, code):
    def refuse(request, path, headers):
        bad = request["messages"][0]["content"] == "say 1"
        return Reply({"error": {"code": code}}, 400) if bad else answer(request, content=echo)

    with EndpointServer(refuse) as server:
        out = journal.generate(load(server), DRAWS, Sampling())
    assert [item.reason for item in out if isinstance(item, Reject)] == ["refused"] * 3
    assert journal.calls == 9


def test_a_choice_that_the_content_filter_took_is_a_reject(journal):
    body = {"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]}
    with EndpointServer(lambda *request: Reply(body)) as server:
        (out,) = journal.generate(load(server), DRAWS[:1], Sampling())
    assert out.reason == "refused"


def test_a_server_that_is_not_there(journal):
    with EndpointServer() as server:
        teacher = load(server)
    with pytest.raises(TeacherError, match="cannot be reached") as raised:
        journal.generate(teacher, DRAWS, Sampling())
    assert "Start the server" in raised.value.hint


def test_a_server_that_does_not_speak_tls(journal, monkeypatch):
    """It takes the connection and says nothing: the wait is short, and nothing else is tried."""
    monkeypatch.setattr(stream, "CONNECT", 0.3)
    with EndpointServer() as server:
        teacher = load_teacher(f"https{server.url.removeprefix('http')}#m", EndpointSettings(timeout=60))
        with pytest.raises(TeacherError, match="cannot be reached"):
            journal.generate(teacher, DRAWS, Sampling())


def test_a_server_that_answers_no_more(journal):
    def die(request, path, headers):
        return answer(request) if len(server.requests) < 5 else Reply({}, 500)

    draws = [Draw(Prompt(f"p{n}"), 0) for n in range(100)]
    with EndpointServer(die) as server:
        with pytest.raises(TeacherError, match="does not answer any more") as raised:
            journal.generate(load(server, concurrency=4, attempts=2), draws, Sampling())
        assert len(server.requests) < 60
        assert "again" in raised.value.hint
        server.reply = lambda request, path, headers: answer(request)
        before = dict(server.served)
        out = journal.generate(load(server), draws, Sampling())
    assert all(isinstance(item, str) for item in out)
    assert len(before) == 5
    assert set(server.served.values()) == {1}


def test_it_works_in_a_running_event_loop():
    async def notebook(server):
        return load(server).generate(DRAWS, Sampling())

    with EndpointServer() as server:
        assert len(asyncio.run(notebook(server))) == 12


def test_offline_mode_is_for_the_hub_alone(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with EndpointServer() as server:
        assert isinstance(load(server).generate(DRAWS[:1], Sampling())[0], str)


def test_concurrency_stays_at_its_bound():
    draws = [Draw(Prompt(f"p{n}"), 0) for n in range(700)]
    with EndpointServer(fail_sometimes(0, 0.05, 2.0, seed=0)) as server:
        load(server, concurrency=64).generate(draws, Sampling())
        assert server.busy(64) > 0.95
        most = max(sum(first <= at < last for first, last in server.flights) for at, _ in server.flights)
    assert most <= 64


class TestBudget:
    def test_requests(self, journal):
        with EndpointServer() as server:
            for asked in (5, 7):
                with pytest.raises(BudgetError, match=f"{asked} requests") as raised:
                    journal.generate(
                        load(server, BudgetSettings(max_requests=asked), together=False), DRAWS, Sampling()
                    )
                assert (len(server.requests), journal.spent.requests) == (asked, asked)
            assert "again" in raised.value.hint
            assert len(journal.generate(load(server, together=False), DRAWS, Sampling())) == 12
            assert len(server.requests) == 12

    @pytest.mark.parametrize(
        "budget",
        [BudgetSettings(max_tokens=80), BudgetSettings(max_cost=0.08, prompt_price=1000, completion_price=1000)],
    )
    def test_tokens_and_money_are_not_passed(self, journal, budget):
        with EndpointServer() as server:
            with pytest.raises(BudgetError):
                journal.generate(load(server, budget, together=False), DRAWS, Sampling(max_new_tokens=30))
            spent = journal.spent
            assert 40 < spent.prompt_tokens + spent.completion_tokens <= 80
            assert spent.requests == journal.calls == len(server.requests) < 12

    def test_failed_requests_count(self, journal):
        replies = [Reply(b"{", 200), Reply({}, 500)]

        def fail_twice(request, path, headers):
            return replies.pop() if replies else answer(request)

        with EndpointServer(fail_twice) as server:
            journal.generate(load(server), DRAWS[:1], Sampling(max_new_tokens=9))
        (text,) = journal.generate(load(server), DRAWS[:1], Sampling(max_new_tokens=9))
        # The server had done the work of the unreadable answer, as far as anyone can tell; not that of the error.
        assert journal.spent == Spent(3, 2, 2 + 2, 9 + len(text.split()))

    def test_a_bound_on_money_needs_a_price(self):
        with pytest.raises(ConfigError, match="needs a price"):
            BudgetSettings(max_cost=1.0)


class TestSchema:
    PROMPT = Prompt("p", schema=json.dumps({"type": "array", "items": {"type": "string"}}))

    def test_it_is_sent(self, journal):
        with EndpointServer(lambda request, *_: answer(request, content=lambda *_: '["a"]')) as server:
            journal.generate(load(server), [Draw(self.PROMPT)], Sampling())
            journal.generate(load(server, structured=False), [Draw(self.PROMPT)], Sampling())
            (first, _, _), (second, _, _) = server.requests
        assert first["response_format"]["json_schema"]["schema"] == json.loads(self.PROMPT.schema)
        assert "response_format" not in second

    def test_a_server_that_ignores_it_is_noticed_once(self, journal, caplog):
        with EndpointServer(lambda request, *_: answer(request, content=lambda *_: "Sure! a, b")) as server:
            out = journal.generate(load(server), [Draw(self.PROMPT, n) for n in range(5)], Sampling())
        assert out == ["Sure! a, b"] * 5
        assert caplog.text.count("ignores the JSON schema") == 1


class TestKey:
    KEY = "sk-very-secret-1234"

    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch):
        monkeypatch.setenv("HF_SYNTH_API_KEY", self.KEY)
        monkeypatch.setenv("HF_TOKEN", "hf_not_for_strangers")

    def test_it_is_sent_and_the_token_of_the_hub_is_not(self, journal):
        with EndpointServer() as server:
            journal.generate(load(server), DRAWS[:1], Sampling())
            ((_, _, headers),) = server.requests
        assert headers["authorization"] == f"Bearer {self.KEY}"
        assert "hf_not_for_strangers" not in str(server.requests)

    def test_it_is_nowhere_even_if_the_server_repeats_it(self, journal, tmp_path, caplog):
        caplog.set_level(logging.DEBUG)
        errors = []

        def repeat(request, path, headers):
            told = headers["authorization"]
            if "say 1" in str(request):
                return Reply({"error": f"bad: {told}"}, 500)
            if "say 2" in str(request):
                return Reply(f'{{"choices": {told}'.encode())
            return answer(request, content=lambda *_: f"your key is {told}")

        with EndpointServer(repeat) as server:
            teacher = load(server, attempts=1)
            out = journal.generate(teacher, DRAWS, Sampling())
            server.reply = lambda request, path, headers: Reply({"error": headers["authorization"]}, 401)
            try:
                journal.generate(teacher, [Draw(Prompt("other"))], Sampling())
            except HfSynthError as error:
                errors.append(str(error))
        journal.close()
        written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert b"your key is Bearer ***" in written
        assert self.KEY.encode() not in written
        assert errors
        for text in (repr(out), errors[0], caplog.text, repr(teacher), teacher.identity, str(vars(teacher.settings))):
            assert self.KEY not in text

    def test_an_address_with_a_password_is_refused(self):
        with pytest.raises(TeacherError, match="password") as raised:
            load_teacher("http://me:secret@host/v1#m")
        assert "secret" not in str(raised.value)


class TestModel:
    @staticmethod
    def models(*names):
        return lambda request, path, headers: (
            Reply({"data": [{"id": name} for name in names]}) if path == "/v1/models" else answer(request)
        )

    def test_the_only_model_of_a_server(self):
        with EndpointServer(self.models("qwen")) as server:
            teacher = load_teacher(server.url)
            teacher.generate(DRAWS[:1], Sampling())
            assert server.requests[-1][0]["model"] == "qwen"
        assert teacher.identity == "qwen:chat"

    @pytest.mark.parametrize(
        ("reply", "told"),
        [
            (Reply({"data": [{"id": "a"}, {"id": "b"}]}), "2 models: a, b"),
            (Reply({"data": []}), "0 models"),
            (Reply({}, 500), "status 500"),
            (Reply(b"<html>"), "does not say"),
        ],
    )
    def test_a_server_that_does_not_name_one(self, reply, told):
        with EndpointServer(lambda *_: reply) as server, pytest.raises(TeacherError, match=told) as raised:
            load_teacher(server.url)
        assert "#model" in raised.value.hint

    def test_no_server(self):
        with EndpointServer() as server:
            pass
        with pytest.raises(TeacherError, match="cannot reach"):
            load_teacher(server.url)

    def test_a_provider_is_reached_through_the_router(self, monkeypatch):
        from huggingface_hub import constants

        monkeypatch.setenv("HF_TOKEN", "hf_mine")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        with EndpointServer() as server:
            router = server.url.removesuffix("/v1") + "/{provider}"
            monkeypatch.setattr(constants, "INFERENCE_PROXY_TEMPLATE", router)
            load_teacher("together#Qwen/Qwen3-8B").generate(DRAWS[:1], Sampling())
            load_teacher("auto#Qwen/Qwen3-8B").generate(DRAWS[:1], Sampling())
            (first, path, headers), (second, _, _) = server.requests
        assert (first["model"], second["model"]) == ("Qwen/Qwen3-8B:together", "Qwen/Qwen3-8B")
        assert (path, headers["authorization"]) == ("/v1/chat/completions", "Bearer hf_mine")

    @pytest.mark.parametrize(("name", "told"), [("togther#a/b", "together"), ("together#", "no model")])
    def test_no_such_provider(self, name, told):
        with pytest.raises(TeacherError) as raised:
            load_teacher(name)
        assert told in str(raised.value)


def test_identity_is_what_decides_the_completions():
    name = teacher_revision("http://here:1/v1#m")
    assert name == teacher_revision("http://there:2/v1#m", EndpointSettings(concurrency=1, timeout=1, together=False))
    others = [
        EndpointSettings(route="completions"),
        EndpointSettings(form="text"),
        EndpointSettings(stop=("x",)),
        EndpointSettings(extra={"top_k": 5}),
        EndpointSettings(revision="abc"),
        EndpointSettings(structured=False),
    ]
    assert len({name, *(teacher_revision("http://here:1/v1#m", settings) for settings in others)}) == 7


@pytest.mark.parametrize(
    "settings",
    [{"route": "chats"}, {"form": "prose"}, {"concurrency": 0}, {"attempts": 0}, {"timeout": 0}, {"backoff": -1}],
)
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match=f"teacher.endpoint.{next(iter(settings))}"):
        EndpointSettings(**settings)
