"""What runs in the process of the client."""

import io
import logging
import os
import time

from datasets import Dataset, get_dataset_config_names, load_dataset

from hf_synth.hub.push import push_to_hub

_said = io.StringIO()


def start_client():
    """Keep all that any logger says, and do not wait long between attempts."""
    handler = logging.StreamHandler(_said)
    logging.getLogger().addHandler(handler)
    for name in ("hf_synth", "huggingface_hub", "datasets"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(seconds, 0.01))


def call_push(token, *arguments, **settings):
    os.environ["HF_TOKEN"] = token
    return push_to_hub(*arguments, **settings)


def call_load(token, *arguments, **settings):
    """Features and rows of each split, or of the one that was asked for."""
    os.environ["HF_TOKEN"] = token
    data = load_dataset(*arguments, **settings)
    if not isinstance(data, dict):
        return data.features, list(data)
    return {name: (split.features, list(split)) for name, split in data.items()}


def call_configs(repo):
    return get_dataset_config_names(repo)


def call_datasets_push(token, repo, rows, *arguments, **settings):
    os.environ["HF_TOKEN"] = token
    Dataset.from_list(rows).push_to_hub(repo, *arguments, **settings)


def call_datasets_split(token, repo, folder, split):
    os.environ["HF_TOKEN"] = token
    load_dataset(folder, split="train[:3]").push_to_hub(repo, split=split)


def read_said():
    return _said.getvalue()
