"""Which addresses may be connected to: the public internet's, and no others.

Every connection goes through `SafeBackend`: the name is looked up once, what it resolves to is checked, and that very
address is connected to.  So neither a redirect, nor a name that resolves to something else the second time, nor a
proxy's setting in the environment leads anywhere else.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import httpcore

Resolve = Callable[[str, int], Awaitable[list[str]]]

#: What `ipaddress` takes for public, and is a way to elsewhere: IPv4 inside IPv6 (mapped, compatible, translated,
#: 6to4, Teredo), protocol assignments, a cloud's metadata service on a public address.
_ELSEWHERE = tuple(
    map(
        ipaddress.ip_network,
        ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23",
         "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10", "100::/64", "192.0.0.0/24", "192.88.99.0/24",
         "168.63.129.16/32"),
    )
)  # fmt: skip
#: What `allow_private` opens: this machine and private networks.  Never link-local (metadata of clouds), multicast,
#: broadcast, reserved.
_PRIVATE = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fd00::/8"))
)
#: A metadata service in a private network.
_NEVER = tuple(map(ipaddress.ip_network, ("fd00:ec2::254/128",)))
_MOST_ADDRESSES = 3
#: 2130706433, 0x7f.1, 0177.0.0.1: numbers that a resolver takes for an IPv4 address.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+))*\.?", re.I)


class UnsafeAddress(httpcore.ConnectError):
    """An address that may not be connected to; httpx hands it on as a ConnectError."""


def why_unsafe(address: str, allow_private: bool = False) -> str | None:
    """Why an IP address may not be connected to; None when it may."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return f"{address} is not an IP address"
    if allow_private and any(ip in net for net in _PRIVATE) and not any(ip in net for net in _NEVER):
        return None
    if getattr(ip, "scope_id", None):
        return f"{address} is an address of one network link"
    named = (
        ("is_unspecified", "no address at all"), ("is_loopback", "this machine itself"),
        ("is_link_local", "a link-local address, where clouds keep their metadata"),
        ("is_multicast", "a multicast address"), ("is_private", "a private or reserved address"),
        ("is_reserved", "a reserved address"),
    )  # fmt: skip
    for network in _ELSEWHERE:
        if ip in network:
            return f"{address} is a way to another address ({network})"
    for attribute, words in named:
        if getattr(ip, attribute):
            return f"{address} is {words}"
    return None if ip.is_global else f"{address} is not an address of the public internet"


def why_unsafe_url(url: str) -> str | None:
    """Why a URL may not be asked for whatever its name resolves to; None when it may."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "it is not an address that can be read"
    if parts.scheme.lower() not in ("http", "https"):
        return "only http:// and https:// are fetched"
    if "@" in parts.netloc:
        return "it has a user name or password in it"
    if not host or port == 0 or re.search(r"[\s\x00-\x20\x7f%\\]", host) or "\\" in parts.netloc:
        return "it names no host that can be asked"
    if _NUMERIC.fullmatch(host) and not _is_ip(host):
        return f"{host} is a number that stands for an address"
    return None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system gives them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class SafeBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only; `inner` makes the connections."""

    def __init__(
        self, allow_private: bool, resolve: Resolve = resolve, inner: httpcore.AsyncNetworkBackend | None = None
    ):
        self._allow_private = allow_private
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """A connection to one of the addresses that `host` has now, each of which must be safe."""
        name = host.strip("[]")
        try:
            async with asyncio.timeout(timeout):
                addresses = [name] if _is_ip(name) else await self._resolve(name, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{name} could not be looked up in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(
                f"{name} has no address ({getattr(error, 'strerror', None) or error})"
            ) from None
        if not addresses:
            raise httpcore.ConnectError(f"{name} has no address")
        for address in addresses:
            if problem := why_unsafe(address, self._allow_private):
                raise UnsafeAddress(problem if address == name else f"{name} resolves to {address}: {problem}")
        failure: Exception | None = None
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)  # type: ignore[arg-type]
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{name} could not be reached")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise UnsafeAddress("sockets of this machine are not connected to")

    async def sleep(self, seconds: float) -> None:
        """For httpcore's own retries, of which there are none."""
        await asyncio.sleep(seconds)
