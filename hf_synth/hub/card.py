"""Two cards in one: ours, and what others wrote into the README of the repo.

What we write is the YAML of our config and a block of text between two comments; all other text stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from hf_synth.errors import ConfigError
from hf_synth.hub.folder import PICTURE
from hf_synth.markdown import BEGIN, END

DEFAULT = "default"
_YAML = re.compile(r"\A\s*---[ \t]*\r?\n(?P<yaml>.*?)(?<=\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_BEGIN = "<!-- hf-synth: begin"
_END = "<!-- hf-synth: end"
_BLOCK = (
    rf"{_BEGIN} {{config}}: (?P<files>[^>\n]*)\. What stands from here to the end is written anew by hf-synth push\. "
    rf"-->\r?\n(?:(?!{_BEGIN}).)*?{_END} {{config}} -->"
)


def split_card(text: str, where: str) -> tuple[dict[str, Any], str]:
    r"""Take the YAML off a card.

    Args:
        text: The card.
        where: Its name, for errors.

    Returns:
        The YAML, empty if there is none, and the text after it.

    Raises:
        ConfigError: The YAML cannot be read.

    Examples:
        >>> split_card("---\nlicense: mit\n---\n# Alarms\n", "README.md")
        ({'license': 'mit'}, '# Alarms\n')
    """
    found = _YAML.match(text)
    if not found:
        return {}, text
    try:
        data = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{where}: its YAML cannot be read ({error})", hint="Mend the lines between ---.") from None
    if data is None:
        data = {}
    if not isinstance(data, dict):
        return {}, text
    codes = data.get("language")  # YAML reads the code of Norwegian as a truth value
    if isinstance(codes, list):
        data["language"] = ["no" if code is False else code for code in codes]
    elif codes is False:
        data["language"] = "no"
    return data, text[found.end() :]


def published_files(card: str, config: str) -> tuple[str, ...] | None:
    """The files that an earlier push of a config wrote, by their names in the repo.

    Args:
        card: The README of the repo.
        config: Name of the config.

    Returns:
        The files; None if hf-synth wrote no such config.
    """
    block = _find_block(card, config)
    return tuple(block["files"].split()) if block else None


def config_names(data: Mapping[str, Any]) -> list[str]:
    """The configs that the YAML of a card names."""
    return list(_by_config(data.get("configs")))


def merge_card(ours: str, theirs: str, config: str, files: Sequence[str], sizes: Mapping[str, int]) -> str:
    """Put the card of a dataset into the README of a repo.

    YAML: the entries of our config in `configs` and `dataset_info` are ours, but splits that others added to it stay.
    Tags are joined, and so is all that speaks of the whole repo, such as its licences, when it has other configs. The
    name of the repo and all keys that our card has not stay. Text: our block is replaced, or put at the end.

    Args:
        ours: The card of the dataset, whose rows are its config `default`.
        theirs: The README of the repo; empty if there is none.
        config: Name that our config gets.
        files: Our files by their names in the repo, the card left out.
        sizes: Bytes of the parquet file of each split, by its name in the repo.

    Returns:
        The new README; `theirs` as it is if nothing of ours has changed.

    Raises:
        ConfigError: The YAML of a card cannot be read.
    """
    data, body = split_card(ours, "the card of the dataset")
    their_data, their_body = split_card(theirs, "README.md of the repo")
    merged = _merge_data(_name_config(data, config, sizes), their_data, config, published_files(theirs, config) or ())
    for mark in (BEGIN, END):  # they are for the folder: in the repo the block below says what is kept
        body = body.replace(mark, "")
    for path in files:
        if path.endswith(PICTURE):
            body = body.replace(f"]({path.rpartition('/')[2]})", f"]({path})")
    text = body.strip().replace(_BEGIN, "<!-- hf_synth: begin").replace(_END, "<!-- hf_synth: end")
    block = (
        f"{_BEGIN} {config}: {' '.join(files)}. What stands from here to the end is written anew by hf-synth push. "
        f"-->\n{text}\n{_END} {config} -->"
    )
    found = _find_block(their_body, config)
    if found:
        new_body = their_body[: found.start()] + block + their_body[found.end() :]
    else:
        gap = "" if not their_body or their_body.endswith("\n") else "\n"
        new_body = f"{their_body}{gap}\n{block}\n"
    if merged == their_data and new_body == their_body:
        return theirs
    return f"---\n{yaml.safe_dump(merged, allow_unicode=True, sort_keys=False)}---\n{new_body}"


def _find_block(text: str, config: str) -> re.Match[str] | None:
    return re.search(_BLOCK.replace("{config}", re.escape(config)), text, re.DOTALL)


def _name_config(data: Mapping[str, Any], config: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Our YAML with the name and the files that the config has in the repo."""
    info = {**_by_config(data.get("dataset_info")).get(DEFAULT, {}), "download_size": sum(sizes.values())}
    order = [
        item.get("split") for item in _mappings(_by_config(data.get("configs")).get(DEFAULT, {}).get("data_files"))
    ]
    named = [{"split": path.rpartition("/")[2].removesuffix(".parquet"), "path": path} for path in sizes]
    named.sort(key=lambda item: order.index(item["split"]) if item["split"] in order else len(order))
    return {
        **data,
        "configs": {"config_name": config, "data_files": named},
        "dataset_info": {**info, "config_name": config},
    }


def _merge_data(
    ours: Mapping[str, Any], theirs: Mapping[str, Any], config: str, former: Sequence[str]
) -> dict[str, Any]:
    configs, infos = _by_config(theirs.get("configs")), _by_config(theirs.get("dataset_info"))
    others = {*configs, *infos} - {config}
    merged = dict(theirs)
    for key, value in ours.items():
        if key == "pretty_name":
            merged.setdefault(key, value)
        elif key in theirs and (key == "tags" or others):
            merged[key] = _join(theirs[key], value)
        else:
            merged[key] = value
    old, files = configs.get(config, {}), ours["configs"]["data_files"]
    names = [item["split"] for item in files]
    added = [
        item
        for item in _mappings(old.get("data_files"))
        if item.get("split") not in names and item.get("path") not in former
    ]
    configs[config] = {**old, **ours["configs"], "data_files": files + added}
    names = [item.get("split") for item in added]
    splits = [split for split in _mappings(infos.get(config, {}).get("splits")) if split.get("name") in names]
    splits = _mappings(ours["dataset_info"].get("splits")) + splits
    size = sum(split.get("num_bytes", 0) for split in splits)
    infos[config] = {**ours["dataset_info"], "splits": splits, "dataset_size": size}
    return {**merged, "configs": list(configs.values()), "dataset_info": _write_infos(infos)}


def _by_config(entries: Any) -> dict[str, dict[str, Any]]:
    """Entries of the YAML by the name of their config."""
    return {str(entry.get("config_name", DEFAULT)): entry for entry in _mappings(entries)}


def _write_infos(infos: Mapping[str, dict[str, Any]]) -> Any:
    """As datasets writes it: one entry stands alone and needs no name if it is `default`."""
    named = [{"config_name": name, **info} for name, info in infos.items()]
    if len(named) == 1 and DEFAULT in infos:
        del named[0]["config_name"]
    return named if len(named) > 1 else named[0]


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in _as_list(value) if isinstance(entry, dict)]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _join(theirs: Any, ours: Any) -> Any:
    """All of theirs, then what is new in ours."""
    old = _as_list(theirs)
    new = [item for item in _as_list(ours) if item not in old]
    if not new:
        return theirs
    return [*old, *new] if old else ours
