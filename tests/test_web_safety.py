"""What must never be connected to, and what is never unpacked: tasks/_web_addresses.py, _web_client.py, _web_unpack.py.

Nothing here leaves 127.0.0.1: connections are made by a recorder that knows one public address, and leads it to the
server of the test.
"""

import asyncio
import gzip
import ipaddress
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import brotli
import httpcore
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.collected import Answer
from tasks._web_addresses import why_unsafe, why_unsafe_url
from tasks._web_client import Limits, Web, retry_after
from tasks._web_unpack import Unpackable, gunzip_if_packed, unpack
from tasks._web_world import World
from tests.newsroom import Newsroom, Reply

PUBLIC = "93.184.215.14"


class Recorder(httpcore.AsyncNetworkBackend):
    """Notes every connection that is asked for; only the public address leads anywhere, to the test's own server."""

    def __init__(self, port: int = 0):
        self.asked: list[str] = []
        self._port = port

    async def connect_tcp(self, host: str, port: int, *more: Any, **other: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append(host)
        if host != PUBLIC or not self._port:
            raise httpcore.ConnectError("recorded")
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", self._port, *more, **other)


def get(
    url: str, names: dict[str, list[str]] | None = None, port: int = 0, times: int = 1, **how: Any
) -> tuple[list[Answer], Recorder]:
    """The answers, and what was connected to; each look-up of a name gives its next address, the last one for good."""
    recorder = Recorder(port)
    left = {name: list(addresses) for name, addresses in (names or {}).items()}

    async def resolve(host: str, _port: int) -> list[str]:
        known = left.get(host, [PUBLIC])
        return [known.pop(0) if len(known) > 1 else known[0]]

    async def run() -> list[Answer]:
        async with Web(limits=Limits(total_seconds=5), world=World(resolve=resolve, backend=recorder)) as web:
            return [await web.get(url, 1 << 20, **how) for _ in range(times)]

    return asyncio.run(run()), recorder


REFUSED = [
    # this machine
    "http://127.0.0.1/", "http://127.1.2.3:8080/", "http://localhost/", "http://LOCALHOST./", "http://[::1]/", "http://0.0.0.0/", "http://[::]/",
    # as a number
    "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://0x7f.0.0.1/",
    "http://017700000001/", "http://0X7F.1/", "http://127.0.0.1./", "http://0000000000177.1/", "http://127.0x1/", "http://1/", "http://0x/",
    "http://4294967296/", "http://256.256.256.256/", "http://127.0.00.1/", "http://08.8.8.8/",
    # inside IPv6
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[::ffff:8.8.8.8]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::]/",
    "http://[64:ff9b::10.0.0.1]/", "http://[64:ff9b:1::a9fe:a9fe]/", "http://[::ffff:0:127.0.0.1]/", "http://[::FFFF:0A00:0001]:8080/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/", "http://[2002:a9fe:a9fe::1]/", "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/", "http://[0::0]:80/", "http://[::7f00:1]/",
    # with a zone, without brackets, of another kind, doubled
    "http://[fe80::1%eth0]/", "http://[fe80::1%25]/", "http://[::1%25lo]/", "http://[::1%lo]/", "http://[2606:4700::1%25eth0]/", "http://::1/",
    "http://fe80::1/", "http://[v1.fe80::1]/", "http://[[::1]]/", "http://[::1]]/", "http://[127.0.0.1]/", "http://[::1].test/", "http://[]/",
    # private
    "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[fec0::1]/",
    # link-local and metadata
    "http://169.254.169.254/latest/meta-data/", "http://169.254.1.1/", "http://[fe80::1]/", "http://[fd00:ec2::254]/",
    "http://100.100.100.200/", "http://168.63.129.16/", "http://192.0.0.192/",
    # multicast, broadcast, reserved, documentation
    "http://224.0.0.1/", "http://239.255.255.250/", "http://[ff02::1]/", "http://255.255.255.255/", "http://240.0.0.1/",
    "http://192.0.2.1/", "http://198.51.100.7/", "http://203.0.113.9/", "http://198.18.0.1/", "http://[2001:db8::1]/",
    # names that lead there
    "http://inside.test/", "http://metadata.test/", "http://mapped.test/", "http://mixed.test/", "http://[fe80::1%25eth0]/",
    # schemes, credentials, nonsense
    "file:///etc/passwd", "ftp://news.test/", "gopher://news.test/", "javascript:alert(1)", "data:text/html,x", "unix:/run/x.sock",
    "http://user:secret@news.test/", "http://news.test@127.0.0.1/", "http://news.test:0/", "http:///x", "http://", "//news.test/", "",
    "http://127.0.0.1%2f@news.test/", "http://news.test\\@127.0.0.1/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "http://[::1", "http://news.test:99999/",
]  # fmt: skip
NAMES = {
    "localhost": ["127.0.0.1"], "localhost.": ["127.0.0.1"], "inside.test": ["10.0.0.5"], "metadata.test": ["169.254.169.254"],
    "mapped.test": ["::ffff:10.0.0.5"],
}  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_refused_before_any_connection(url: str):
    (answer,), recorder = get(url, NAMES | {"mixed.test": ["10.0.0.1"]})
    assert answer.outcome in ("refused", "failed") and answer.detail, answer
    assert answer.outcome == "refused" or "no address" in answer.detail or "IDNA" in answer.detail
    assert recorder.asked == []


