"""The report as a page: what a person sees, and that nothing in it can act."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from review.chromium import Chromium
from scores import TARGETS, some_report

from hf_synth.markdown import inline, markdown_table
from hf_synth.report import add_review, write_report
from hf_synth.report_page import render_page

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "</main></body><svg onload=alert(1)>",
    "[click](javascript:alert(1))",
    "<javascript:alert(1)>",
    "![beacon](https://example.org/beacon.png)",
    "![frame](data:text/html;base64,PHNjcmlwdD4=)",
    '![x](figures/arms.png "onload=alert(1)")',
    "[a]: javascript:alert(1)\n\n[a]",
    "<style>body { display: none }</style>",
    "`</code><script>alert(1)</script>`",
    "```<script>\n</pre><script>alert(1)</script>\n```",
    "a&#60;script&#62;alert(1)&#60;/script&#62;",
    "BODY VERDICT",
)
PICTURE = b"\x89PNG of arms"


class Reader(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("wrap", [str, inline, lambda text: markdown_table([["text"], [text]])])
def test_hostile_text_cannot_act(text, wrap):
    clean = Reader(render_page("# Worth\n\nnothing", {}))
    page = render_page(f"# Worth\n\n{wrap(text)}", {"figures/arms.png": PICTURE})
    found = Reader(page)
    new = set(found.elements) - set(clean.elements)
    assert new <= {"div", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "img", "h2"}
    assert {name for name, _ in found.attributes} - {name for name, _ in clean.attributes} <= {
        "role", "aria-label", "tabindex", "style", "alt", "src", "class",
    }  # fmt: skip
    assert all(value.startswith("data:image/png;base64,") for name, value in found.attributes if name == "src")
    assert all(value.startswith("text-align:") for name, value in found.attributes if name == "style")
    assert found.elements.count("style") == 1


def test_hidden_characters_are_shown():
    page = render_page("# Worth\n\na\x1b[31m \u202eb &#8238;c\x00\x07 \u200bd", {})
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u200b]", page)
    assert "\\u202eb \\u202ec" in page


def test_the_page_needs_and_allows_nothing_else(tmp_path):
    page = write_report(some_report(), tmp_path)[2].read_text(encoding="utf-8")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    found = Reader(page)
    assert not {"script", "link", "a", "iframe", "form"} & set(found.elements)
    assert "http" not in page.replace("http-equiv", "")
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_the_page_says_what_the_report_says(tmp_path):
    files = write_report(some_report(), tmp_path)
    found = Reader(files[2].read_text(encoding="utf-8"))
    text = " ".join(found.text)
    assert ("class", "helped") in found.attributes
    assert text.index("Helped") < text.index("On 700 human-labelled test rows") < text.index("Arms")
    assert text.index("Arms") < text.index("duplicate") < text.index("By target")
    assert all(target in text for target in TARGETS)
    alternatives = [value for name, value in found.attributes if name == "alt"]
    assert len(alternatives) == 3
    assert all(len(value) > 30 for value in alternatives)


def test_the_page_is_written_again_with_a_review(tmp_path):
    write_report(some_report(), tmp_path)
    before = (tmp_path / "report.html").read_text(encoding="utf-8")
    add_review(tmp_path, "<b>mine", {"sampled": 100, "wrong": 6, "interval": (0.03, 0.12), "passed": False})
    after = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "found 6 wrong" in after
    assert "&lt;b&gt;mine" in after
    assert before.count("data:image/png") == after.count("data:image/png") == 3


def test_a_report_without_figures_is_a_page():
    assert "<h1>Worth</h1>" in render_page("# Worth\n\n![arms](figures/arms.png)", {})


@pytest.mark.slow
@pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("name", "width", "scheme"), [("light", 1000, "light"), ("phone", 390, "dark")])
def test_in_a_browser(tmp_path, name, width, scheme):
    """Opened as a file; pictures are kept where HF_SYNTH_PICTURES says so that a person can look at them."""
    report = {**some_report(targets=(*TARGETS, *HOSTILE)), "reviews": {}}
    page = write_report(report, tmp_path / "run")[2]
    with Chromium(PROGRAM, tmp_path / "profile") as browser:
        phone = width < 600
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=1000, deviceScaleFactor=1, mobile=phone)
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.call("Page.navigate", url=page.as_uri())
        browser.wait("document.readyState === 'complete' && !!document.querySelector('h1')")
        assert browser.run("document.querySelector('h1 + p strong').getBoundingClientRect().bottom") < 300
        assert browser.run("document.querySelector('h1 + p strong').innerText") == "Helped"
        assert browser.run("document.title") == "What the generated rows are worth"
        assert browser.run("document.documentElement.scrollWidth") <= width, "only tables and pictures move sideways"
        assert browser.run("[...document.images].every((image) => image.naturalWidth === 900)")
        asked = [
            e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"
        ]
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}, asked
        faults = [e for e in browser.events if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]
        assert faults == []
        file = Path(os.environ.get("HF_SYNTH_PICTURES", tmp_path)) / f"report-{name}.png"
        browser.picture(file)
        assert file.stat().st_size > 5000
