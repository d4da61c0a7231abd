"""tasks/_plain_text.py: copy that was escaped, marked up or quoted reads as it did before; other copy stays as it is."""

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.document import make_article
from schemas.document import Document
from schemas.settings import Settings
from tasks._plain_text import FLAG, undo_markup

SHARED = Path(__file__).resolve().parents[2] / "shared" / "eval" / "text_lines"
COPY = """\
Home | News | Sport
Ferry to Larkhaven Will Run an Hour Later
By Ann Lee
Published March 3, 2021
The ferry between Larkhaven and the islands will leave an hour later from Monday on, the harbour office's clerks said. “We have waited for two years for this,” said Bo Ek, who runs the office & the quay.
The first boat leaves at seven, and the last one comes back when the shops of the old town close on Saturdays.
A ticket costs five crowns, as before, and children travel free. The council will look at the fares again in the autumn, when the new boat has come from the yard.
Share this article
Subscribe to our newsletter
© 2021 Larkhaven Post. All rights reserved."""

MARKDOWN = """\
[Home](https://post.example/) | [News](/news) | [Sport](/sport "Sport")

# Ferry to Larkhaven Will Run an *Hour* Later

![A ferry at the quay](/pictures/ferry.jpg)

By [Ann Lee](/people/ann-lee)

Published March 3, 2021

{}

* [Share this article](/share)
* [Subscribe to our newsletter](/letter)

© 2021 Larkhaven Post. All rights reserved\\."""


def article_of(text, media_type="text/plain"):
    return make_article(Document("0" * 64, "a.txt", text.encode(), media_type), Settings())


PLAIN = article_of(COPY)
PARAGRAPHS = COPY.split("\n")[4:7]


def wrapped(text, width=78):
    """As html2text wraps, within addresses too."""
    return re.sub(rf"(.{{40,{width}}}?(?:-| ))(?=\S)", lambda found: found[1].rstrip(" ") + "\n", text)


def marked_up(paragraphs):
    text = "\n\n".join(paragraphs).replace("Bo Ek", "[Bo Ek](https://post.example/people/bo-ek-who-runs-the-office)")
    return MARKDOWN.format(text.replace("two years", "**two years**"))


