"""How Elasticsearch 8.19's own starter starts the server, without that starter: it is four more Java machines a start.

The server reads its settings from its standard input, as `ServerArgs` of its sources writes them, and ends itself when
that input ends (`Elasticsearch.startCliMonitorThread`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

HEAP = "-Xms512m -Xmx512m"
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A server that lives for minutes never earns back what the better compiler and collector cost."""
_JVM = (
    "-Xss1m", "-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Djna.nosys=true", "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true", "-Dio.netty.recycler.maxCapacityPerThread=0", "-Des.distribution.type=zip",
    "-Dlog4j.shutdownHookEnabled=false", "-Dlog4j2.disable.jmx=true", "-Dlog4j2.formatMsgNoLookups=true",
    "-Djava.locale.providers=SPI,COMPAT", "-Dorg.apache.lucene.vectorization.upperJavaFeatureVersion=17",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1", "-XX:+ExitOnOutOfMemoryError",
    "-Des.entitlements.enabled=true", "-XX:+EnableDynamicAgentLoading", "-Djdk.attach.allowAttachSelf=true",
    "--add-exports=java.base/org.elasticsearch.entitlement.bridge="
    "org.elasticsearch.entitlement,java.logging,java.net.http,java.naming,jdk.net",
)  # fmt: skip
_MAIN = (
    "--add-modules=jdk.net", "--add-modules=jdk.management.agent", "--add-modules=ALL-MODULE-PATH",
    "-m", "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch",
)  # fmt: skip
_SEED = b"diembao-tests-seed-0"


def command(home: Path, version: str, *, heap: str, quick: bool) -> list[str]:
    """The command line of the server itself; with `quick` as it starts soonest, else as it is shipped."""
    kind = _QUICK if quick else ("-XX:+UseG1GC",)
    bridge = home / "lib" / "entitlement-bridge" / f"elasticsearch-entitlement-bridge-{version}.jar"
    own = (f"-Des.path.home={home}", f"-Djava.io.tmpdir={home / 'tmp'}", f"--patch-module=java.base={bridge}")
    return ["java", *_JVM, *heap.split(), *kind, *own, "--module-path", str(home / "lib"), *_MAIN]


def opening(settings: Mapping[str, object], home: Path) -> bytes:
    """What the server reads first: no daemon, not quiet, no file for its number; an empty keystore; its settings."""
    given = {key: _value(value) for key, value in sorted(settings.items()) if value is not None}
    entries = b"".join(_string(key) + b"\0" + _string(value) for key, value in given.items())
    folders = _string(str(home / "config")) + _string(str(home / "logs"))
    return b"\0\0\0" + _keystore() + _number(len(given)) + entries + folders


def _keystore() -> bytes:
    """`KeyStoreWrapper`, form 7, without a password: the seed that every keystore has, and its digest."""
    entry = _string("keystore.seed") + _number(len(_SEED)) + _SEED
    digest = hashlib.sha256(_SEED).digest()
    kind = _string("org.elasticsearch.common.settings.KeyStoreWrapper")
    return kind + (7).to_bytes(4, "big") + b"\0\0\1" + entry + _number(len(digest)) + digest + b"\0"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _string(text: str) -> bytes:
    return _number(len(text)) + text.encode("ascii")


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))
