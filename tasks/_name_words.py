"""The words of bylines (seeds/names.toml), ready to look up, and how a name is cased."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SEED = Path(__file__).parent.parent / "seeds" / "names.toml"


@dataclass(frozen=True)
class NameWords:
    """Tables of `seeds/names.toml`, casefolded."""

    prefix: re.Pattern[str]
    suffix: re.Pattern[str]
    supporting: re.Pattern[str]
    credit: re.Pattern[str]
    joiners: frozenset[str]
    sure_joiners: frozenset[str]
    particles: frozenset[str]
    roles: frozenset[str]
    beats: frozenset[str]
    organisations: frozenset[str]
    unspaced_organisations: re.Pattern[str]
    acronyms: frozenset[str]
    nobody: frozenset[str]
    not_names: frozenset[str]
    forenames: frozenset[str]
    surnames: frozenset[str]


UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _any_of(phrases: list[str]) -> str:
    return "|".join(re.escape(p) for p in sorted({p.rstrip(":：／") for p in phrases}, key=len, reverse=True))


@cache
def name_words() -> NameWords:
    seed = tomllib.loads(_SEED.read_text(encoding="utf-8"))
    fields = ("joiners", "sure_joiners", "particles", "roles", "beats", "organisations", "acronyms", "nobody")
    fields += ("not_names", "forenames", "surnames")
    attached = [p for p in seed["prefixes"] if len(p) > 1 and UNSPACED.match(p)]
    return NameWords(
        prefix=re.compile(
            rf"\s*(?:(?P<words>{_any_of(seed['prefixes'])})(?:\s*[:：/／]\s*|\s+)|(?:{_any_of(attached)})(?=\w))(?=\S)",
            re.IGNORECASE,
        ),
        suffix=re.compile(rf"\s*(?:{_any_of(seed['suffixes'])})\s*$", re.IGNORECASE),
        supporting=re.compile(rf"\s*(?:{_any_of(seed['supporting'])})(?:\s*[:/]\s*|\s+)(?=\S)", re.IGNORECASE),
        credit=re.compile(rf"\s(?=(?:{_any_of(seed['supporting'])})\s*:)", re.IGNORECASE),
        unspaced_organisations=re.compile(_any_of([o for o in seed["organisations"] if UNSPACED.match(o)])),
        # a lone `By` or `Text:` is nobody either
        **{f: frozenset(w.casefold() for w in seed[f] + (seed["prefixes"] if f == "nobody" else [])) for f in fields},
    )


def case_name(name: str) -> str:
    """A name printed in capitals, or with none, as a person writes it: `ANN MCDONALD` is `Ann McDonald`.

    Particles are small inside (`van der Berg`), initials and `II` stay capitals.  `MAC...` is cased as `Mac` with a
    small letter behind it: `MacDonald` and `Mackenzie` cannot be told apart, but for the commonest.
    """
    words = name_words()
    out = []
    for index, token in enumerate(name.split()):
        folded = token.casefold()
        if index and folded in words.particles:
            out.append(folded)
        elif index and folded.strip(".") in ("ii", "iii", "iv"):
            out.append(token.upper())
        else:
            out.append(cased(token))
    return " ".join(out)


_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_MAC = re.compile(r"^Mac(?=(?:donald|donnell|dougall|arthur|gregor|leod|lean|millan|intyre|pherson|farlane|kinnon|neil|"
                  r"kay|aulay|askill|duff|manus|innes|bride|culloch|allister|fadyen)s?$)")  # fmt: skip


def cased(token: str) -> str:
    """One word of a name in capitals or without any: `O'NEILL` is `O'Neill`."""
    # `J.K.` and `PJ`
    if _INITIALS.fullmatch(token) or (len(token) == 2 and not set(token.lower()) & set("aeiouy")):
        return token.upper()
    parts = re.split(r"([-‐‑'’ʼ.])", token.lower())
    for i in range(0, len(parts), 2):
        word = parts[i]
        # `O'Neill`, `D'Angelo`, but `Ann's`
        if i and parts[i - 1] in "'’ʼ" and (len(parts[i - 2]) > 2 or len(word) < 3):
            continue
        word = word[:1].upper() + word[1:]
        if word.startswith("Mc") and len(word) > 3:
            word = "Mc" + word[2].upper() + word[3:]
        elif found := _MAC.match(word):
            word = found[0] + word[3].upper() + word[4:]
        parts[i] = word
    return "".join(parts)