SHAPES = {
    "line breaks escaped": COPY.replace("\n", "\\n"),
    "line breaks of Windows escaped": COPY.replace("\n", "\\r\\n"),
    "escaped twice": COPY.replace("\n", "\\\\n"),
    "a string of JSON": json.dumps(COPY),
    "the inside of a string of JSON": json.dumps(COPY)[1:-1],
    "entities": html.escape(COPY).replace("“", "&ldquo;").replace("”", "&#8221;"),
    "quoted as mail is": "".join(f"> {line}\n" for line in COPY.split("\n")),
    "quoted twice": "".join(f">> {line}\n>>\n" for line in COPY.split("\n")),
    "Markdown": marked_up(PARAGRAPHS),
    "Markdown, wrapped": wrapped(marked_up(PARAGRAPHS)),
    "Markdown without links": "## News\n\n"
    + re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", marked_up(PARAGRAPHS)).replace("A ferry at the quay\n\n", ""),
    "Markdown with line ends of Windows": marked_up(PARAGRAPHS).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_copy_reads_as_before_it_was_written_down_for_a_machine(text):
    article = article_of(text)
    assert article.body == PLAIN.body == "\n\n".join(PARAGRAPHS)
    assert article.title == PLAIN.title == "Ferry to Larkhaven Will Run an Hour Later"
    assert article.authors == PLAIN.authors == ("Ann Lee",)
    assert article.published_on == PLAIN.published_on
    assert article.flags == (*PLAIN.flags, FLAG)


UNTOUCHED = {
    "an article": COPY,
    "a path": "It lies in C:\\news\\new\\notes. Then in C:\\news. And last of all in C:\\notes.",
    "a formula": "The angle $\\nu$ is small. It is less than $\\neq$ would say, and $\\nabla$ as well. So $\\nu$ it is.",
    "tags that are no headings": "\n".join(("# Larkhaven", "# Harbour", "# Ferry", COPY)),
    "comments in code": "# Start the server\nserve --port 80\n# Stop it\nstop\n" + COPY,
    "names in angle brackets": "adduser <username> and then <password> for <username>\n" + COPY,
    "one footnote": COPY + "\n[1](#note)",
    "stars": COPY.replace("Bo Ek", "**Bo Ek**"),
    "a quotation": COPY.replace("The first", "> The first"),
    "dashes behind labels": "Body aches-\ntry some yoga\nFidgeting-\ntake a walk\nHands-\nwash them\nFeet-\nput them up\n"
    + COPY,
    "swear words, powers": "He said f**k, s**t and b**ch. So a**2 + b**2 = c**2, and x**3 - y**3.\n" + COPY,
    "a chat": "<Mark> hi **all**\n<Em> hello **you**\n<Bo> well **done**\n" + COPY,
    "output of a program": "x <- c(1, 2, 3)\nmean(x)\n## [1] 2\nsd(x)\n## [1] 1\n" + COPY,
    "strings in code": 'printf("Hello, world!\\n"); printf("Bye.\\n"); printf("%d\\n", x);',
    "names of files": "Copy ..\\readme.txt, ..\\release.zip and ..\\run.bat to C:\\temp before you start.",
    "amounts": "Measured values\n>100 mg: danger\n>50 mg: warning\n>20 mg: none\n>10 mg: none\n>5 mg: none",
    "addresses in code": "int *ptr = &num;\nfloat *s = &sum;\nimg = &image;\n" + COPY,
    "what looks like an entity": "AT&T; R&D; and P&L; are letters\n" + COPY,
    "entities that are meant": 'Write <a href="?a&amp;b"> for it\n' + COPY,
}


@pytest.mark.parametrize("text", UNTOUCHED.values(), ids=UNTOUCHED)
def test_other_copy_stays_as_it_is(text):
    assert undo_markup(text) == text


def test_words_in_angle_brackets_stay_in_markdown_and_known_tags_go():
    text = marked_up(["Call <username> first.<br>Then see <b>Bo Ek</b>, and 3 < 4 > 2. <!-- not seen -->"])
    assert "Call <username> first.\nThen see Bo Ek, and 3 < 4 > 2." in undo_markup(text)


def test_a_table_has_a_row_on_each_line_and_a_list_its_signs():
    text = "## Fares\n\n## Boats\n\n| From | To |\n|---|---|\n| Quay | Isle |\n\n1. Pay\n2. Go on\n\n- Sit\n"
    assert undo_markup(text).split("\n\n") == [
        "Fares",
        "Boats",
        "From | To\nQuay | Isle",
        "1. Pay",
        "2. Go on",
        "• Sit",
    ]


SAID = {
    "Leser*innen und Kolleg*innen, 2*3*4=24": "Leser*innen und Kolleg*innen, 2*3*4=24",
    "**[Bold](/x)** and *it*, __very__ `a_b*c` \\*star\\* ***both***": "Bold and it, very a_b*c *star* both",
    "[Merkel]: No.\n\n[Foto]: dpa\n\n[9]: https://post.example/": "[Merkel]: No.\n\n[Foto]: dpa",
    "So.[^1]\n\n[^1]: Reuters": "So.[^1]\n\n[^1]: Reuters",
    "Team | P\n---|---\nBayern | 34 | 82\nBVB | 34": "Team | P\nBayern | 34 | 82\nBVB | 34",
    "Use `<table>` not &lt;i&gt; or \\<em\\>": "Use <table> not <i> or <em>",
    "<ul><li>One<li>Two</ul>Then": "One\nTwo\nThen",
    "If a <b and c> d, <Mark> said": "If a <b and c> d, <Mark> said",
    "3. 1. FC Heidenheim\n4. RB Leipzig": "3. 1. FC Heidenheim\n\n4. RB Leipzig",
    "1. ```\n   npm install\n   ```\n2. Run": "1. npm install\n\n2. Run",
    "A long-\nterm plan": "A long-term plan",
    "~~~ Story continues ~~~\n\nMore": "~~~ Story continues ~~~\n\nMore",
    "[Home](/)[News](/n) in 2019[3](#n3)": "Home News in 2019 3",
    "![Photo](data:image/png;base64,PHN2) By *Ann Lee*  \n3 May 2024": "By Ann Lee\n3 May 2024",
    "He said [sic and went on\n- one\n- two": "He said [sic and went on\n\n• one\n\n• two",
}


@pytest.mark.parametrize(("marked", "said"), SAID.items())
def test_what_markdown_says_stays(marked, said):
    links = "[a](/x) [b](/y) [c](/z)\n\n"
    assert undo_markup(links + marked) == "a b c\n\n" + said


@pytest.mark.parametrize("depth", [3, 20, 40, 200])
def test_what_stands_deep_in_lists_and_quotations_stays(depth):
    lists = "".join(f"{'  ' * level}- word{level}\n" for level in range(depth))
    told = undo_markup(f"{marked_up(PARAGRAPHS)}\n\n{lists}\n{'>' * depth} deep")
    assert "deep" in told
    assert all(f"word{level}\n" in told + "\n" for level in range(depth))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40), min_size=4, max_size=9))
