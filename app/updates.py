"""Updates of publishers and gazetteer as data alone: signed, under the same checks as what is shipped, with a way back.

An update is a .zip of manifest.json ({"format", "version", "files": {name: SHA-256}}), signature (Ed25519 over the
manifest's bytes), publishers/<id>.toml and units.json.zst. Nothing else is accepted; no code can come this way. The
key that is trusted is [updates] trusted_key.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app import wiring
from core import files
from core.archives import DAMAGED
from core.clock import SystemClock
from core.errors import ConfigError
from core.settings import Settings
from crawlers.publishers import updated
from crawlers.publishers.loader import load_all, load_dir, parse, unique
from nlp.gazetteer.units import SHIPPED, Gazetteer

FORMAT: Final = 1
UNITS: Final = "units.json.zst"
_NAME: Final = re.compile(r"publishers/[a-z0-9][a-z0-9_]{1,39}\.toml|units\.json\.zst")
_MOST_BYTES: Final = 50_000_000
SHIPPED_ON: Final = "2026.11.21"
"""The day of the shipped publishers and gazetteer, as a version: whatever was signed before is older than they are."""
_LEAST_LEFT: Final = 0.8
"""An update that drops more than a fifth of the publishers or units is a mistake, whoever signed it."""


def new_keys(file: Path) -> str:
    """Write a new private key for signing; returns the public one, as [updates] trusted_key has it."""
    key = Ed25519PrivateKey.generate()
    try:
        files.write(file, base64.b64encode(key.private_bytes_raw()) + b"\n", fresh=True)
    except FileExistsError:
        raise ConfigError(f"{file}: File exists; name a file that doesn't exist yet") from None
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}; no key was written, check space and rights there") from None
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def sign(folder: Path, version: str, key: Path, out: Path) -> int:
    """Pack a folder (publishers/*.toml, units.json.zst) as an update; how many files it has. Raises ConfigError."""
    names = sorted(
        name
        for file in folder.rglob("*")
        if file.is_file() and _NAME.fullmatch(name := file.relative_to(folder).as_posix())
    )
    if not names or not updated.VERSION.match(version):
        raise ConfigError(f"{folder}: publishers/*.toml or {UNITS} are expected, and a version such as 2026.12.01")
    private = Ed25519PrivateKey.from_private_bytes(_raw(_said(key), str(key)))
    try:
        content = {name: (folder / name).read_bytes() for name in names}
        files.write(out, _packed(version, content, private))
    except OSError as error:
        raise ConfigError(f"{error.filename or out}: {error.strerror}; nothing was signed") from None
    return len(names)


def _said(key: Path) -> str:
    try:
        return key.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigError(f"{key}: {error.strerror}; --key names the private key of diembao data keys") from None
    except UnicodeDecodeError:
        return ""


def _packed(version: str, content: Mapping[str, bytes], private: Ed25519PrivateKey) -> bytes:
    manifest = {
        "format": FORMAT, "version": version,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
    }  # fmt: skip
    said = json.dumps(manifest, sort_keys=True).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", said)
        packed.writestr("signature", base64.b64encode(private.sign(said)))
        for name, data in content.items():
            packed.writestr(name, data)
    return out.getvalue()


def apply(settings: Settings, file: Path) -> str:
    """Check an update and let it hold. Returns what was done; roles take it up at their next start.

    Raises ConfigError: not signed by the trusted key, changed, not newer, or its content fails a check that shipped
    data has to pass too. Nothing is changed then.
    """
    version, content = _read(file, settings.updates.trusted_key)
    present = current(settings)
    if present and _order(version) <= _order(present):
        raise ConfigError(
            f"{file}: version {version} is not newer than {present}, which holds; diembao data back undoes one"
        )
    if _order(version) <= _order(SHIPPED_ON):
        raise ConfigError(
            f"{file}: version {version} is not newer than the data that came with the program ({SHIPPED_ON})"
        )
    _check(settings, content)
    target = settings.data_dir / "updates" / version
    shutil.rmtree(target, ignore_errors=True)
    for name, data in content.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    if present:
        _keep_the_rest(settings.data_dir / "updates" / present, target)
        (target / "before").write_text(present, encoding="ascii")
    _point(settings, version)
    _note(settings, "data.apply", version)
    return f"{version} holds: {len(content)} files; restart the roles to take it up"


def _keep_the_rest(present: Path, target: Path) -> None:
    """An update of publishers alone leaves the gazetteer as it is, and the other way round."""
    if not (target / "publishers").exists() and (present / "publishers").exists():
        shutil.copytree(present / "publishers", target / "publishers")
    if not (target / UNITS).exists() and (present / UNITS).exists():
        shutil.copy(present / UNITS, target / UNITS)


def back(settings: Settings) -> str:
    """Let what held before hold again: the update before, or the shipped data.

    Raises ConfigError where there is none, or a desk watches a unit that it lacks.
    """
    present = current(settings)
    if not present:
        raise ConfigError("the shipped data holds; there is nothing to go back from")
    before = settings.data_dir / "updates" / present / "before"
    earlier = before.read_text(encoding="ascii").strip() if before.exists() else ""
    units = settings.data_dir / "updates" / earlier / UNITS if earlier else SHIPPED
    _check_watched(settings, Gazetteer.load(units if units.exists() else SHIPPED), earlier or "the shipped data")
    _point(settings, earlier)
    _note(settings, "data.back", earlier or "shipped")
    return f"{earlier or 'the shipped data'} holds again; restart the roles to take it up"


def current(settings: Settings) -> str:
    """Version of the update that holds; "" where the shipped data does."""
    found = updated.folder(settings.data_dir)
    return found.name if found else ""


def _read(file: Path, trusted: str) -> tuple[str, dict[str, bytes]]:
    if not trusted:
        raise ConfigError("[updates] trusted_key is not set: whose updates are taken must be said first")
    try:
        with zipfile.ZipFile(file) as packed:
            infos = packed.infolist()
            if sum(info.file_size for info in infos) > _MOST_BYTES:
                raise ConfigError(f"{file}: larger than any update of data")
            content = {info.filename: packed.read(info) for info in infos}
    except DAMAGED as error:
        raise ConfigError(f"{file}: no update can be read there ({error})") from None
    said, signature = content.pop("manifest.json", b""), content.pop("signature", b"")
    try:
        Ed25519PublicKey.from_public_bytes(_raw(trusted, "[updates] trusted_key")).verify(
            base64.b64decode(signature), said
        )
        manifest = json.loads(said)
        sums, version = dict(manifest["files"]), str(manifest["version"])
        good = manifest["format"] == FORMAT and updated.VERSION.match(version)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        raise ConfigError(
            f"{file}: not signed by the key of [updates] trusted_key, or changed since; not taken"
        ) from None
    same = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()} == sums
    if not good or not same or len(infos) != len(content) + 2 or not all(map(_NAME.fullmatch, content)):
        raise ConfigError(f"{file}: its content is not what its manifest says; not taken")
    return version, content


def _check(settings: Settings, content: Mapping[str, bytes]) -> None:
    """What shipped data has to pass too, and that nothing an installation uses goes away."""
    declared = [parse(Path(name).name, _text(name, data)) for name, data in content.items() if name != UNITS]
    if declared:
        unique((*declared, *load_dir(settings.data_dir / "publishers")))
        before = len(load_all(settings.data_dir / "publishers")) - len(load_dir(settings.data_dir / "publishers"))
        if len(declared) < before * _LEAST_LEFT:
            raise ConfigError(f"the update has {len(declared)} publishers where {before} are known; not taken")
    if UNITS in content:
        _check_units(settings, content[UNITS])


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} of the update: not UTF-8 ({error.reason}); not taken") from None


def _check_units(settings: Settings, data: bytes) -> None:
    fresh = settings.data_dir / "updates" / f".{UNITS}"
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_bytes(data)
    try:
        made = Gazetteer.load(fresh)
    except ConfigError:
        raise ConfigError(f"{UNITS} of the update: not a gazetteer of this program's version; not taken") from None
    finally:
        fresh.unlink()
    _check_watched(settings, made, "the update")
    if len(made) < len(wiring.gazetteer()) * _LEAST_LEFT:
        raise ConfigError(f"the update has {len(made)} units where {len(wiring.gazetteer())} are known; not taken")


def _check_watched(settings: Settings, units: Gazetteer, whose: str) -> None:
    with wiring.record(settings) as kept:
        missing = {unit for desk in kept.desks.desks() for unit in desk.units if unit not in units}
    if missing:
        raise ConfigError(f"{whose} lacks units that desks watch ({', '.join(sorted(missing)[:4])}); not taken")


def _point(settings: Settings, version: str) -> None:
    pointer = settings.data_dir / "updates" / "current"
    pointer.with_name(".current").write_text(version, encoding="ascii")
    pointer.with_name(".current").replace(pointer)


def _note(settings: Settings, action: str, version: str) -> None:
    with wiring.record(settings) as kept:
        kept.audit.add(SystemClock().now(), "operator", action, version)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _raw(text: str, where: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ConfigError(f"{where}: no Ed25519 key (32 bytes, base64)")
    return raw
