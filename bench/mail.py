"""Mails of an alert with HTML to an SMTP server on loopback, in a process of its own: a second, and memory.

The channel alone: building, sending and being answered, over connections that are kept. No TLS: its cost lies in the
handshake, once in a hundred messages.
"""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib

import psutil

from alerts.channels.email import EmailNotifier
from core.clock import SystemClock
from core.records import Delivered, Message
from core.settings import SmtpSettings

MESSAGES = 10_000
_PARAGRAPH = "Mưa lớn làm ngập một số tuyến đường ở Bình Sơn, lực lượng chức năng đã phân luồng từ sớm. "


def measure(messages: int = MESSAGES) -> dict[str, float]:
    """mails_per_second, and by how many MB this process grew from the first tenth to the end."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.standins.mail", "--count-only"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert server.stdout and server.stdin
    try:
        said = "".join(server.stdout.readline() for _ in range(4))
        settings = SmtpSettings(**tomllib.loads(said)["smtp"], sender="diembao@binhson.gov.vn")
        notifier = EmailNotifier(settings, SystemClock())
        began, early = time.perf_counter(), 0
        for number in range(messages):
            assert isinstance(notifier.send(_message(number), "vanphong@binhson.gov.vn"), Delivered)
            if number == messages // 10:
                early = psutil.Process().memory_info().rss
        took = time.perf_counter() - began
        notifier.close()
        grown = (psutil.Process().memory_info().rss - early) / 1e6
        server.stdin.write("\n")
        server.stdin.flush()
        assert server.stdout.readline().startswith(f"{messages} messages"), "each was taken once"
    finally:
        server.stdin.close()
        server.wait(10)
    return {"mails_per_second": messages / took, "mail_grown_mb": grown}


def _message(number: int) -> Message:
    return Message(
        key=f"alert:{number}", desk="binh_son", recipient="van-phong", channel="email", article=None,
        subject=f"[Điểm báo Bình Sơn] Mưa lớn gây ngập nhiều tuyến đường, tin số {number} (Báo Mẫu)",
        text=_PARAGRAPH * 8, html=f"<html><body><p>{_PARAGRAPH * 8}</p></body></html>", thread=f"story:{number % 500}",
    )  # fmt: skip


if __name__ == "__main__":
    print(measure())
