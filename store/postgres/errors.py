"""What the driver's errors mean, in words that say what to do. No secret of the address reaches a message."""

from __future__ import annotations

import struct
from typing import Final

from pg8000.exceptions import DatabaseError, InterfaceError

from core.errors import StoreError
from store.postgres.address import Address

LOST: Final = (InterfaceError, OSError, EOFError, struct.error)
"""What the driver raises where there is no session, or none any more."""
FAILED: Final = (DatabaseError, *LOST)
_MAKE: Final = "createdb --template template0 --encoding UTF8 --locale C --owner USER NAME"
_ADVICE: Final = {
    "08": "the connection broke; it is made again by itself",
    "22P05": f"Vietnamese can't be stored there; make another database: {_MAKE}",
    "25006": "the server takes no writes: it is a standby or was set to read only; name the one that does in url",
    "28": "the server refuses this login; check user and password of [record], and the server's pg_hba.conf",
    "3D": f"the server has no such database; make it: {_MAKE}",
    "42501": "the login may not do this; it must own the database",
    "53100": "the server's disk is full; free some space there (nothing was lost)",
    "53300": "the server has no session left; raise its max_connections or lower [record] connections",
    "55P03": "another process has been writing for long; end it or try again",
    "57014": "the server ended it; where its statement_timeout does that: ALTER ROLE USER SET statement_timeout = 0",
    "57P": "the server is shutting down or starting; try again",
    "XX001": "the server says that data are damaged; restore the last backup",
}


def told(error: BaseException, address: Address) -> StoreError:
    """The error as a StoreError that names the server and says what to do."""
    details = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    code, said = details.get("C", ""), details.get("M", "") or str(error)
    advice = next((text for start, text in _ADVICE.items() if code.startswith(start)), "")
    if not code:
        advice = "it can't be reached; check that the server runs, its address, and the way there"
    return StoreError(f"record {address}: {advice or 'unexpected error of the database'} ({said})")
