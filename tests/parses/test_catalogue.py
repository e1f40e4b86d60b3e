import pytest
from datasets import Dataset
from small import write_lines

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.parses.catalogue import EntityCatalogue, read_catalogue, split_entity
from hf_synth.sources import Source

ROWS = [
    {"slot": "topping", "value": "smoked  ham", "entity": "HAM"},
    {"slot": "topping", "value": "ham", "entity": "HAM"},
    {"slot": "size", "value": "tiny"},
    {"slot": "topping", "value": "ham", "entity": "HAM"},
    {"slot": "size", "value": "huge", "entity": None},
]
ENTITIES = {"TOPPING": {"smoked ham": "HAM", "ham": "HAM"}, "size": {"tiny": "tiny", "huge": "huge"}}


@pytest.fixture
def read(tmp_path):
    return lambda rows, *settings: read_catalogue(Source(str(write_lines(tmp_path / "rows.jsonl", rows))), *settings)


def test_what_is_read(read):
    catalogue = read(ROWS, {"topping": "TOPPING"})
    assert catalogue == EntityCatalogue(ENTITIES)
    assert catalogue.values("TOPPING") == ("smoked ham", "ham")
    assert catalogue.values("STYLE") == ()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_other_columns_and_rows_of_one_kind(tmp_path, form):
    rows = [{"from": "ours", "list": row["slot"], "word": row["value"], "id": row.get("entity")} for row in ROWS]
    rows.append({"from": "theirs", "list": "topping", "word": "ham", "id": "PIG"})
    path = tmp_path / f"rows.{form}"
    if form == "csv":
        path.write_text(
            "from,list,word,id\n" + "".join(",".join(x or "" for x in row.values()) + "\n" for row in rows)
        )
    else:
        path.mkdir()
        Dataset.from_list(rows).to_parquet(path / "train-0.parquet")
    columns = {"slot": "list", "value": "word", "entity": "id"}
    source = Source(str(path), columns=columns, where={"from": "ours"})
    assert read_catalogue(source, {"topping": "TOPPING"}).entities == ENTITIES
    with pytest.raises(SchemaError, match="'ham' is 'PIG', at"):
        read_catalogue(Source(str(path), columns=columns))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"value": "ham"}, "rows.jsonl:6: expected a text under 'slot', got None"),
        ({"slot": " ", "value": "ham"}, "rows.jsonl:6: expected a text under 'slot', got ' '"),
        ({"slot": "topping", "value": ""}, "rows.jsonl:6: expected a text under 'value', got ''"),
        ({"slot": "topping", "value": 7}, "rows.jsonl:6: expected a text under 'value', got 7"),
        ({"slot": "topping", "value": "tuna", "entity": " "}, "rows.jsonl:6: expected a text under 'entity', got ' '"),
        (
            {"slot": "topping", "value": " smoked ham", "entity": "PIG"},
            r"rows.jsonl:6: topping 'smoked ham' is 'PIG', at \S+rows.jsonl:1 it is 'HAM'",
        ),
        ({"slot": "topping", "valeu": "tuna"}, "rows.jsonl:6: unknown key 'valeu'"),
    ],
)
def test_rows_that_are_refused(read, row, message):
    with pytest.raises(SchemaError, match=message):
        read([*ROWS, row])


def test_the_last_entity_if_asked_for(read):
    rows = [*ROWS, {"slot": "topping", "value": "ham", "entity": "PIG"}]
    assert read(rows, {}, True).entities["topping"] == {"smoked ham": "HAM", "ham": "PIG"}


def test_catalogues_that_are_refused(read, tmp_path):
    with pytest.raises(ConfigError, match="the catalogue has no slot 'toppings'") as caught:
        read(ROWS, {"toppings": "TOPPING"})
    assert caught.value.hint == "Did you mean 'topping'?"
    with pytest.raises(SchemaError, match=r"rows.jsonl: the catalogue is empty"):
        read([])
    with pytest.raises(SchemaError, match=r"none.jsonl: no such file"):
        read_catalogue(Source(str(tmp_path / "none.jsonl")))
    with pytest.raises(SchemaError, match="columns: unknown key 'text'"):
        read_catalogue(Source(str(write_lines(tmp_path / "rows.jsonl", ROWS)), columns={"text": "value"}))


def test_labels_without_an_entry():
    catalogue = EntityCatalogue({**ENTITIES, "STYLE": {}})
    catalogue.check(["TOPPING", "size"])
    with pytest.raises(ConfigError, match="the catalogue has no entry for NUMBER, STYLE") as caught:
        catalogue.check(["STYLE", "TOPPING", "NUMBER", "STYLE"])
    assert caught.value.hint.startswith("Add values of NUMBER, STYLE")


@pytest.mark.parametrize(
    ("entity", "words"), [("HAM", ("HAM",)), ("2,LITER", ("2", "LITER")), (" 7.5, FL OZ ", ("7.5", "FL", "OZ"))]
)
def test_words_of_entities(entity, words):
    assert split_entity(entity) == words
