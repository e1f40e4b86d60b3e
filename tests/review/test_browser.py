"""The page in a real browser: judged with the keyboard, left, killed, gone on with; hostile rows stay text."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hub.ready import splits, write_run

from hf_synth.cards.manifest import read_manifest
from hf_synth.schema import Provenance, Row, Span, Utterance

from .chromium import Chromium
from .reviewed import start_page, write_dataset

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")]
HOSTILE = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"


@pytest.fixture
def browser(tmp_path):
    with Chromium(PROGRAM, tmp_path / "profile") as browser:
        yield browser


@pytest.fixture
def page(browser):
    """Serve a run and open its page; all servers end with the test."""
    started = []

    def page(run, *options):
        process, url = start_page(run, *options)
        started.append(process)
        browser.call("Page.navigate", url=url)
        browser.wait("!!document.querySelector('#main:not([hidden])')")
        return process

    yield page
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def said(run):
    lines = (run / "review" / "reviewer.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["verdict"], line["note"]) for line in map(json.loads, lines)]


def at(place, judged):
    return f"document.querySelector('#count').textContent === 'row {place} of 6, {judged} judged'"


def test_a_person_with_a_keyboard(tmp_path, browser, page):
    run = write_dataset(tmp_path / "run", made=6)
    first = page(run)
    browser.wait(at(1, 0))
    browser.press("1")
    browser.wait(at(2, 1))
    browser.press("t")
    for key in "12 odd":
        browser.press(key)
    browser.press("Enter")
    browser.press("3")
    browser.wait(at(3, 2))
    browser.press("ArrowLeft")
    browser.wait(at(2, 2))
    assert browser.run("document.querySelector('#note').value") == "12 odd"
    assert browser.run("document.querySelector('[aria-pressed=true]').dataset.verdict") == "wrong_slots"
    browser.press("4")
    browser.wait(at(3, 2))
    assert said(run) == [("right", ""), ("wrong_slots", "12 odd"), ("unnatural", "12 odd")]

    browser.press("ArrowLeft")
    browser.wait(at(2, 2))
    for key in "t!":
        browser.press(key)
    browser.press("Enter")
    browser.press("ArrowRight")
    browser.wait(at(3, 2))
    assert said(run)[3:] == [("unnatural", "12 odd!")], "a note that is changed is kept"

    first.kill()
    first.wait()
    browser.press("1")
    browser.wait("document.querySelector('#said').textContent.startsWith('Not saved')")
    assert browser.run(at(3, 2)), "a row that was not saved stays"

    second = page(run)
    browser.wait(at(3, 2))
    assert browser.run("document.querySelectorAll('#row .slot, #seeds .slot').length") == 2
    for place in range(3, 7):
        browser.wait(at(place, place - 1))
        browser.press("5" if place == 4 else "1")
    browser.wait("document.querySelector('#said').textContent.startsWith('All rows are judged')")
    browser.press("q")
    browser.wait("document.querySelector('#said').textContent.includes('failed: 1 of 6 rows wrong')")
    assert second.wait(20) == 0
    review = read_manifest(run / "dataset" / "manifest.json").review
    assert (review.sampled, review.wrong, review.unsure, review.passed) == (6, 1, 1, False)


def test_a_hostile_row_is_text(tmp_path, browser, page):
    rows = splits(made=1)
    made = Provenance("synthetic", "linguist@1", "tiny@ab12", ("play_music-0",))
    tokens = (*HOSTILE.split(), "\u202eok")
    rows["train"].append(Row(Utterance(tokens, (Span(0, 1, HOSTILE.replace(" ", "")),), "</script>" + HOSTILE), made))
    page(write_run(tmp_path / "run", rows, review=None))
    shown = []
    for _ in range(2):
        shown.append(browser.run("document.querySelector('#row').innerText"))
        assert browser.run("document.querySelectorAll('#main img, #main script').length") == 0
        browser.press("ArrowRight")
    assert browser.run("document.title") == "hf-synth review"
    assert any("<script>document.title='owned'</script>" in text for text in shown)
    assert any("\\u202eok" in text for text in shown)


def test_nothing_is_asked_of_the_network(tmp_path, browser, page):
    page(write_dataset(tmp_path / "run"))
    asked = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
    assert asked
    assert all(url.startswith("http://127.0.0.1:") for url in asked), asked
    faults = [e for e in browser.events if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]
    assert [fault for fault in faults if "favicon" not in json.dumps(fault)] == []


def test_a_picture(tmp_path, browser, page):
    """A picture of the page, kept where HF_SYNTH_PICTURES says so that a person can look at it."""
    page(write_dataset(tmp_path / "run"))
    browser.press("3")
    file = Path(os.environ.get("HF_SYNTH_PICTURES", tmp_path)) / "review.png"
    browser.picture(file)
    assert file.stat().st_size > 5000
