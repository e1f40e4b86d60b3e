import pytest
from tiny import bart, llama, unigrams, word_pieces

from hf_synth.errors import TeacherError
from hf_synth.generation import Draw, Prompt, Sampling
from hf_synth.teachers import loading


def test_teacher_that_cannot_be_found(tmp_path):
    with pytest.raises(TeacherError) as caught:
        loading.load_teacher(str(tmp_path / "none"))
    assert str(tmp_path / "none") in caught.value.message
    assert "Give a folder" in caught.value.hint


def test_no_shipped_teacher_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "ASSETS", tmp_path / "missing")
    assert loading.shipped_teachers() == []


@pytest.mark.parametrize("make", [bart, llama])
def test_local_folder(tmp_path, make):
    tokenizer = word_pieces() if make is bart else unigrams()
    make(tokenizer).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    teacher = loading.load_teacher(str(tmp_path))
    assert teacher.identity.startswith(f"{tmp_path}@")
    assert len(teacher.generate([Draw(Prompt("rain"), 0)], Sampling(max_new_tokens=4))) == 1


def test_teachers_that_were_taught_other_prompts_are_refused(tmp_path):
    tokenizer = word_pieces()
    model = bart(tokenizer)
    model.config.hf_synth_prompt = "clasp@1"
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path)
    assert loading.load_instructed(str(tmp_path), prompts=["linguist@1", "clasp@1"]).taught == "clasp@1"
    for prompts in ((), ("clasp@2", "linguist@1")):
        with pytest.raises(TeacherError, match=r"was taught clasp@1 prompts only") as caught:
            loading.load_instructed(str(tmp_path), prompts=prompts)
        assert ("was taught clasp@2 or linguist@1 prompts" in caught.value.hint) == bool(prompts)
    assert loading.load_instructed("scripted", prompts=["clasp@1"]).identity == "scripted"