def test_the_table_is_as_long_as_it_should_be():
    assert len(REFUSED) >= 25


@pytest.mark.parametrize("target", [url for url in REFUSED if url and not url.startswith("//")])
def test_no_redirect_leads_there(target: str):
    if not target.isascii() or "\\" in target:
        pytest.skip("cannot stand in a header")
    with Newsroom() as room:
        room.sites["news.test"] = lambda request: Reply(b"", 302, {"Location": target})
        (answer,), recorder = get("http://news.test/", NAMES | {"mixed.test": ["10.0.0.1"]}, room.port)
    # What is no address by itself is read beside the one that redirects: it leads back to the same site.
    if recorder.asked == [PUBLIC] and answer.hops == 1:
        assert answer.outcome in ("refused", "failed") and answer.detail
    else:
        assert set(recorder.asked) == {PUBLIC} and answer.outcome == "refused", (answer, recorder.asked)


def test_a_name_with_one_bad_address_is_refused_whole():
    recorder = Recorder()

    async def resolve(host: str, port: int) -> list[str]:
        return [PUBLIC, "10.0.0.1"]

    async def run() -> Answer:
        async with Web(world=World(resolve=resolve, backend=recorder)) as web:
            return await web.get("http://mixed.test/", 1000)

    assert asyncio.run(run()).outcome == "refused" and recorder.asked == []


def test_a_name_that_changes_its_mind_is_connected_to_where_it_was_checked():
    """Rebinding: public at the first look-up, this machine at the second.  One connection is one look-up."""
    with Newsroom() as room:
        closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"

        async def write(writer: asyncio.StreamWriter) -> None:
            writer.write(closing)
            await writer.drain()

        room.sites["rebind.test"] = lambda request: Reply(raw=write)
        answers, recorder = get("http://rebind.test/", {"rebind.test": [PUBLIC, "127.0.0.1"]}, room.port, times=3)
    assert [a.outcome for a in answers] == ["fetched", "refused", "refused"]
    assert recorder.asked == [PUBLIC]
    assert "127.0.0.1" in (answers[1].detail or "")


def test_allow_private_opens_this_machine_and_nothing_of_a_cloud():
    assert why_unsafe("127.0.0.1", True) is why_unsafe("10.1.2.3", True) is why_unsafe("::1", True) is None
    for address in (
        "169.254.169.254",
        "224.0.0.1",
        "0.0.0.0",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "168.63.129.16",
        "255.255.255.255",
    ):
        assert why_unsafe(address, True), address


@given(st.ip_addresses())
def test_only_global_addresses_are_safe(address: ipaddress.IPv4Address | ipaddress.IPv6Address):
    if why_unsafe(str(address)) is None:
        assert address.is_global and not address.is_multicast and not address.is_private


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str):
    for url in (text, "http://" + text):
        why = why_unsafe_url(url)
        assert why or url.lower().lstrip().startswith(("http://", "https://"))
        assert why is None or (why == why.strip() and "\n" not in why)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.9:3128")
    _, recorder = get("http://news.test/")
    assert recorder.asked == [PUBLIC]


def test_ten_redirects_and_no_more():
    with Newsroom() as room:
        room.sites["news.test"] = lambda r: (
            Reply(b"", 302, {"Location": f"/{int(r.path[1:]) + 1}"}) if int(r.path[1:]) < 10 else Reply(b"end")
        )
        (answer,), _ = get("http://news.test/0", port=room.port)
        assert (answer.content, answer.hops, answer.url) == (b"end", 11, "http://news.test/10")
        room.sites["news.test"] = lambda r: Reply(b"", 302, {"Location": f"/{int(r.path[1:]) + 1}"})
        (answer,), _ = get("http://news.test/0", port=room.port)
        assert answer.outcome == "refused" and len(room.asked("news.test")) == 22


