import time

import pytest
from datasets import Dataset
from small import human_row

from hf_synth.filters.base import apply_filters
from hf_synth.filters.dataset import filter_dataset
from hf_synth.filters.personal_data import PersonalDataFilter, mask_personal_data


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to Ann.Lee+news@mail.example.co.uk!", "write to [e-mail]!"),
        ("call +1 (202) 555-0143 now", "call [phone] now"),
        ("call 202-555-0143.", "call [phone]."),
        ("ring (202) 555-0143", "ring [phone]"),
        ("ruf 030 1234567 an", "ruf [phone] an"),
        ("0049 171 2345678", "[phone]"),
        ("card 5500-0000-0000-0004 please", "card [card] please"),
        ("378282246310005", "[card]"),
        ("a@b.org and c@d.net", "[e-mail] and [e-mail]"),
    ],
)
def test_values_are_found_and_masked(text, masked):
    assert mask_personal_data(text)[0] == masked
    (verdict,) = PersonalDataFilter().judge_texts([text], [])
    assert (verdict.reason, verdict.text) == ("personal_data", masked)
    assert not any(word in verdict.detail for word in text.split() if any(c.isdigit() or c == "@" for c in word))


@pytest.mark.parametrize(
    "text",
    [
        "wake me at 7:30 on 2024-01-15",
        "4111 1111 1111 1112 has a wrong check digit",
        "it costs 1,000,000 or 1 000 000 euros",
        "follow me @ noon",
        "version 1.2.3 of room 101",
        "3.14159265358979",
        "from 1990 to 2005",
        "",
    ],
)
def test_other_numbers_stay(text):
    assert mask_personal_data(text) == (text, [])


def test_rejects_do_not_show_the_values():
    text = "mail bob@example.org"
    _, (reject,) = apply_filters([PersonalDataFilter()], [human_row(text)], [])
    rejects = filter_dataset(Dataset.from_dict({"text": [text]}), [PersonalDataFilter()])[1]
    assert reject.text == rejects["text"][0] == "mail [e-mail]"
    assert "bob" not in f"{reject}{rejects.to_list()}"


def test_the_score_counts_values():
    assert PersonalDataFilter().judge_texts(["a@b.org c@d.net 202-555-0143"], [])[0].score == 3


@pytest.mark.parametrize("part", ["a", "1", "a@", "a.", "1 ", "+1", "0-", "a@b."])
def test_no_text_takes_long(part):
    started = time.process_time()
    mask_personal_data(part * 20_000)
    assert time.process_time() - started < 5
