"""Raw documents are kept, whole, once, and come back in the order in which they were received."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import Document, Given
from schemas.errors import WarehouseError
from schemas.outcome import Refusal
from warehouse.landing import clean_up, list_packs, read_documents, read_pairs, write_pack
from warehouse.rows import Pack

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def document(origin: str = "a.txt", content: bytes = b"Copy", **fields: object) -> Document:
    return Document(hashlib.sha256(content).hexdigest(), origin, content, "text/plain", **fields)  # type: ignore[arg-type]


anything = st.builds(
    document,
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(max_size=200),
    charset=st.none() | st.just("latin-1"),
    given=st.builds(
        Given, id=st.none() | st.text(max_size=5), authors=st.lists(st.text(max_size=5), max_size=2).map(tuple)
    ),
    refusal=st.none() | st.just(Refusal(("unreadable",), "read", "it is no text")),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(anything, min_size=1, max_size=5, unique_by=lambda d: (d.document_id, d.origin)))
def test_what_was_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, documents: list[Document]):
    folder = tmp_path_factory.mktemp("landing")
    pack = write_pack(folder, documents, NOON)
    assert list_packs(folder) == [pack]
    assert list_packs(folder, set()) == []
    assert read_pairs(folder, pack) == [(d.document_id, d.origin) for d in documents]
    read = read_documents(folder, pack)
    for one, other in zip(documents, read, strict=True):
        assert one.given.as_dict() == other.given.as_dict()
        assert [getattr(one, n) for n in ("document_id", "origin", "content", "media_type", "charset", "refusal")] == [
            getattr(other, n) for n in ("document_id", "origin", "content", "media_type", "charset", "refusal")
        ]
        assert read_documents(folder, pack, {(one.document_id, one.origin)}) == [other]
        assert other.received_at == NOON


def test_a_batch_landed_again_is_the_same_pack_with_its_first_time(tmp_path: Path):
    first = write_pack(tmp_path, [document()], NOON)
    content = (tmp_path / first.name).read_bytes()
    assert write_pack(tmp_path, [document()], NOON + timedelta(days=1)) == first
    assert (tmp_path / first.name).read_bytes() == content
    assert write_pack(tmp_path, [document("b.txt")], NOON) != first


def test_packs_come_in_order_of_receipt(tmp_path: Path):
    times = [NOON + timedelta(microseconds=n) for n in (3, 1, 2)]
    for n, time in enumerate(times):
        write_pack(tmp_path, [document(f"{n}.txt")], time)
    found = [read_pairs(tmp_path, pack)[0][1] for pack in list_packs(tmp_path)]
    assert found == ["1.txt", "2.txt", "0.txt"]


def test_what_a_killed_run_left_is_ignored_and_cleaned_up(tmp_path: Path):
    write_pack(tmp_path, [document()], NOON)
    half = tmp_path / ".0011223344556677.parquet.99.unfinished"
    half.write_bytes(b"PAR1 half")
    assert len(list_packs(tmp_path)) == 1
    clean_up(tmp_path)
    assert not half.exists()
    assert len(list_packs(tmp_path)) == 1


def test_a_file_that_is_no_pack_is_named(tmp_path: Path):
    (tmp_path / "notes.parquet").write_text("no pack")
    with pytest.raises(WarehouseError, match=r"notes\.parquet"):
        list_packs(tmp_path)


def test_a_document_that_is_not_in_the_pack_is_not_found(tmp_path: Path):
    pack = write_pack(tmp_path, [document()], NOON)
    assert read_documents(tmp_path, pack, {("0" * 64, "a.txt")}) == []
    with pytest.raises(WarehouseError, match="cannot read the pack"):
        read_documents(tmp_path, Pack("gone.parquet", NOON))


def test_pages_are_compressed(tmp_path: Path):
    page = b"<p>The harbour board voted on Tuesday.</p>" * 2000
    pack = write_pack(tmp_path, [document(f"{n}.html", page) for n in range(10)], NOON)
    assert (tmp_path / pack.name).stat().st_size < 10 * len(page) / 4
