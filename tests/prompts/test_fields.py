import pytest

from hf_synth.prompts.fields import Field, cut_fields, unwrap, write_field

NAMES = ("Semantic Parse", "English", "English Parse")


def cut(text):
    return [(field.name, field.content) for field in cut_fields(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; \n;", []),
        ("a b", [("", "a b")]),
        ("a ; b", [("", "a"), ("", "b")]),
        ("English: a", [("English", "a")]),
        ("english : a\nb", [("English", "a"), ("", "b")]),
        ("SEMANTIC PARSE:\n(A b ) English: b", [("Semantic Parse", "(A b )"), ("English", "b")]),
        ("English Parse: p ; English: t ;", [("English Parse", "p"), ("English", "t")]),
        ("Unenglish: a", [("", "Unenglish: a")]),
        ("english a", [("", "english a")]),
        ("French: a", [("", "French: a")]),
    ],
)
def test_cut(text, expected):
    assert cut(text) == expected


def test_what_is_written_is_cut():
    text = " ".join([write_field("Semantic Parse", "(A b )"), write_field("English", "b"), write_field("English")])
    assert text == "Semantic Parse: (A b ) ; English: b ; English:"
    assert cut_fields(text, NAMES) == [Field("Semantic Parse", "(A b )"), Field("English", "b")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (' "a b" ', "a b"),
        ("„a b“", "a b"),
        ("«a»", "a"),
        ("`a`", "a"),
        ("'a' or 'b'", "'a' or 'b'"),
        ("'", "'"),
        ('""', '""'),
        ("“a", "“a"),
        ("Sure!\n```\na b\n```\nAnything else?", "a b"),
        ("```text\na b", "a b"),
        ("it's", "it's"),
    ],
)
def test_unwrap(text, expected):
    assert unwrap(text) == expected
