import json

import pytest

from hf_synth.errors import SchemaError
from hf_synth.schema import Span
from hf_synth.seeds import check_seeds, read_texts, read_utterances
from hf_synth.sources import Source

GOOD = {"id": "s1", "intent": "set_alarm", "utterance": "wake me at [time : seven]"}


def jsonl(folder, *records, name="seeds.jsonl"):
    path = folder / name
    lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def failure(path, **settings):
    with pytest.raises(SchemaError) as caught:
        read_utterances(Source(str(path), **settings))
    return caught.value


def test_json_lines_in_both_forms(tmp_path):
    path = jsonl(
        tmp_path,
        GOOD,
        "",
        {
            "intent": " greet ",
            "tokens": ["hi", "[you]\u2028".strip(), "bob"],
            "slot_tags": ["O", "O", "B-name"],
            "locale": "de-DE",
        },
    )
    first, second = read_utterances(Source(str(path)))
    assert first.tokens == ("wake", "me", "at", "seven")
    assert (first.spans, first.intent, first.locale, first.seed_id) == (
        (Span(3, 4, "time"),),
        "set_alarm",
        "en-US",
        "s1",
    )
    assert (second.text, second.slots) == ("hi [you] bob", (("name", "bob"),))
    assert (second.intent, second.locale) == ("greet", "de-DE")
    assert second.seed_id.endswith("seeds.jsonl:3")


def test_plain_text_and_class_numbers(tmp_path):
    path = jsonl(tmp_path, {"text": "a  [sic] film", "intent": 0}, {"text": "fine", "intent": "1"})
    rows = read_utterances(Source(str(path)))
    assert [(row.text, row.spans, row.intent) for row in rows] == [("a [sic] film", (), "0"), ("fine", (), "1")]
    assert "seeds.jsonl:1: the text is empty" in failure(jsonl(tmp_path, {"text": " ", "intent": "a"})).message


def test_line_separator_inside_a_string_ends_no_line(tmp_path):
    path = jsonl(tmp_path, {"intent": "a", "utterance": "x\u2028y"}, {"intent": "a", "utterance": "z"})
    assert [utterance.tokens for utterance in read_utterances(Source(str(path)))] == [("x", "y"), ("z",)]


def test_number_zero_is_an_id(tmp_path):
    assert read_utterances(Source(str(jsonl(tmp_path, {**GOOD, "id": 0}))))[0].seed_id == "0"


def test_csv(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_bytes(
        '\ufeffid,intent,utterance,locale\r\n1,play,"spiel [song : a, b]",de-DE\r\n,play,"two\nlines",\r\n'.encode()
    )
    first, second = read_utterances(Source(str(path), locale="fr-FR"))
    assert (first.seed_id, first.slots, first.locale) == ("1", (("song", "a, b"),), "de-DE")
    assert (second.tokens, second.locale) == (("two", "lines"), "fr-FR")
    assert second.seed_id.endswith("seeds.csv:4")


def test_csv_with_mapped_columns_and_an_empty_cell(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_text("key,label,text,junk\n,play,spiel,x\n")
    columns = {"id": "key", "intent": "label", "utterance": "text"}
    (utterance,) = read_utterances(Source(str(path), columns=columns))
    assert (utterance.intent, utterance.text) == ("play", "spiel")


def parquet(folder, rows, features=None):
    from datasets import Dataset

    folder.mkdir()
    Dataset.from_list(rows, features=features).to_parquet(str(folder / "train.parquet"))
    return folder


def test_parquet_folder_with_columns(tmp_path):
    folder = parquet(tmp_path / "rows", [{"annot_utt": "wake me at [time : six]", "name": "alarm", "worker": 3}])
    source = Source(str(folder), columns={"utterance": "annot_utt", "intent": "name"})
    (utterance,) = read_utterances(source)
    assert (utterance.slots, utterance.intent, utterance.seed_id) == ((("time", "six"),), "alarm", "rows/train:1")


def test_parquet_with_class_labels(tmp_path):
    from datasets import ClassLabel, Features, List, Value

    features = Features(
        {
            "tokens": List(Value("string")),
            "slot_tags": List(ClassLabel(names=["O", "B-time"])),
            "intent": ClassLabel(names=["x", "alarm"]),
        }
    )
    folder = parquet(tmp_path / "rows", [{"tokens": ["at", "six"], "slot_tags": [0, 1], "intent": 1}], features)
    (utterance,) = read_utterances(Source(str(folder)))
    assert (utterance.slots, utterance.intent) == ((("time", "six"),), "alarm")


def test_intents_and_limits(tmp_path):
    path = jsonl(tmp_path, *({"intent": intent, "utterance": f"{intent} {n}"} for n in range(3) for intent in "abc"))

    def texts(**settings):
        return [utterance.text for utterance in read_utterances(Source(str(path), **settings))]

    assert texts(intents=("b",)) == ["b 0", "b 1", "b 2"]
    assert texts(without_intents=("a", "b")) == ["c 0", "c 1", "c 2"]
    assert texts(limit_per_intent=1) == ["a 0", "b 0", "c 0"]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({**GOOD, "utterance": "wake me at [time : seven"}, "column 12: '[' is never closed"),
        ({**GOOD, "utterance": "wake me at time : seven]"}, "column 24: ']' closes no slot"),
        ({**GOOD, "utterance": ""}, "the utterance is empty"),
        ({**GOOD, "utterance": "  "}, "the utterance is empty"),
        ({"intent": "a", "tokens": [], "slot_tags": []}, "the utterance is empty"),
        ({"intent": "a", "tokens": ["x", "y"], "slot_tags": ["O"]}, "2 tokens but 1 slot tags"),
        ({"intent": "a", "tokens": ["x y"], "slot_tags": ["O"]}, "without white space, got 'x y'"),
        ({"intent": "a", "tokens": ["x"], "slot_tags": ["time"]}, "tag 'time' at position 0"),
        ({"intent": "a", "tokens": ["x"], "slot_tags": [0]}, "expected tag names under 'slot_tags', got [0]"),
        ({"intent": "a", "tokens": ["x"]}, "expected lists under 'tokens' and 'slot_tags'"),
        ({"intent": "a", "tokens": "x", "slot_tags": "O"}, "expected lists under 'tokens' and 'slot_tags'"),
        ({"intent": "a"}, "expected 'utterance', 'text', or 'tokens' with 'slot_tags'"),
        ({"utterance": "a"}, "expected an intent name under 'intent', got None"),
        ({"intent": " ", "utterance": "a"}, "expected an intent name under 'intent', got ' '"),
        ('{"intent": "a", "utterance": "\\ud800"}', "half of a surrogate pair"),
        ('{"intent": "a",', "not JSON"),
        ("[1]", "expected a JSON object, got list"),
        (GOOD, "id 's1' was used at"),
    ],
)
def test_bad_row_names_file_and_line(tmp_path, record, message):
    path = jsonl(tmp_path, GOOD, "", record)
    error = failure(path)
    assert error.message.startswith(f"{path}:3: ")
    assert message in error.message


