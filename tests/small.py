"""A recipe that runs in seconds: three intents, six seeds each, and helpers to look at what a run did."""

import hashlib
import json

import yaml

from hf_synth.annotation import read_annotation
from hf_synth.schema import Row, Utterance
from hf_synth.splits import HumanSplits

SEEDS = {
    "set_alarm": [
        "wake me at [time : seven]",
        "alarm for [date : tomorrow] at [time : noon]",
        "get me up at [time : six thirty] sharp",
        "set an alarm [date : on friday]",
        "ring at [time : five]",
        "i have to be up by [time : eight] [date : on monday]",
    ],
    "play_music": [
        "play some [genre : jazz]",
        "i want to hear [artist : nina simone]",
        "put on [genre : heavy metal] by [artist : metallica]",
        "play [artist : the roots]",
        "start the [genre : hip hop] list",
        "music by [artist : björk] please",
    ],
    "get_weather": [
        "will it rain in [city : paris]",
        "weather for [city : new york] [date : tomorrow]",
        "is it cold in [city : oslo] [date : next week]",
        "forecast for [date : on friday]",
        "do i need an umbrella in [city : rome]",
        "how hot is [city : cairo]",
    ],
}
HELD_OUT = {
    "set_alarm": [
        "please wake me at [time : nine]",
        "an alarm at [time : ten] [date : today]",
        "be up at [time : one]",
    ],
    "play_music": ["play [genre : soul] now", "some [artist : adele] please", "hear [artist : prince] and dance"],
    "get_weather": ["does it snow in [city : bern]", "is [city : lima] warm", "rain [date : today] in [city : bonn]"],
}


def seed_records():
    return [
        {"id": f"{intent}-{number}", "intent": intent, "utterance": text}
        for intent, texts in SEEDS.items()
        for number, text in enumerate(texts)
    ]


def held_out_records(part):
    """Records of the first text of each intent (validation) or of the others (test)."""
    chosen = slice(0, 1) if part == "validation" else slice(1, None)
    return [
        {"id": f"{part}-{intent}-{number}", "intent": intent, "utterance": text}
        for intent, texts in HELD_OUT.items()
        for number, text in enumerate(texts[chosen])
    ]


def utterances(records):
    return [Utterance(*read_annotation(r["utterance"]), r["intent"], seed_id=r["id"]) for r in records]


def human_splits(targets=("set_alarm",)):
    return HumanSplits(
        tuple(utterances(seed_records())),
        tuple(utterances(held_out_records("validation"))),
        tuple(utterances(held_out_records("test"))),
        tuple(targets),
    )


def human_row(text, intent="get_weather", seed_id=""):
    return Row.human(Utterance(*read_annotation(text), intent, seed_id=seed_id))


def write_lines(path, records):
    lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def settings(**changes):
    return {
        "data": {
            "train": {"path": "seeds.jsonl"},
            "validation": {"path": "validation.jsonl"},
            "test": {"path": "test.jsonl"},
        },
        "teacher": {"name": "scripted"},
        "generation": {"rows_per_intent": 8, "plan": {"examples": 4}},
        "arms": ["real_only", "upsampled", "linguist"],
        "baselines": ["upsampled"],
        "students": {"epochs": 1},
        **changes,
    }


def write_recipe(folder, **changes):
    """Write a recipe and its data into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "seeds.jsonl", seed_records())
    for part in ("validation", "test"):
        write_lines(folder / f"{part}.jsonl", held_out_records(part))
    (folder / "recipe.yaml").write_text(yaml.safe_dump(settings(**changes), allow_unicode=True), encoding="utf-8")
    return folder


def snapshot(folder):
    """Every file below a folder with the hash of its bytes; None if there is no such folder."""
    if not folder.exists():
        return None
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }
