"""The command line as an operator meets it: clear errors, exit status 1 for what failed and 2 for wrong use."""

from __future__ import annotations

import errno
import importlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from app import upkeep, wiring
from app.cli import COMMANDS, one_thread
from app.doctor import _folder
from app.run import check_port
from app.world import World
from core.settings import ServeSettings, Settings
from tests.command_line import run_here
from tests.data import ROOT
from tests.fakes.small import no_file_longer_than

PROGRAM = [sys.executable, "-m", "app.cli"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def diembao(home: Path, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program with its data in `home`."""
    outside = {k: v for k, v in os.environ.items() if not k.startswith("DIEMBAO_")}
    return subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output=True, text=True, check=False, cwd=ROOT,
        env=outside | {"DIEMBAO_DATA_DIR": str(home), "COLUMNS": "200"} | environment,
    )  # fmt: skip


def failed(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with status 1, one line that has all the words, and no traceback."""
    assert done.returncode == 1, done
    assert done.stderr.startswith("diembao: ") and "Traceback" not in done.stderr, done.stderr
    assert all(word in done.stderr for word in words), done.stderr


def test_a_desk_file_that_is_not_there(home: Path) -> None:
    failed(diembao(home, "desk", "apply", "nowhere.toml"), "nowhere.toml")


@pytest.mark.parametrize(("unit", "says"), [("huyện Không Có", "Không Có"), ("xã Bình Sơn", "new:")])
def test_a_desk_of_an_unknown_or_ambiguous_unit(home: Path, tmp_path: Path, unit: str, says: str) -> None:
    file = tmp_path / "desk.toml"
    file.write_text(f'id = "a"\nname = "A"\noffice = "UBND xã A"\nunits = ["{unit}"]\n', encoding="utf-8")
    failed(diembao(home, "desk", "apply", str(file), "--yes"), "desk.toml", says)


def test_a_recipient_who_may_not_be_one(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "desk.toml"
    text = (ROOT / "desks" / "binh_son.toml").read_text(encoding="utf-8")
    file.write_text(
        text + '\n[[recipients]]\nid = "x"\nname = "Công an xã"\nroles = ["information_office"]\n'
        'email = "x@example.org"\n', encoding="utf-8",
    )  # fmt: skip
    failed(diembao(home, "desk", "apply", str(file), "--yes"), "police")


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_that_is_taken(command: str, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed(diembao(home, command, DIEMBAO_SERVE__PORT=port), port, "DIEMBAO_SERVE__PORT")


def test_a_port_of_the_other_loopback_address(home: Path) -> None:
    """What refuses other hosts names ::1 as one that may be set."""
    with socket.socket(socket.AF_INET6) as taken:
        try:
            taken.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no ::1")
        taken.listen()
        port = str(taken.getsockname()[1])
        failed(diembao(home, "serve", DIEMBAO_SERVE__HOST="::1", DIEMBAO_SERVE__PORT=port), port, "in use")
    check_port(Settings(data_dir=home, serve=ServeSettings(host="::1", port=int(port))))
    doctor = diembao(home, "doctor", DIEMBAO_SERVE__HOST="::1", DIEMBAO_SERVE__PORT=port)
    assert f"::1:{port} is free" in doctor.stdout, doctor.stderr


def test_pages_for_the_whole_network_are_refused(home: Path) -> None:
    failed(diembao(home, "serve", DIEMBAO_SERVE__HOST="0.0.0.0"), "0.0.0.0")


def test_no_real_press_is_asked_without_a_contact(home: Path) -> None:
    assert diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes").returncode == 0
    failed(diembao(home, "run", DIEMBAO_SERVE__PORT="18431"), "contact")
    failed(diembao(home, "run", "--role", "deliver", "--role", "crawl"), "contact")
    failed(diembao(home, "crawl"), "contact")
    real = World(kind="real", publishers={})
    wiring.check_ready(Settings(data_dir=home), real, ("serve", "deliver", "tag"))


def test_a_record_that_is_no_database(home: Path) -> None:
    home.mkdir()
    (home / "diembao.sqlite3").write_bytes(b"not a database, but long enough to look like a file of something" * 40)
    failed(diembao(home, "desk", "list"), "diembao.sqlite3", "damaged")


def test_a_record_that_is_newer_than_the_program(home: Path) -> None:
    assert diembao(home, "migrate").returncode == 0
    with sqlite3.connect(home / "diembao.sqlite3") as con:
        con.execute("INSERT INTO migrations SELECT 9999, name, sha256, applied_at FROM migrations LIMIT 1")
    failed(diembao(home, "desk", "list"), "newer")


def test_settings_that_are_wrong_name_the_field_and_no_value(home: Path) -> None:
    done = diembao(home, "config", "show", DIEMBAO_SMTP__PORT="hush-hush")
    failed(done, "smtp.port")
    assert "hush" not in done.stderr


def test_secrets_are_masked(home: Path) -> None:
    done = diembao(home, "config", "show", "--json", DIEMBAO_SMTP__PASSWORD="hush-hush")
    assert json.loads(done.stdout)["smtp"]["password"] == "*****" and "hush" not in done.stdout + done.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_password_in_the_proxys_address_is_masked(home: Path, form: list[str]) -> None:
    done = diembao(home, "config", "show", *form, DIEMBAO_CRAWL__PROXY="http://xa:hush%2Dh@sh@proxy.example:3128")
    assert "http://xa:*****@proxy.example:3128" in done.stdout and "h@sh" not in done.stdout


@pytest.mark.parametrize(
    "words",
    [["no-such-command"], ["crawl", "--no-such-option"], ["desk", "apply"], ["search", "x", "--limit", "many"],
     ["run", "--role", "spy"]],
)  # fmt: skip
def test_wrong_use_is_status_2(home: Path, words: list[str]) -> None:
    assert diembao(home, *words).returncode == 2


@pytest.mark.parametrize("verb", ["extract", "locate", "tag"])
@pytest.mark.parametrize("line", ["not json", "[]", '{"title": "no id"}'])
def test_a_filter_names_the_line_that_it_cannot_read(home: Path, verb: str, line: str) -> None:
    failed(diembao(home, verb, stdin=line + "\n"), "line 1")


def test_filters_keep_order_and_stand_poor_rows(home: Path) -> None:
    rows = [
        {"id": "b", "title": "", "lead": "", "text": ""},
        {"id": "a", "title": "HỌP BÁO", "lead": "x", "text": "\x00"},
    ]
    feed = "".join(json.dumps(row) + "\n" for row in rows)
    for verb in ("locate", "tag"):
        done = diembao(home, verb, stdin=feed)
        assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["b", "a"], done.stderr
    missing = json.dumps({"id": "p", "url": "https://bao.example/a-1.html", "path": str(home / "absent.html")})
    assert json.loads(diembao(home, "extract", stdin=missing + "\n").stdout)["error"]


def test_doctor_says_what_to_do(home: Path) -> None:
    done = diembao(home, "doctor", "--json")
    parts = {row["part"]: row for row in json.loads(done.stdout)}
    assert done.returncode == 0
    assert {"python", "folder", "record", "gazetteer", "models", "publishers", "contact", "mail"} <= set(parts)
    assert "desk apply" in parts["record"]["todo"]


def test_doctor_names_the_settings_file_or_says_that_there_is_none(home: Path) -> None:
    home.mkdir()
    file = home / "of-my-own.toml"
    file.write_text('[crawl]\ncontact = "a@b.gov.vn"\n', encoding="utf-8-sig")
    for environment, sign, says in (({}, "--", "no "), ({"DIEMBAO_CONFIG": str(file)}, "ok", str(file))):
        done = diembao(home, "doctor", "--json", **environment)
        settings = next(row for row in json.loads(done.stdout) if row["part"] == "settings")
        assert settings["sign"] == sign and settings["says"].startswith(says), settings


def test_doctor_names_a_desk_whose_alerts_go_to_nobody(home: Path) -> None:
    assert diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes").returncode == 0
    parts = {row["part"]: row for row in json.loads(diembao(home, "doctor", "--json").stdout)}
    assert "binh_son" in parts["recipients"]["says"] and "Nơi nhận tin" in parts["recipients"]["todo"]


def test_a_template_for_one_report_is_named_where_it_is_wrong(home: Path) -> None:
    assert diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes").returncode == 0
    done = diembao(home, "report", "weekly", "--out", str(home / "r.docx"), "--template", "README.md")
    failed(done, "README.md", "not a Word document")
    assert not (home / "r.docx").exists()


def test_a_restore_of_nothing_is_refused_before_it_asks(home: Path) -> None:
    done = diembao(home, "restore", "nowhere.tar.gz")
    failed(done, "nowhere.tar.gz")
    assert "Replace" not in done.stdout


def test_a_code_of_zalo_for_a_desk_that_there_is_not(home: Path) -> None:
    failed(diembao(home, "zalo", "invite", "nowhere", "nobody"), "no desk nowhere", "desk list")


@pytest.mark.parametrize("verb", [["desk", "apply"], ["alerts", "apply"]])
def test_files_that_people_write(home: Path, verb: list[str]) -> None:
    """An editor on Windows begins them with a byte order mark, or writes them in another coding."""
    home.mkdir()
    file = home / "of-my-own.toml"
    file.write_bytes(b"\xef\xbb\xbfid = 1\n")
    failed(diembao(home, *verb, str(file)), "id: ")
    file.write_bytes("desk = 'Bình Sơn'".encode("utf-16"))
    failed(diembao(home, *verb, str(file)), str(file), "UTF-8")
    missing = diembao(home, *verb, "nowhere.toml")
    failed(missing, "nowhere.toml", "No such file")
    assert "Errno" not in missing.stderr


def test_doctor_on_a_full_disk_says_to_make_room(tmp_path: Path) -> None:
    with no_file_longer_than(0):
        (folder,) = _folder(Settings(data_dir=tmp_path))
    assert folder.sign == "!!" and "make room" in folder.todo
    assert not list(tmp_path.iterdir()), "what was tried is gone"


def test_doctor_fails_where_a_part_is_wrong(home: Path) -> None:
    done = diembao(home, "doctor", DIEMBAO_SMTP__HOST="127.0.0.1", DIEMBAO_SMTP__PORT="9",
                   DIEMBAO_SMTP__SENDER="a@example.org")  # fmt: skip
    assert done.returncode == 1 and "mail" in done.stdout


def test_doctor_tells_of_a_public_address_without_a_user(home: Path) -> None:
    def users(**environment: str) -> dict[str, str]:
        rows = json.loads(diembao(home, "doctor", "--json", **environment).stdout)
        return next(row for row in rows if row["part"] == "users")

    address = {"DIEMBAO_PUBLIC_URL": "https://desk.example.gov.vn"}
    assert users()["sign"] == "--"
    assert users(**address)["sign"] == "!!" and "user add" in users(**address)["todo"]


def test_backup_and_restore(home: Path, tmp_path: Path) -> None:
    assert diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes").returncode == 0
    assert diembao(home, "backup", str(tmp_path)).returncode == 0
    (archive,) = tmp_path.glob("*.tar.gz")
    other = tmp_path / "other"
    assert diembao(other, "restore", str(archive), "--yes").returncode == 0
    assert "binh_son" in diembao(other, "desk", "list").stdout
    failed(diembao(other, "restore", str(tmp_path / "absent.tar.gz"), "--yes"), "absent.tar.gz")


def test_desk_export_is_what_apply_takes(home: Path, tmp_path: Path) -> None:
    diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes")
    file = tmp_path / "again.toml"
    file.write_text(diembao(home, "desk", "export", "binh_son").stdout, encoding="utf-8")
    assert "nothing changes" in diembao(home, "desk", "apply", str(file)).stdout


def test_a_new_desk_is_written_by_asking(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.toml"
    answers = "2\nUBND xã Bình Sơn\nbinh_son_moi\n"
    done = diembao(home, "desk", "new", "Bình Sơn", "--out", str(out), stdin=answers)
    assert done.returncode == 0, done.stderr
    assert diembao(home, "desk", "apply", str(out), "--yes").returncode == 0


def test_a_new_desk_may_be_any_unit(home: Path) -> None:
    for unit, answers, name in (
        ("Ea H'Leo", "2\nUBND xã Ea H'Leo\n\n", "ea_h_leo"),
        ("B'Lá", "UBND xã B'Lá\n\n", "b_la"),
    ):
        done = diembao(home, "desk", "new", unit, stdin=answers)
        assert done.returncode == 0, done.stderr
        applied = diembao(home, "desk", "apply", str(home / "desks" / f"{name}.toml"), "--yes")
        assert applied.returncode == 0, applied.stderr


@pytest.mark.parametrize(("office", "short", "says"), [("Công an xã", "", "security"), ("UBND xã", "../ngoai", "id: ")])
def test_a_new_desk_that_could_not_be_applied_is_not_written(home: Path, office: str, short: str, says: str) -> None:
    done = diembao(home, "desk", "new", "xã Bình Châu, Quảng Ngãi", stdin=f"{office}\n{short}\n")
    failed(done, says)
    assert not list(home.glob("**/*.toml")) and not list(home.parent.glob("*.toml"))


def test_erase_of_what_is_not_there(home: Path) -> None:
    diembao(home, "migrate")
    failed(diembao(home, "erase", "https://bao.example/khong-co.html"), "no article")


def test_a_full_disk_is_told(home: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full is not on this system")
    diembao(home, "desk", "apply", "desks/binh_son.toml", "--yes")
    for words in (["sources", "list"], ["config", "show"], ["export", "--what", "counts"]):
        with full.open("w") as out:
            done = subprocess.run([*PROGRAM, *words], stdout=out, stderr=subprocess.PIPE, text=True, check=False,
                                  cwd=ROOT, env=os.environ | {"DIEMBAO_DATA_DIR": str(home)})  # fmt: skip
        failed(done, "the output: No space left on device", "not whole", "make room")
        assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(("words", "before"), [(["doctor"], "ok python"), (["desk", "list"], ""), (["backup"], "")])
def test_what_this_user_may_not_reach_is_named(words: list[str], before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/diembao/var/diembao.sqlite3")

    for name in ("is_there", "record", "opened"):
        monkeypatch.setattr(wiring, name, refused)
    monkeypatch.setattr(upkeep, "backup", refused)
    done = run_here(words)
    said = done.stdout if before else done.stderr
    assert done.returncode == 1 and before in done.stdout
    assert "/srv/diembao/var/diembao.sqlite3: Permission denied" in said and "Traceback" not in done.stderr
    assert ("rights" if before else "the service's user") in said


def test_an_error_of_the_system_that_nobody_foresaw_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(wiring, "record", broken)
    with pytest.raises(OSError, match="Bad file"):
        run_here(["desk", "list"])


def test_the_index_is_made_anew(home: Path) -> None:
    diembao(home, "migrate")
    done = diembao(home, "index", "rebuild")
    assert done.returncode == 0 and "made anew" in done.stdout


OPML = (
    '<opml version="2.0"><body><outline text="a" xmlUrl="http://169.254.169.254/latest"/>'
    '<outline text="b" xmlUrl="http://127.0.0.1:18770/rss.xml"/>'
    '<outline text="c" xmlUrl="https://www.facebook.com/feed.xml"/></body></opml>'
)


def test_an_opml_list_passes_the_same_doors(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(OPML, encoding="utf-8")
    words = ["sources", "import", str(file), "--kind", "newspaper", "--licence", "Giấy phép mẫu số 12"]
    done = diembao(home, *words)
    assert done.returncode == 1 and "taken" not in done.stdout
    assert not list((home / "publishers").glob("*"))


@pytest.mark.parametrize("contact", ["", "bao-chi@example.gov.vn", "https://example.org/lien-he"])
def test_no_press_is_asked_in_the_name_of_an_example(home: Path, contact: str) -> None:
    failed(diembao(home, "sources", "check", "vnexpress", DIEMBAO_CRAWL__CONTACT=contact), "contact")


@pytest.mark.parametrize(("module", "commands"), COMMANDS.items())
def test_each_module_has_the_commands_that_it_is_loaded_for(module: str, commands: tuple[str, ...]) -> None:
    app = typer.Typer()
    importlib.import_module(f"app.commands.{module}").register(app)
    alone = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    assert alone | {group.name for group in app.registered_groups} == set(commands)


@pytest.mark.parametrize(
    ("words", "threads"), [(["crawl", "--json"], "1"), (["run"], "1"), ([], "1"), (["nlp", "train"], None)]
)
def test_one_article_at_a_time_is_labelled_by_one_thread(
    words: list[str], threads: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    one_thread(words)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "8"  # an operator's own choice
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    one_thread(words)
    assert os.environ.get("OPENBLAS_NUM_THREADS") == threads
