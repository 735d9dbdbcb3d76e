"""The address guard as rules: private addresses however written, parser confusion, other schemes than the web's."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AddressRefused, ConfigError
from crawlers.etiquette.guard import AddressGuard, private_hosts, refused_kind

GUARD = AddressGuard()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://127.0.0.1./",
        "http://192.168.1.1/",
        "http://10.0.0.8/",
        "http://172.20.0.1/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://0.0.0.0/",
        "http://0/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:100.64.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fd00::1]/",
        "http://[ff02::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a00:1::]/",
        "http://[2001:0:53aa:64c::1]/",
        "http://localhost/",
        "http://LOCALHOST:80/",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "http://intranet/",
        "http://1.2.3.4.5/",
        "http://bao.vn.123/",
        "http://169.254.169.254:8888\\@public.example/",
        "http://public.example@169.254.169.254/",
        "http://169.254.169.254%2f@public.example/",
        "http:\\\\127.0.0.1/",
        "http://bao.vn\t.evil/",
        "http://①②⑦.⓪.⓪.①/",
        "file:///etc/passwd",
        "data:text/html,x",
        "s3://bucket/key",
        "ftp://bao.vn/",
        "//bao.vn/",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_never_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        GUARD.check_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://vnexpress.net/", "http://8.8.8.8/", "https://[2606:4700::1111]/", "https://báo.vn/x", "http://a.vn:81/"],
)
def test_public_addresses_are_asked(url: str) -> None:
    GUARD.check_url(url)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_like_itself(address: IPv4Address) -> None:
    mapped = ip_address(f"::ffff:{address}")
    assert refused_kind(mapped) == (refused_kind(address) or "never")
    nat64 = ip_address(int(ip_address("64:ff9b::")) + int(address))
    assert refused_kind(nat64) == refused_kind(address)
    assert bool(refused_kind(address)) >= (not address.is_global)


def test_one_private_record_refuses_the_whole_name() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1"):
        GUARD.check_resolved("bao.vn", 443, [ip_address("8.8.8.8"), ip_address("10.0.0.1")])


def test_only_hosts_named_in_the_settings_may_be_private() -> None:
    guard = AddressGuard(private=private_hosts(["127.0.1.0/24", "press.test", "127.0.0.1:8899", "[::1]:80"]))
    for url in ("http://127.0.1.7:81/", "http://press.test/", "http://127.0.0.1:8899/", "http://[::1]/"):
        guard.check_url(url)
    for url in ("http://127.0.2.1/", "http://127.0.0.1:8898/", "http://other.test.localhost/", "http://[::1]:81/"):
        with pytest.raises(AddressRefused):
            guard.check_url(url)
    guard.check_resolved("press.test", 80, [ip_address("192.168.7.7")])
    with pytest.raises(AddressRefused):  # the network names literal addresses, not names that lead into it
        guard.check_resolved("rebinding.vn", 80, [ip_address("127.0.1.7")])
    with pytest.raises(AddressRefused):  # link-local is nobody's press
        guard.check_resolved("press.test", 80, [ip_address("169.254.169.254")])


@pytest.mark.parametrize("entry", ["", "a b", "127.0.0.1:0x", "10.0.0.0/99", "http://x/", "2130706433", "a@b"])
def test_a_private_host_that_is_none_is_a_wrong_setting(entry: str) -> None:
    with pytest.raises(ConfigError, match="private_hosts"):
        private_hosts([entry])


def test_behind_a_proxy_only_listed_names_pass() -> None:
    guard = AddressGuard(proxied=True, allowed=frozenset({"bao.vn"}))
    guard.check_url("https://www.bao.vn/x")
    guard.check_url("https://thethao.bao.vn/x")
    for url in ("https://notbao.vn/", "https://bao.vn.evil.example/", "http://127.0.0.1/", "http://8.8.8.8/"):
        with pytest.raises(AddressRefused):
            guard.check_url(url)