def test_cookies_and_validators_do_not_follow():
    with Newsroom() as room:

        def site(request: Any) -> Reply:
            if request.path == "/":
                return Reply(b"", 302, {"Location": "http://other.test/x", "Set-Cookie": "a=b"})
            return Reply(b"ok")

        room.sites["news.test"] = room.sites["other.test"] = site
        get("http://news.test/", port=room.port, times=2, headers={"If-None-Match": '"x"', "If-Modified-Since": "y"})
        assert all("cookie" not in r.headers for r in room.requests)
        assert [("if-none-match" in r.headers) for r in room.requests[:2]] == [True, False]


# Unpacking -----------------------------------------------------------------------------------------------------------

LIMIT = 100_000
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress,
    "zstd": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}  # fmt: skip


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("size", [0, 1, 1000, LIMIT])
def test_what_fits_is_unpacked(coding: str, size: int):
    content = os.urandom(size)
    assert unpack(PACKERS[coding](content), coding, LIMIT) == content


@pytest.mark.parametrize("coding", PACKERS)
def test_a_byte_too_many_a_bomb_a_cut_and_rubbish(coding: str):
    pack = PACKERS[coding]
    for size in (LIMIT + 1, 1 << 27):
        with pytest.raises(Unpackable) as told:
            unpack(pack(bytes(size)), coding, LIMIT)
        assert told.value.is_large
    packed = pack(os.urandom(5000))
    for cut in (1, 8, 2000):
        with pytest.raises(Unpackable) as told:
            unpack(packed[:-cut], coding, LIMIT)
        assert told.value.is_cut
    with pytest.raises(Unpackable):
        unpack(b"this was never packed", coding, LIMIT)


def test_nested_codings():
    content = b"words " * 100
    assert unpack(gzip.compress(zlib.compress(content)), "deflate, gzip", LIMIT) == content
    bomb = gzip.compress(gzip.compress(bytes(1 << 27)))
    for codings in ("gzip, gzip", "gzip,gzip,gzip,gzip"):
        with pytest.raises(Unpackable):
            unpack(bomb, codings, LIMIT)
    with pytest.raises(Unpackable, match="not known"):
        unpack(b"x", "compress", LIMIT)
    with pytest.raises(Unpackable, match="dictionary"):
        unpack(bytes.fromhex("28b52ffd 21 07 05 290000") + b"hello", "zstd", LIMIT)
    with pytest.raises(Unpackable):
        gunzip_if_packed(gzip.compress(bytes(1 << 27)), LIMIT)
    assert gunzip_if_packed(b"plain", LIMIT) == b"plain"
    raw = zlib.compressobj(wbits=-15)
    assert unpack(raw.compress(content) + raw.flush(), "deflate", LIMIT) == content
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", LIMIT) == b"ab"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), ("0", 0), (" 7 ", 7), ("99999999", 7 * 86400), ("Fri, 20 Nov 2026 06:01:30 GMT", 90), ("Fri, 20 Nov 2020 06:01:30 GMT", 0),
        ("-5", None), ("soon", None), ("", None), (None, None), ("1e9", None), ("9" * 400, None), ("Fri, 99 Nov 2026", None), ("٣", 3),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, seconds: float | None):
    assert retry_after(value, datetime(2026, 11, 20, 6, 0, tzinfo=UTC)) == seconds


# TLS -----------------------------------------------------------------------------------------------------------------


def test_the_name_stays_the_name_where_the_address_is_fixed(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    """The connection goes to the checked address; SNI, certificate and Host are those of the name."""
    import ssl
    import threading

    certificate, key = self_signed("secure.test")
    (tmp_path / "cert.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    names: list[str | None] = []
    context.sni_callback = lambda socket, name, _: names.append(name)
    hosts: list[str] = []
    begun, ended, place = threading.Event(), threading.Event(), {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        hosts.append(head.lower().split("host: ")[1].split("\r\n")[0].split(":")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        place["port"] = server.sockets[0].getsockname()[1]
        begun.set()
        while not ended.is_set():
            await asyncio.sleep(0.01)
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    begun.wait()
    try:
        (good,), _ = get(f"https://secure.test:{place['port']}/", port=place["port"])
        (bad,), _ = get(f"https://other.test:{place['port']}/", port=place["port"])
    finally:
        ended.set()
        thread.join()
    assert (good.outcome, good.content, hosts) == ("fetched", b"ok", ["secure.test"])
    assert bad.outcome == "failed" and "certificate" in (bad.detail or "").lower()
    assert names == ["secure.test", "other.test"]


def self_signed(name: str) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2049, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private
