"""How well a body that was pasted twice is found, on bodies of real pages; skipped where there are none.

    python -m tests.bench.bench_repeats [--bodies N]

Each body stands twice in a draft of paragraphs.  In the second copy 0, 2 or 5 words in a hundred are changed (half of
them to another word, a quarter each dropped or doubled).  `found`: of the words of second copies, those taken out;
`precision`: of the words taken out, those of second copies; `fires`: bodies as they are from which something is taken out.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

from schemas.draft import Draft, Piece
from tasks._text import count_words
from tasks.repeats import mark_repeats

BARS = {0: 0.999, 2: 0.998, 5: 0.998}
PRECISION_BAR, FIRES_BAR = 0.999, 0.005
TRUTH = Path(__file__).resolve().parents[3] / "shared" / "eval" / "truth.jsonl"
NEWS = ("scraping", "fundus_eval", "fundus_test")
LEAST_WORDS = 50


def draft(paragraphs: Sequence[str]) -> Draft:
    """These paragraphs as a body."""
    return Draft(pieces=tuple(Piece(n, 0, text, "body", "prose") for n, text in enumerate(paragraphs, 1)))


def noisy(paragraph: str, percent: int, rng: random.Random) -> str:
    """The paragraph with so many words in a hundred changed."""
    words = []
    for word in paragraph.split():
        if rng.random() * 100 >= percent:
            words.append(word)
            continue
        words += rng.choice([[word[::-1] + "x"], [word + "q"], [], [word, word]])
    return " ".join(words)


def removed(paragraphs: Sequence[str]) -> dict[int, int]:
    """How many words are taken out, by the number of the paragraph."""
    found: dict[int, int] = {}
    for piece in mark_repeats(draft(paragraphs)).pieces:
        if piece.kind == "repeated":
            found[piece.line - 1] = found.get(piece.line - 1, 0) + count_words(piece.text)
    return found


def measure(bodies: Sequence[list[str]], percent: int) -> tuple[float, float]:
    """Found and precision."""
    rng = random.Random(percent)
    wanted = right = taken = 0
    for body in bodies:
        second = [text for text in (noisy(paragraph, percent, rng) for paragraph in body) if text]
        out = removed([*body, *second])
        wanted += sum(map(count_words, second))
        right += sum(words for number, words in out.items() if number >= len(body))
        taken += sum(out.values())
    return right / wanted, right / taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=0, help="only so many, spread over all")
    asked = parser.parse_args().bodies
    if not TRUTH.exists():
        print(f"bench skipped: there is no {TRUTH}")
        return
    pages = [json.loads(line) for line in TRUTH.open(encoding="utf-8")]
    pages = [page for page in pages if count_words(page["body"]) >= LEAST_WORDS]
    for name, sets in (("news", NEWS), ("blogs and guides", ("wcxb",))):
        bodies = [[p for p in page["body"].split("\n") if p.strip()] for page in pages if page["set"] in sets]
        bodies = bodies[:: max(1, len(bodies) // asked)][:asked] if asked else bodies
        fires = [number for number, body in enumerate(bodies) if removed(body)]
        print(
            f"{name}: {len(bodies)} bodies; fires on {len(fires)} ({len(fires) / len(bodies):.2%}, bar {FIRES_BAR:.1%})"
        )
        for percent, bar in BARS.items():
            found, precision = measure(bodies, percent)
            print(
                f"  {percent}% changed: found {found:.4f} (bar {bar}), precision {precision:.4f} (bar {PRECISION_BAR})"
            )


if __name__ == "__main__":
    main()