def test_unknown_key_has_the_closest_match(tmp_path):
    path = jsonl(tmp_path, GOOD, {"intnet": "a", "utterance": "x"})
    error = failure(path)
    assert error.message == f"{path}:2: unknown key 'intnet'"
    assert error.hint == "Did you mean 'intent'?"


def test_csv_in_a_wrong_encoding(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_bytes("intent,utterance\na,ok\na,grüß gott\n".encode("latin-1"))
    error = failure(path)
    assert error.message == f"{path}:3: the file is not UTF-8 (byte 0xfc)"
    assert "UTF-8" in error.hint


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("intent,utterance\na,x,y\n", 2, "more fields than the header has"),
        ("intent,utterance\na,x\na,\n", 3, "the utterance is empty"),
        ("intent,utterance\na\n", 2, "expected 'utterance'"),
        ("intent,uterance\na,x\n", 2, "unknown key 'uterance'"),
        ("intent,utterance\na," + "x" * 200_000 + "\n", 2, "not CSV"),
        ("intent,utterance\na,[b : c\n", 2, "never closed"),
    ],
)
def test_bad_csv_names_file_and_line(tmp_path, text, line, message):
    path = tmp_path / "seeds.csv"
    path.write_text(text)
    error = failure(path)
    assert error.message.startswith(f"{path}:{line}: ")
    assert message in error.message


def test_columns_are_checked(tmp_path):
    path = jsonl(tmp_path, {"text": "x", "label": "a"})
    error = failure(path, columns={"utterance": "txt", "intent": "label"})
    assert (error.message, error.hint) == (f"{path}:1: no column 'txt'", "Did you mean 'text'?")
    assert failure(path, columns={"utterances": "text"}).hint == "Did you mean 'utterance'?"


def test_intent_that_no_row_has(tmp_path):
    path = jsonl(tmp_path, GOOD)
    for intents in (("set_alarms",), ("set_alarm", "set_alarms")):
        error = failure(path, intents=intents)
        assert error.message == f"{path}: no row has intent 'set_alarms'"
        assert error.hint == "Did you mean 'set_alarm'?"


def test_nothing_to_read(tmp_path):
    assert "no such file" in failure(tmp_path / "no.jsonl").message
    assert "no utterance found" in failure(jsonl(tmp_path, "")).message
    (tmp_path / "empty").mkdir()
    assert f"{tmp_path / 'empty'}: cannot load split 'train'" in failure(tmp_path / "empty").message


def test_one_seed_is_too_few(tmp_path):
    utterances = read_utterances(Source(str(jsonl(tmp_path, GOOD, {"intent": "a", "utterance": "x"}))))
    with pytest.raises(SchemaError, match="intent 'a' has 1 seed; a prompt needs at least 2"):
        check_seeds(utterances)
    check_seeds(utterances, minimum=1)


def test_repeated_text(tmp_path):
    path = jsonl(tmp_path, GOOD, {"intent": "set_alarm", "utterance": "Wake me at seven", "id": "s2"})
    with pytest.raises(SchemaError, match="seed 's2' repeats the text of 's1'"):
        check_seeds(read_utterances(Source(str(path))))


def test_plain_texts(tmp_path):
    file = tmp_path / "plain.csv"
    file.write_text("en,de\nGo [now],Geh\n,leer\nStay,Bleib\n", encoding="utf-8")
    assert read_texts(Source(str(file), columns={"utterance": "en"})) == ["Go [now]", "Stay"]


def test_plain_texts_need_a_column_of_texts(tmp_path):
    file = tmp_path / "plain.jsonl"
    file.write_text('{"utterance": "hi"}\n{"utterance": 3}\n', encoding="utf-8")
    with pytest.raises(SchemaError, match=r"plain\.jsonl:2: expected a text under 'utterance', got 3"):
        read_texts(Source(str(file)))
