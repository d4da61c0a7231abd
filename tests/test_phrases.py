"""The phrase files of seeds/phrases."""

import tomllib

import pytest

from schemas.errors import UsageError
from schemas.outcome import KINDS
from tasks import _phrases
from tasks._phrases import FOLDER, load_phrases

FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_phrase_is_found_again(path):
    phrases = load_phrases(path.stem)
    for kind, lists in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert kind in KINDS
        for phrase in lists.get("lines", ()):
            line = phrase.replace("#", "12")
            assert phrases.match(line, len(line.split())) is not None, phrase


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("23 Comments", "comment_widget"),
        ("No comments:", "comment_widget"),
        ("Stay up to date with notifications from The Lantern", "notification_prompt"),
        (
            "Please refresh the page or navigate to another page on the site to be automatically logged in",
            "login_prompt",
        ),
        ("1.2K Shares", "share_prompt"),
        ("Read more: Council leader to stand down", "related_links"),
        ("Lesen Sie auch: Rat tritt zurück", "related_links"),
        ("À lire aussi : le maire démissionne", "related_links"),
        ("関連記事", "related_links"),
        ("Комментарии", "comment_widget"),
        ("Story continues below", "advert"),
        ("© 2019 The Lantern. All rights reserved.", "legal"),
        ("Home > News > Education", "navigation"),
        ("5 min read", "other"),
    ],
)
def test_furniture_is_known(line, kind):
    match = load_phrases().match(line, len(line.split()))
    assert match is not None
    assert match.kind == kind


@pytest.mark.parametrize(
    "line",
    [
        "The council voted on Tuesday to close the baths.",
        "More importantly, Nobody Knew What The Board Had Decided When It Met Behind Closed Doors That Tuesday Night In The Old Town Hall By The River",
        "Comments by the minister were met with silence.",
        "Share prices fell on Monday as traders took fright.",
    ],
)
def test_prose_is_not(line):
    assert load_phrases().match(line, len(line.split())) is None


def test_a_prompt_names_its_outlet():
    match = load_phrases().match("Stay up to date with notifications from The Evening Lantern", 9)
    assert match is not None
    assert match.source == "The Evening Lantern"


def test_a_typo_in_a_phrase_file_names_the_file(tmp_path):
    (tmp_path / "xx.toml").write_text('[comment_wigdet]\nlines = ["comments"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"xx\.toml"):
        _phrases.all_phrases.__wrapped__(tmp_path)
