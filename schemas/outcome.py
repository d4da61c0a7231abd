"""The words for what became of a document: outcomes, reasons, flags, kinds."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["unchanged", "duplicate", "updated", "loaded", "quarantined"]
OUTCOMES: tuple[Outcome, ...] = ("loaded", "updated", "unchanged", "duplicate", "quarantined")

#: Why a document was refused.  `failed_check:NAME` joins these, one for each expectation of critical severity.
REASONS: dict[str, str] = {
    "empty": "nothing to read in it",
    "too_short": "fewer words than any article has",
    "too_large": "larger than the size limit, before or after decompression",
    "timeout": "took longer than the time limit of one document",
    "unreadable": "binary, a broken archive or record, or an encoding that cannot be told",
    "unsupported_type": "a kind of file that is not read here",
    "not_an_article": "an index, shop, forum, error, cookie or login page",
    "paywall_stub": "the opening of an article that is kept behind a paywall",
    "boilerplate_only": "nothing left once the furniture of the page is taken out",
    "forgotten": "belongs to an article that was taken down; nothing of it is kept but a receipt",
}

#: Warnings that do not refuse.  `given_differs:FIELD` and `warned:NAME` join these.
FLAGS: dict[str, str] = {
    "missing_title": "the copy has no headline",
    "missing_date": "the copy does not say when it was published",
    "implausible_date": "a date was found that cannot be right, and was left out",
    "truncated": "the copy breaks off",
    "repeated_body": "the copy held its own text twice; the second was taken out",
    "mojibake_repaired": "characters broken by a wrong encoding were mended",
    "markup_undone": "`\\n`, `&amp;`, Markdown, `>` before all lines, words divided at their ends were read as meant",
    "copy_in_scripts": "the page shows no copy without JavaScript; its article was found in the data of its scripts",
    "lines_guessed": "the copy had lost its line breaks; where its lines began was found by its words",
    "dated_by_update": "the copy gives only the time of an update; it stands for that of publication too",
    "publisher_rule_missed": "a rule of seeds/publishers no longer fits the page; the general way was taken",
    "unsure": "the cleaning is not sure of this body",
}

Kind = Literal[
    "title", "standfirst", "byline", "dateline", "timestamp", "caption", "credit", "navigation", "comment_widget",
    "comment", "subscribe_prompt", "notification_prompt", "login_prompt", "share_prompt", "related_links", "advert",
    "legal", "repeated", "other",
]  # fmt: skip
#: What a piece that is not body can be, in the order of `Kind`, which the labeller has learned.
KINDS: dict[str, str] = {
    "title": "the headline; it became the field",
    "standfirst": "the line or two under the headline; it became the field",
    "byline": "who signs; it became the authors",
    "dateline": "place and agency before the first sentence, where it stands by itself",
    "timestamp": "when it was published or updated; it became the dates",
    "caption": "the words under a picture; they are in captions",
    "credit": "who made a picture; it is in captions",
    "navigation": "menus, section names, breadcrumbs, tags",
    "comment_widget": "the box in which to comment, and its counts",
    "comment": "what readers wrote",
    "subscribe_prompt": "an offer of a newsletter or a subscription",
    "notification_prompt": "an offer to be notified",
    "login_prompt": "an offer to sign in or register",
    "share_prompt": "an offer to share, print or save",
    "related_links": "headlines of other articles",
    "advert": "advertising",
    "legal": "copyright, terms, cookies, corrections policy",
    "repeated": "a second copy of the body, or of a part of it",
    "other": "anything else that is not the article",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document is not loaded.

    `reasons`: codes, at least one.  `stage`: the step that refused (`read`, `extract`, `refuse`, `check`).
    `detail`: one sentence for a person.
    """

    reasons: tuple[str, ...]
    stage: str
    detail: str
