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
    "dated_by_update": "the copy gives only the time of an update; it stands for that of publication too",
    "publisher_rule_missed": "a rule of seeds/publishers no longer fits the page; the general way was taken",
    "unsure": "the cleaning is not sure of this body",
}

Kind = Literal[
    "title", "standfirst", "byline", "dateline", "timestamp", "caption", "credit", "navigation", "comment_widget",
    "comment", "subscribe_prompt", "notification_prompt", "login_prompt", "share_prompt", "related_links", "advert",
    "legal", "repeated", "other",
]  # fmt: skip
#: What a piece that is not body can be.
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document is not loaded.

    `reasons`: codes, at least one.  `stage`: the step that refused (`read`, `extract`, `refuse`, `check`).
    `detail`: one sentence for a person.
    """

    reasons: tuple[str, ...]
    stage: str
    detail: str
