"""One message as a mail. Nothing in a message can become a header: every value is one clean line or checked."""

from __future__ import annotations

import copy
import hashlib
import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from core.clock import local
from core.records import Attachment, Message
from core.text import clean

_POLICY: Final = SMTP.clone(max_line_length=78)
_UNSUBSCRIBE: Final = re.compile(r"^(https?://|mailto:)[!-;=?-~]{1,900}$")
_MEDIA_TYPE: Final = re.compile(r"^[a-z]+/[a-z0-9.+-]+$")
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9.-]+")


def build(message: Message, address: str, sender: Address, at: datetime) -> EmailMessage:
    """The mail with a text and an HTML part, and its attachments.

    Its Message-ID follows from the key: a repeat is seen as one. All mails of a thread refer to one root, which is
    never sent itself: mail programs put what refers to the same together (RFC 5322, 3.6.4).
    Raises ValueError, UnicodeError or MessageError for a message that makes no mail.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = clean(message.subject)
    mail["Date"] = format_datetime(local(at))
    mail["Message-ID"] = message_id(message.key, sender.domain)
    if message.thread:
        root = message_id(f"thread:{message.thread}", sender.domain)
        mail["In-Reply-To"], mail["References"] = root, root
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<{hashlib.sha256(message.desk.encode()).hexdigest()[:12]}.diembao.{sender.domain}>"
    _say_how_to_end(mail, message.unsubscribe, sender)
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        _attach(mail, attachment)
    return mail


def wire_bytes(mail: EmailMessage) -> bytes:
    """The mail as it is sent. Its subject is encoded by email.header.

    EmailMessage's own folding drops the space between two encoded words (seen with Python 3.11: "xuất huyết" came as
    "xuấthuyết"). Reads the subject from `mail` and leaves `mail` as it is.
    """
    rest = copy.copy(mail)
    rest._headers = [pair for pair in mail._headers if pair[0].lower() != "subject"]  # type: ignore[attr-defined]
    subject = Header(str(mail["Subject"]), "utf-8", header_name="Subject", maxlinelen=75).encode(linesep="\r\n")
    return f"Subject: {subject}\r\n".encode("ascii") + rest.as_bytes(policy=_POLICY)


def message_id(key: str, domain: str) -> str:
    """The same for the same key, for ever."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _say_how_to_end(mail: EmailMessage, unsubscribe: str, sender: Address) -> None:
    """List-Unsubscribe (RFC 2369); one click only by HTTPS, where our address takes a POST (RFC 8058)."""
    ways = [f"<mailto:{sender.addr_spec}?subject=dung>"]
    if _UNSUBSCRIBE.match(unsubscribe):
        ways = [f"<{unsubscribe}>"] if unsubscribe.startswith("mailto:") else [f"<{unsubscribe}>", *ways]
    mail["List-Unsubscribe"] = ", ".join(ways)
    if ways[0].startswith("<https://"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    kind = attachment.media_type if _MEDIA_TYPE.match(attachment.media_type) else "application/octet-stream"
    main, _, sub = kind.partition("/")
    name = _NOT_IN_NAMES.sub("-", attachment.name).strip("-.")[:80] or "tep"
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
