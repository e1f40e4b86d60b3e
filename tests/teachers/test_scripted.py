import json

from hf_synth.generation import Draw, OwedSlot, Prompt, Reject, Sampling, Teacher
from hf_synth.prompts.linguist import Included, LinguistPrompt, LinguistRequest
from hf_synth.teachers.loading import load_teacher
from hf_synth.teachers.scripted import ScriptedTeacher, echo_slots


def test_table():
    teacher = ScriptedTeacher({"a": ["x", "y"], "b": []})
    draws = [Draw(Prompt(text), number) for text, number in (("a", 0), ("a", 1), ("a", 2), ("b", 0), ("c", 0))]
    assert teacher.generate(draws, Sampling()) == ["x", "y", "x", "", ""]
    assert isinstance(teacher, Teacher)


def test_identity_follows_the_table():
    assert ScriptedTeacher({"a": ["x"]}).identity == ScriptedTeacher({"a": ["x"]}).identity
    assert ScriptedTeacher({"a": ["x"]}).identity != ScriptedTeacher({"a": ["y"]}).identity
    assert ScriptedTeacher(echo_slots, name="echo").identity == "echo"


def test_log_has_a_line_a_draw(tmp_path):
    log = tmp_path / "log"
    for _ in range(2):
        ScriptedTeacher({}, log=log).generate([Draw(Prompt("a"), 0), Draw(Prompt("a"), 7)], Sampling())
    lines = log.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["0", "7", "0", "7"]
    assert len({line.split()[0] for line in lines}) == 1


def test_echo_is_well_formed():
    include = (Included("a", ("[x]", "*")), Included("b"), Included("b"))
    request = LinguistRequest("greet", "en-US", include, (), ("b", "a"))
    draws = [Draw(LinguistPrompt().render(request), number) for number in range(50)]
    texts = load_teacher("scripted").generate(draws, Sampling())
    assert not any(isinstance(LinguistPrompt().parse(text, request), Reject) for text in texts)
    assert len(set(texts)) > 40
    assert texts == load_teacher("scripted").generate(draws, Sampling())
    assert texts != load_teacher("scripted").generate(draws, Sampling(seed=1))


def test_echo_without_slots():
    assert echo_slots(Draw(Prompt("x")), Sampling())
    assert "[3 thing" in echo_slots(Draw(Prompt("x", (OwedSlot(3),))), Sampling())
    listed = json.loads(echo_slots(Draw(Prompt("x", schema='{"properties": {"texts": {}}}')), Sampling()))
    assert len(set(listed["texts"])) > 5
