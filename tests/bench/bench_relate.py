"""How long `relate` takes for new articles in a large warehouse, and what its index weighs.

    python -m tests.bench.bench_relate [--articles 100000] [--fresh 1000] [--folder FOLDER]

The warehouse holds articles of 100 to 900 words: stretches of two to five words out of the samples in seeds/articles
between words drawn by Zipf's law.  Beyond 100,000 each is there several times, as an article of its own: its words have
another hash, its marks are turned into others by XOR, and its terms are those of other articles, as if it were written
in other words.  All are of one day, so that each may be on one event with each.  One new article in five
is an edited copy of one of them, one in ten quotes one.  Bars: 3 s and 10 s for 1,000 new articles among 100,000 and
1,000,000; index below 1 GB at 1,000,000; less than 2 GB of memory.  With --folder the warehouse is kept, and used again.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

BARS = {100_000: 3.0, 1_000_000: 10.0}
SAMPLES = Path(__file__).resolve().parents[2] / "seeds" / "articles"
_PART = 5_000
_WRITTEN = 100_000


class Writer:
    """Makes bodies.  Half of the words come as they do in real prose, so that phrases come again in other articles."""

    def __init__(self, seed: int):
        from tasks._text import words

        self.random = np.random.default_rng(seed)
        prose = [w for path in sorted(SAMPLES.rglob("*.txt")) for w in words(path.read_text("utf-8", "replace"))]
        self.names = np.array(sorted({*prose, *(f"w{n}" for n in range(50_000))}), dtype=object)
        number = {name: n for n, name in enumerate(self.names)}
        self.prose = np.array([number[w] for w in prose])
        order = np.random.default_rng(1).permutation(len(self.names))
        common, counts = np.unique(self.prose, return_counts=True)
        ranked = common[np.argsort(-counts)]
        self.ranked = np.concatenate([ranked, order[~np.isin(order, ranked)]])
        share = 1 / (np.arange(len(self.ranked)) + 2.7)
        self.odds = np.cumsum(share / share.sum())

    def bodies(self, count: int) -> Iterator[str]:
        """Stretches of two to five words of prose between words drawn by Zipf's law; sentences of 20, paragraphs of 60."""
        for length in self.random.integers(100, 900, count):
            drawn = self.ranked[np.searchsorted(self.odds, self.random.random(length))]
            starts = self.random.integers(0, len(self.prose) - 5, length // 7)
            places = np.sort(self.random.integers(0, length - 5, length // 7))
            for start, place, run in zip(starts, places, self.random.integers(2, 6, length // 7), strict=True):
                drawn[place : place + run] = self.prose[start : start + run]
            yield self.text(self.names[drawn])

    def text(self, words: np.ndarray) -> str:
        """Words as paragraphs of sentences."""
        sentences = [" ".join(words[n : n + 20]) + "." for n in range(0, len(words), 20)]
        return "\n\n".join(" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3))

    def edited(self, body: str) -> str:
        """A copy with one word in twenty changed and its end cut off."""
        words = np.array(body.split()[: int(len(body.split()) * 0.9)], dtype=object)
        words[self.random.random(len(words)) < 0.05] = "edited"
        return self.text(words)


def fill(store, bodies: Iterator[str], first: int) -> int:
    """Put articles with made-up ids into the warehouse, and into the queue of `relate`."""
    import pyarrow as pa

    from tasks._text import words_hash

    bodies = list(bodies)
    numbers = range(first, first + len(bodies))
    rows = pa.table(
        {
            "article_id": [f"{(n * 2654435761) % (1 << 32):08x}{n:024x}" for n in numbers],
            "body": bodies,
            "body_hash": [words_hash(body) for body in bodies],
            "source": [f"Outlet {n % 200}" for n in numbers],
            "word_count": pa.array([body.count(" ") + 1 for body in bodies], pa.int32()),
        }
    )
    with store.writer.transaction() as connection:
        connection.register("made", rows)
        connection.execute(
            """
            INSERT INTO article_versions BY NAME
            SELECT made.*, article_id AS document_id, article_id AS origin, 'accepted' AS outcome, [] AS reasons,
                'Headline' AS title, [] AS authors, [] AS author_kinds, [] AS tags, [] AS captions, [] AS removed,
                [] AS flags, 0.9 AS confidence, 1 AS version, now() AS first_seen_at, now() AS loaded_at, 'r' AS run_id,
                'r' AS rules_version, now() AS valid_from, [] AS change, TIMESTAMPTZ '2026-01-01 00:00:00Z' AS published_at,
                'en' AS "language"
            FROM made
            """
        )
        connection.execute("INSERT INTO relate_queue SELECT body_hash FROM made")
        connection.unregister("made")
    return len(bodies)


# Each term goes to another node than the other terms of its own, so that all are as common as they were.
_MORE_STORIES = """
    INSERT INTO story_nodes BY NAME
    SELECT * REPLACE (
        (node_no + {copy} * {written})::INTEGER AS node_no, md5(article_id || '{copy}') AS article_id,
        component + {copy} * {written} AS component, leaf + {copy} * {written} AS leaf,
        story_id || '-{copy}' AS story_id
    )
    FROM story_nodes WHERE node_no < {written};
    INSERT INTO story_terms BY NAME
    SELECT ((node_no + {copy} * 7919 * place) % {written} + {copy} * {written})::INTEGER AS node_no, term, weight
    FROM (SELECT *, row_number() OVER (PARTITION BY node_no ORDER BY weight DESC, term) AS place FROM story_terms WHERE node_no < {written})
    ORDER BY node_no;
    INSERT INTO story_edges BY NAME
    SELECT * REPLACE ((node_no + {copy} * {written})::INTEGER AS node_no, (other_no + {copy} * {written})::INTEGER AS other_no)
    FROM story_edges WHERE node_no < {written} AND other_no < {written};
    INSERT INTO stories BY NAME
    SELECT * REPLACE (story_id || '-{copy}' AS story_id)
    FROM stories WHERE story_id IN (SELECT story_id FROM story_nodes WHERE node_no < {written})
"""


def multiply(store, times: int) -> None:
    """Each article so many times."""
    from tasks._shingles import BAND_BITS, MARK_BITS

    for copy in range(1, times):
        turned = int(np.random.default_rng(copy).integers(1, 1 << MARK_BITS))
        with store.writer.transaction() as connection:
            connection.execute(
                """
                INSERT INTO article_versions BY NAME
                SELECT * REPLACE (
                    md5(article_id || $copy) AS article_id, sha256(body_hash || $copy) AS body_hash,
                    story_id || '-' || $copy AS story_id
                )
                FROM article_versions WHERE rowid < $written
                """,
                {"copy": str(copy), "written": _WRITTEN},
            )
            connection.execute(
                """
                INSERT INTO relate_articles BY NAME
                SELECT * REPLACE (
                    (article_no + $copy::INTEGER * $written)::INTEGER AS article_no,
                    md5(article_id || $copy) AS article_id,
                    md5_number_lower(words_hash || $copy) AS words_hash
                )
                FROM relate_articles WHERE article_no < $written
                """,
                {"copy": str(copy), "written": _WRITTEN},
            )
            for statement in _MORE_STORIES.split(";"):
                connection.execute(statement.format(copy=copy, written=_WRITTEN))
            connection.execute(
                """
                INSERT INTO relate_marks BY NAME
                SELECT
                    (article_no + $copy * $written)::INTEGER AS article_no,
                    xor(mark, CASE WHEN mark < $passages THEN $turned ELSE $turned % $bands END) AS mark
                FROM relate_marks WHERE article_no < $written
                """,
                {
                    "copy": copy,
                    "written": _WRITTEN,
                    "turned": turned,
                    "passages": 1 << MARK_BITS,
                    "bands": 1 << BAND_BITS,
                },
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--fresh", type=int, default=1_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    os.environ["COPYDESK_TRACK"] = "0"
    from schemas.settings import Settings
    from tasks.relate import relate
    from warehouse.store import open_store

    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        with open_store(Settings.of(str(folder / f"{asked.articles}.duckdb"))) as store:
            (there,) = store.writer.connection.execute("SELECT count(*) FROM article_versions").fetchone() or (0,)
            begun = time.perf_counter()
            writer = Writer(there + 1)
            written = min(asked.articles, _WRITTEN)
            while there < written:
                there += fill(store, writer.bodies(min(_PART, written - there)), there)
                relate(store)
                if not there % 50_000:
                    print(f"{there:,} articles after {time.perf_counter() - begun:.0f} s", flush=True)
            if there < asked.articles:
                multiply(store, asked.articles // _WRITTEN)
                (there,) = store.writer.connection.execute("SELECT count(*) FROM article_versions").fetchone() or (0,)
            store.writer.connection.execute("CHECKPOINT")
            print(f"{there:,} articles after {time.perf_counter() - begun:.0f} s", flush=True)
            told = measure(store, writer, there, asked.fresh)
    bar = BARS.get(asked.articles)
    print(
        f"relate of {asked.fresh:,} new among {asked.articles:,}: {told:.2f} s" + (f" (bar {bar:.0f} s)" if bar else "")
    )
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB (bar 2)")


def measure(store, writer: Writer, there: int, count: int) -> float:
    """Seconds for new articles; prints what the index weighs and what was found."""
    from tasks.relate import relate

    connection = store.writer.connection
    old = [
        b
        for (b,) in connection.execute(
            f"SELECT body FROM article_versions USING SAMPLE {count * 3 // 10} ROWS"
        ).fetchall()
    ]
    new = [writer.edited(body) for body in old[: count // 5]]
    for body in old[count // 5 :]:
        quoted = " ".join(body.split()[20:60])
        new.append(next(writer.bodies(1)) + f"\n\n“{quoted}”\n\n" + next(writer.bodies(1)))
    fill(store, iter([*new, *writer.bodies(count - len(new))]), there)
    links = connection.execute("SELECT count(*) FROM article_links").fetchone()
    begun = time.perf_counter()
    relate(store)
    seconds = time.perf_counter() - begun
    found = connection.execute("SELECT kind, count(*) FROM article_links GROUP BY ALL ORDER BY ALL").fetchall()
    print(
        f"links: {links[0]:,} before, now {dict(found)}; {len(old[: count // 5])} copies, {len(old[count // 5 :])} quoting were put in"
    )
    sizes = connection.execute(
        """
        SELECT sum(blocks) FROM (
            SELECT count(DISTINCT block_id) AS blocks FROM pragma_storage_info('relate_marks') WHERE block_id >= 0
            UNION ALL SELECT count(DISTINCT block_id) FROM pragma_storage_info('relate_articles') WHERE block_id >= 0
            UNION ALL SELECT count(DISTINCT block_id) FROM pragma_storage_info('relate_furniture') WHERE block_id >= 0
            UNION ALL SELECT count(DISTINCT block_id) FROM pragma_storage_info('story_nodes') WHERE block_id >= 0
            UNION ALL SELECT count(DISTINCT block_id) FROM pragma_storage_info('story_terms') WHERE block_id >= 0
            UNION ALL SELECT count(DISTINCT block_id) FROM pragma_storage_info('story_edges') WHERE block_id >= 0
        )
        """
    ).fetchone()
    (marks,) = connection.execute("SELECT count(*) FROM relate_marks").fetchone()
    print(f"index: {sizes[0] * 262144 / 1e9:.3f} GB for {marks:,} marks")
    return seconds


if __name__ == "__main__":
    main()
