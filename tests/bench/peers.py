"""One extractor over many pages, in a process of its own: `python tests/bench/peers.py NAME [MODEL] < paths`.

A JSON object a line comes out: the page's `id`, its `body`, `title`, `authors` and `published_at` (a day) as far as the
extractor gives them, and `seconds` of processor time from bytes to that.  A page on which it raises is an empty answer.

Peers live in an environment of their own (`make bench` sets it up), where nothing of copydesk's is; so this file
imports what it needs late, and nothing of the project but for copydesk itself.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def _decode(content: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(detect_encoding(content, html5_compatible=True), "replace")


def _trafilatura(**options: Any) -> Callable[[bytes], Record]:
    from trafilatura import bare_extraction

    def extract(content: bytes) -> Record:
        found = bare_extraction(content, with_metadata=True, **options)
        if found is None:
            return {}
        authors = [name.strip() for name in (found.author or "").split(";") if name.strip()]
        body = "\n".join(filter(None, (found.text, found.comments)))  # as its own `extract` prints them
        return {"body": body, "title": found.title, "authors": authors, "published_at": found.date}

    return extract


def _newspaper4k() -> Callable[[bytes], Record]:
    from newspaper import Article

    def extract(content: bytes) -> Record:
        article = Article("https://page.example/", fetch_images=False)  # it would ask the network
        article.download(input_html=_decode(content))
        article.parse()
        day = str(article.publish_date)[:10] if article.publish_date else None
        return {"body": article.text, "title": article.title, "authors": article.authors, "published_at": day}

    return extract


def _readability() -> Callable[[bytes], Record]:
    from lxml.html import fromstring
    from readability import Document

    def extract(content: bytes) -> Record:
        page = Document(_decode(content))
        return {"body": _paragraphs(fromstring(page.summary())), "title": page.short_title()}

    return extract


def _paragraphs(tree: Any) -> str:
    """The text of an lxml tree, a line for each block."""
    blocks = ("p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "blockquote", "br", "pre")
    for element in tree.iter(*blocks):
        element.tail = "\n" + (element.tail or "")
    return "\n\n".join(line.strip() for line in tree.text_content().split("\n") if line.strip())


def _resiliparse() -> Callable[[bytes], Record]:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda content: {"body": extract_plain_text(_decode(content), main_content=True, alt_texts=False)}


def _justext() -> Callable[[bytes], Record]:
    from justext import justext

    def extract(content: bytes) -> Record:
        # Pages of dozens of languages: its way without stop words, as its documentation has it.
        found = justext(content, frozenset(), stopwords_low=0.0, stopwords_high=0.0)
        return {"body": "\n\n".join(part.text for part in found if not part.is_boilerplate)}

    return extract


def _justext_lines() -> Callable[[bytes], Record]:
    from html import escape

    extract = _justext()
    return lambda content: extract(
        ("<html><body>" + "".join(f"<p>{escape(line)}</p>" for line in content.decode().split("\n"))).encode()
    )


def _news_please() -> Callable[[bytes], Record]:
    from newsplease import NewsPlease

    def extract(content: bytes) -> Record:
        found = NewsPlease.from_html(_decode(content), url=None, fetch_images=False)
        day = str(found.date_publish)[:10] if found.date_publish else None
        return {"body": found.maintext, "title": found.title, "authors": found.authors, "published_at": day}

    return extract


def _whole() -> Callable[[bytes], Record]:
    return lambda content: {"body": content.decode()}


def _copydesk(media_type: str) -> Callable[[bytes], Record]:
    import hashlib

    from flows.document import make_article
    from schemas.document import Document
    from schemas.settings import Settings

    def extract(content: bytes) -> Record:
        document = Document(hashlib.sha256(content).hexdigest(), "page", content, media_type)
        return {k: v for k, v in make_article(document, Settings()).as_record().items() if k != "origin"}

    return extract


#: From HTML; those of the environment of peers first.
HTML: dict[str, Callable[[], Callable[[bytes], Record]]] = {
    "trafilatura": _trafilatura,
    "trafilatura, no comments": lambda: _trafilatura(include_comments=False),
    "trafilatura, precision": lambda: _trafilatura(include_comments=False, favor_precision=True),
    "newspaper4k": _newspaper4k,
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
    "jusText": _justext,
    "news-please": _news_please,
}
#: From plain text.
TEXT: dict[str, Callable[[], Callable[[bytes], Record]]] = {"the whole dump": _whole, "jusText": _justext_lines}


def main() -> None:
    """Extract every page that standard input names."""
    name = sys.argv[1]
    paths = [Path(line) for line in sys.stdin.read().splitlines()]
    is_text = paths[0].suffix == ".txt"
    if name == "copydesk":
        if len(sys.argv) > 2:
            import tasks._trees

            tasks._trees.MODEL = Path(sys.argv[2])
        extract = _copydesk("text/plain" if is_text else "text/html")
    else:
        extract = (TEXT if is_text else HTML)[name]()
    answers = sys.stdout
    sys.stdout = sys.stderr  # some peers print
    for number, path in enumerate([*paths[:3], *paths]):
        content = path.read_bytes() if is_text else gzip.decompress(path.read_bytes())
        begun = time.process_time()
        try:
            record = extract(content)
        except Exception as error:
            record = {"failed": type(error).__name__}
        record["seconds"] = time.process_time() - begun
        if number >= 3:  # the first three only warmed it up
            answers.write(json.dumps({"id": path.name.split(".")[0], **record}, default=str) + "\n")


if __name__ == "__main__":
    main()
