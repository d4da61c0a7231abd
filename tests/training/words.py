"""seeds/words.npz, the background of the stories: how common the common words of each language are.

    python -m pip install wordfreq==3.1.1
    python -m tests.training.words

From the small lists of wordfreq (Robyn Speer, 2022; code Apache-2.0, data CC BY-SA 4.0; sources are named in its README):
of each language the words that make up three millionths of all text or more, at most 12,000, folded as copydesk folds
them.  No word is kept: a term is 24 bits of a CRC, its frequency a level of eight to the power of two.
Chinese and Japanese are pairs of neighbouring characters, within words and across their borders.
"""

from collections import Counter

import numpy as np

from tasks import _terms

LEAST_SHARE = 3e-6
MOST_WORDS = 12_000
NAMES = {"nb": "no", "fil": "tl"}


def shares(language: str) -> Counter[int]:
    """Of each term its share of all words."""
    from wordfreq import get_frequency_dict

    found: Counter[int] = Counter()
    begins, ends = Counter(), Counter()
    code = NAMES.get(language, language)
    for word, share in get_frequency_dict(language, "small").items():
        for part in _terms.split(word):
            found[_terms.key(part, _terms.has_plural(code))] += share
        begins[word[0]] += share
        ends[word[-1]] += share
    if code in ("zh", "ja"):
        for one, share in ends.most_common(300):
            for other, also in begins.most_common(300):
                for pair in _terms.split(one + other):
                    found[_terms.key(pair, False)] += share * also
    return found


def main() -> None:
    """Write the table."""
    from wordfreq import available_languages

    languages, counts, steps, levels = [], [], [], []
    for language in sorted(available_languages("small")):
        common = [(term, share) for term, share in shares(language).most_common(MOST_WORDS) if share >= LEAST_SHARE]
        common.sort()
        languages.append(NAMES.get(language, language))
        counts.append(len(common))
        steps.append(np.diff(np.array([0, *(term for term, _ in common)])))
        levels.append(np.rint(-np.log2([share for _, share in common]) * _terms.LEVELS))
    np.savez_compressed(
        _terms.TABLE,
        languages=np.array(languages),
        counts=np.array(counts, np.uint16),
        steps=np.concatenate(steps).astype(np.uint32),
        levels=np.concatenate(levels).astype(np.uint8),
    )
    print(f"{len(languages)} languages, {sum(counts):,} words, {_terms.TABLE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
