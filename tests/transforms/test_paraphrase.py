import pytest
from datasets import Dataset
from endpoint_server import EndpointServer, answer

from hf_synth.errors import ConfigError, TeacherError
from hf_synth.teachers.scripted import ScriptedTeacher
from hf_synth.transforms import paraphrase, process
from hf_synth.transforms.paraphrase import Paraphrase

ANSWERS = {
    "is it cold in oslo": "Are temperatures in Oslo low?",
    "play jazz": "put some jazz on",
    "book a table": "Sure, here it is:\nget me\na table",
}


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """A teacher with answers for three texts; what it was asked."""
    prompts = []

    def answer(draw, sampling):
        prompts.append(draw.prompt.text)
        text = ANSWERS[draw.prompt.text.rpartition("Text: ")[2]]
        return text + " please" * draw.number

    process._load.cache_clear()
    monkeypatch.setattr(paraphrase, "load_instructed", lambda name, *settings: ScriptedTeacher(answer, name))
    monkeypatch.setenv("HF_SYNTH_CACHE", str(tmp_path))
    yield prompts
    process._load.cache_clear()


def test_texts_are_rewritten_in_the_style_of_their_source(asked):
    made = Paraphrase("t", level="high", refused="keep")({"text": list(ANSWERS)})
    assert made["text"] == ["are temperatures in oslo low", "put some jazz on", "book a table"]
    assert made["reject"] == ["", "", "several_lines"]
    assert made["teacher"][:2] == ["t", "t"]
    assert made["method"][0] == "paraphrase@1"
    assert len(asked) == 3


def test_nothing_is_asked_twice(asked):
    first = Paraphrase("t", copies=2)({"text": ["play jazz"]})
    assert first["text"] == ["put some jazz on", "put some jazz on please"]
    again = Paraphrase("t", copies=2)({"text": ["play jazz", "play jazz"]})
    assert again["text"] == first["text"] * 2
    assert len(asked) == 2


def test_slots_are_refused_or_verified(asked):
    rows = {
        "tokens": [text.split() for text in ("is it cold in oslo", "play jazz")],
        "slot_tags": [["O", "O", "O", "O", "B-city"], ["B-verb", "O"]],
    }
    assert Paraphrase("t", refused="keep")(rows)["reject"] == ["has_slots"] * 2
    assert not asked
    made = Paraphrase("t", spans="verify", refused="keep")(rows)
    assert made["reject"] == ["", "span_lost"]
    assert made["slot_tags"][0] == ["O", "O", "O", "B-city", "O"]
    assert 'exactly as they are, each once: "oslo"' in asked[0]


def test_a_teacher_of_other_prompts_is_refused():
    with pytest.raises(TeacherError, match="was taught linguist@1 prompts only"):
        Paraphrase("linguist-mini")({"text": ["play jazz"]})


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"level": "extreme"}, "level is one of"), ({"spans": "x"}, "spans is one of"), ({"temperature": 0}, "above 0")],
)
def test_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        Paraphrase("t", **settings)


def test_a_teacher_over_http_in_several_processes(tmp_path):
    def rewrite(text, seed, number):
        return text.rpartition("Text: ")[2].replace("is it", "could it be")

    texts = [f"is it cold in town {n}" for n in range(20)]
    with EndpointServer(lambda request, *_: answer(request, content=rewrite)) as server:
        transform = Paraphrase(f"{server.url}#m", journal=str(tmp_path / "journal.sqlite"))
        rows = Dataset.from_dict({"text": texts})
        two = rows.map(transform, batched=True, batch_size=5, num_proc=2, remove_columns=["text"])
        asked = len(server.requests)
        one = rows.map(transform, batched=True, remove_columns=["text"], load_from_cache_file=False)
        assert len(server.requests) == asked == 20, "what one process was told, the others know"
    assert two["text"] == one["text"] == [text.replace("is it", "could it be") for text in texts]
    assert set(one["teacher"]) == {"m:chat"}
