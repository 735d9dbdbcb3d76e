"""Serves a feed and heavy article pages on loopback as fast as one process can: `python -m bench._pages_server N KB`.

Prints its port. Runs in a process of its own, so that it takes no time from what is measured.
"""

from __future__ import annotations

import asyncio
import sys

_UNIT = (
    b'<div class="box"><ul class="menu"><li><a href="/chuyen-muc">Muc</a></li></ul>'
    b'<script>var d={"k":[' + b"1729," * 90 + b"0]}</script></div>"
)
"""Menus and script data as real pages carry them: a 270 KB page has about 4,000 tags (real ones: 1,200 to 4,700)."""


def _answer(status: bytes, kind: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (status, kind, len(body), body)


NAMED_EVERY = 50
"""One page in so many names the desk's place (real press: one in sixty, for a whole province)."""


def _article(n: int) -> str:
    place = "xã Vạn Tường, tỉnh Quảng Ngãi" if n % NAMED_EVERY == 0 else f"khu vực số {n % 97} của một tỉnh khác"
    text = "".join(
        f"<p>Đoạn {k}: người dân {place} cho biết đợt mưa thứ {n + k} làm ngập {k + 2} ngôi nhà và một đoạn đường.</p>"
        for k in range(12)
    )
    return (
        f'<html lang="vi"><head><meta charset="utf-8"><title>Tin {n}: mưa lớn</title></head><body><article>'
        f'<h1>Tin {n}: mưa lớn ở {place}</h1><time datetime="2026-03-05T06:00:00+07:00">5/3/2026</time>{text}</article>'
    )


def answers(count: int, kilobytes: int, base: str) -> dict[bytes, bytes]:
    """Every path's whole answer."""
    filler = _UNIT * (kilobytes * 1024 // len(_UNIT))
    pages = {f"/tin-{n}.htm".encode(): _article(n).encode() + filler for n in range(count)}
    items = "".join(f"<item><link>{base}{path.decode()}</link></item>" for path in pages)
    found = {path: _answer(b"200 OK", b"text/html; charset=utf-8", body) for path, body in pages.items()}
    feed = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
    return found | {b"/rss": _answer(b"200 OK", b"application/rss+xml", feed)}


async def serve(count: int, kilobytes: int) -> None:
    """Until the process is ended."""
    known: dict[bytes, bytes] = {}
    missing = _answer(b"404 Not Found", b"text/plain", b"")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(known.get(head.split(b" ", 2)[1], missing))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    known.update(answers(count, kilobytes, f"http://127.0.0.1:{port}"))
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
