"""What is no article, and why, through the per-document steps."""

import hashlib

import pytest

from flows.document import make_article
from schemas.document import Document
from schemas.outcome import REASONS
from schemas.settings import Settings

PARAGRAPH = "The harbour board met on Monday night to decide what to do with the old ferry, which has lain at the quay since spring."
NEWS = f"Harbour board puts off decision on ferry\nBy Ann Lee\n3 March 2021\n{PARAGRAPH}\n{PARAGRAPH.replace('Monday', 'Tuesday')}\nIt meets again in May."


def refused(text, media_type="text/plain"):
    content = text.encode()
    article = make_article(Document(hashlib.sha256(content).hexdigest(), "x", content, media_type), Settings())
    assert (article.outcome == "rejected") == bool(article.reasons)
    assert set(article.reasons) <= set(REASONS)
    if article.reasons:
        assert article.stage
        assert article.detail
    return list(article.reasons)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\n\t", "empty"),
        ("The match is off.", "too_short"),
        ("<html><body><p>" + "A line that does not end<br>" * 300, "too_short"),
        ("Home\nNews\nShare\nSubscribe now\n© 2020 The Lantern", "boilerplate_only"),
        ("The Lantern\nPage not found\nSorry, the page you are looking for does not exist.\nHome", "not_an_article"),
        ("The Lantern\nPlease sign in\nEmail address\nPassword\nForgot your password?", "not_an_article"),
        ("Seite nicht gefunden\nLeider konnte der Artikel nicht gefunden werden.\nZur Startseite", "not_an_article"),
    ],
)
def test_short_pages_are_told_by_what_they_say(text, reason):
    assert refused(text) == [reason]


def test_the_opening_of_a_paid_article_is_a_stub():
    assert refused(
        f"Ferry sold\nBy Ann Lee\n3 March 2021\n{PARAGRAPH}\nThe buyer...\nTo continue reading, subscribe to The Lantern"
    ) == ["paywall_stub"]


def test_news_about_errors_and_cookies_is_news():
    assert refused(NEWS.replace("decision on ferry", "its new web site after Error 404")) == []
    assert (
        refused(
            NEWS
            + "\nWe use cookies to improve your experience.\nSign in to your account\nSubscribe to continue reading"
        )
        == []
    )


def page(body, title="Harbour board puts off decision on ferry", head=""):
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"


def test_a_shop_page_is_refused_and_says_why():
    goods = "".join(f"<li>Deck chair {n}, in stock. Add to cart. Free shipping on your order.</li>" for n in range(30))
    about = (
        "<p>You will love our chairs. Buy now and we ship your order to you today, with free returns for you.</p>" * 3
    )
    content = page(
        about + f"<ul>{goods}</ul>", "Deck chairs", '<link rel="canonical" href="https://shop.example/products/chairs">'
    ).encode()
    article = make_article(Document("0" * 64, "x", content, "text/html"), Settings())
    assert article.reasons == ("not_an_article",)
    assert "shop" in (article.detail or "")


def test_a_news_page_is_not_refused():
    paragraphs = "".join(
        f"<p>{PARAGRAPH.replace('Monday', day)}</p>" for day in ("Monday", "Tuesday", "Friday", "Sunday")
    )
    assert (
        refused(
            page(
                f'<p>By Ann Lee</p><time datetime="2021-03-03T10:00Z">3 March 2021</time><article>{paragraphs}</article>'
            ),
            "text/html",
        )
        == []
    )
