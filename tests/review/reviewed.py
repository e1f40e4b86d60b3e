"""Datasets to judge, judgements, and a client of the page."""

import http.client
import json
import os
import subprocess
import sys
from urllib.parse import parse_qs, urlsplit

from hub.ready import splits, write_run

from hf_synth.review.judgements import Judgement
from hf_synth.schema import Provenance, Row, Utterance


def made_row(number, intent="greet", method="linguist@1", words=None):
    utterance = Utterance(tuple((words or f"hello number {number}").split()), (), intent)
    return Row(utterance, Provenance("synthetic", method, "tiny@ab12", ("s0",)))


def judged(keys, **verdicts):
    """Judgements of all rows: so many of each verdict, the others right."""
    named = [verdict for verdict, count in verdicts.items() for _ in range(count)]
    return {
        key: Judgement(key, verdict)
        for key, verdict in zip(keys, [*named, *["right"] * (len(keys) - len(named))], strict=True)
    }


def write_dataset(folder, made=8):
    """A run with one dataset that nobody has reviewed."""
    return write_run(folder, splits(made=made), review=None)


class Client:
    """Asks a page as a browser does."""

    def __init__(self, url):
        address = urlsplit(url)
        self.host, self.port = address.hostname, address.port
        self.token = parse_qs(address.query)["token"][0]

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        given = {"X-Review-Token": self.token, **{name.replace("_", "-"): value for name, value in headers.items()}}
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        try:
            connection.request(method, path, text, {name: value for name, value in given.items() if value is not None})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()

    def rows(self):
        return json.loads(self.ask("GET", "/rows")[1])["rows"]

    def judge(self, row, verdict, note=""):
        return self.ask("POST", "/judge", {"row": row, "verdict": verdict, "note": note})


def start_page(run, *options):
    """`hf-synth review` in a process of its own; gives it and the address of its page."""
    command = [sys.executable, "-m", "hf_synth.cli", "review", str(run), "--no-browser", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    line = process.stdout.readline()
    assert line.startswith("Page     http://127.0.0.1:"), line
    return process, line.split()[1]