def test_a_string_of_json_is_what_it_says(lines):
    text = "\n".join(lines) + "\n"
    assert undo_markup(json.dumps(text)) == undo_markup(text)


@pytest.mark.skipif(not SHARED.exists(), reason="the evaluation pages are not here")
def test_real_copy_reads_as_before_it_was_escaped():
    for path in sorted(SHARED.iterdir())[::25]:
        text = path.read_text(encoding="utf-8")
        if undo_markup(text) == text and "\\" not in text and "&" not in text:
            assert undo_markup(text.replace("\n", "\\n")) == text
            assert undo_markup(json.dumps(text)) == text
            assert undo_markup(text.replace("“", "&ldquo;").replace("’", "&#8217;").replace("é", "&eacute;")) == text


word = st.text(st.sampled_from("abcdeäñж漢"), min_size=1, max_size=6)
marked = st.builds(
    lambda mark, words: mark.format(" ".join(words)),
    st.sampled_from(
        [
            "{}",
            "# {}",
            "## {}",
            "* {}",
            "1. {}",
            "> {}",
            "**{}**",
            "*{}*",
            "[{}](http://x.example/)",
            "    {}",
            "`{}`",
            "| {} |",
            "{}  ",
        ]
    ),
    st.lists(word, min_size=1, max_size=5),
)


@given(st.lists(marked, max_size=12), st.sampled_from(["\n", "\n\n", "\r\n"]))
def test_no_word_of_markdown_vanishes(lines, end):
    text = end.join(["[a](http://x.example/) [b](http://x.example/) [c](http://x.example/)", "", *lines])
    assert sorted(re.findall(r"\w+", undo_markup(text))) == sorted(
        re.findall(r"\w+", re.sub(r"\(http[^)]*\)", "", text))
    )


def test_words_divided_at_the_ends_of_lines_are_whole_and_hyphens_that_are_meant_stay():
    text = (
        "The harbour office of Larkhaven, a well-known busi-\nness, gave no infor-\nmation to inter-\nnational travellers. "
        "It is well-\nknown that the Bundes-\nund Landesbahn waits on the long-\nterm plan of Nor-\nwickhaven, it said."
    )
    assert undo_markup(text) == (
        "The harbour office of Larkhaven, a well-known business,\ngave no information\nto international\ntravellers. "
        "It is well-known\nthat the Bundes-\nund Landesbahn waits on the long-\nterm plan of Norwickhaven,\nit said."
    )


def test_copy_without_capitals_keeps_its_lines():
    article = article_of(COPY.lower())
    assert article.body == "\n\n".join(PARAGRAPHS).lower()


def test_a_page_of_bare_paragraphs_is_read_as_lines_are():
    page = "<div>" + "".join(f"<p>{html.escape(line)}</p>" for line in COPY.split("\n")) + "</div>"
    assert article_of(page, "text/html").body == PLAIN.body
