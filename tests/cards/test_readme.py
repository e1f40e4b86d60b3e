import json

import pytest
from some_dataset import FACTS, contents, some_splits

from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.readme import find_card, write_card
from hf_synth.errors import ConfigError


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "dataset"
    return folder, write_dataset(some_splits(), folder, FACTS)


def test_a_card_is_rendered_again_as_it_was(dataset):
    folder, manifest = dataset
    before = contents(folder)
    write_card(manifest, folder / "README.md")
    assert contents(folder) == before


def test_what_a_user_added_stays(dataset):
    folder, manifest = dataset
    card = folder / "README.md"
    text = card.read_text(encoding="utf-8")
    mine = "\n## Contact\n\nWrite to us.\n"
    card.write_text(text.replace("pretty_name: alarms", "pretty_name: mine\nviewer: false") + mine, encoding="utf-8")
    write_card(manifest.state(license="mit"), folder / "README.md")
    after = card.read_text(encoding="utf-8")
    assert after.endswith(mine)
    assert "pretty_name: alarms\n" in after
    assert "viewer: false\n" in after
    assert "license: mit\n" in after
    card.write_text(text.rstrip("\n"), encoding="utf-8")
    write_card(manifest, folder / "README.md")
    assert card.read_text(encoding="utf-8") == text
    card.write_bytes(after.replace("\n", "\r\n").encode())
    write_card(manifest.state(license="mit"), folder / "README.md")
    assert card.read_text(encoding="utf-8") == after


def test_what_a_user_changed_in_our_part_is_ours(dataset):
    folder, manifest = dataset
    card = folder / "README.md"
    before = card.read_text(encoding="utf-8")
    card.write_text(before.replace("# alarms", "# My alarms"), encoding="utf-8")
    write_card(manifest, folder / "README.md")
    assert card.read_text(encoding="utf-8") == before


def test_a_card_without_yaml_gets_it_back(dataset):
    folder, manifest = dataset
    card = folder / "README.md"
    before = card.read_text(encoding="utf-8")
    card.write_text(before.partition("\n---\n")[2], encoding="utf-8")
    write_card(manifest, folder / "README.md")
    assert card.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Mine alone\n", "has no line '<!-- end of what hf-synth writes -->'"),
        ("---\na: [\n---\n# Mine\n", "the YAML at its top is broken"),
        ("---\n- a\n---\n# Mine\n", "the YAML at its top has no keys"),
    ],
)
def test_a_card_that_is_not_ours_is_left_alone(dataset, text, message):
    folder, manifest = dataset
    (folder / "README.md").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        write_card(manifest, folder / "README.md")
    assert (folder / "README.md").read_text(encoding="utf-8") == text


def test_a_card_in_another_encoding(dataset):
    folder, manifest = dataset
    (folder / "README.md").write_bytes("grüße".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        write_card(manifest, folder / "README.md")


def test_a_card_that_is_missing_is_written(dataset):
    folder, manifest = dataset
    before = contents(folder)
    (folder / "README.md").unlink()
    write_card(manifest, folder / "README.md")
    assert contents(folder) == before
    assert json.loads(before["manifest.json"])["name"] == "alarms"


def test_where_a_card_is(tmp_path):
    assert find_card(tmp_path / "manifest.json") == tmp_path / "README.md"
    assert find_card(tmp_path / "quickstart.json") == tmp_path / "quickstart.md"
