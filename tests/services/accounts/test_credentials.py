from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.credentials import CredentialsUnreadable, Vault

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_a_vault_opens_what_it_sealed(secret: str) -> None:
    vault = Vault(NEW)

    assert vault.open(vault.seal(secret)) == secret


def test_the_same_secret_never_looks_the_same_and_never_shows() -> None:
    sealed = {Vault(NEW).seal("a secret key") for _ in range(5)}

    assert len(sealed) == 5
    assert not any("secret" in each for each in sealed)


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed() -> None:
    sealed = Vault(OLD).seal("secret")
    both = Vault(f" {NEW} , {OLD} ,")

    assert both.open(sealed) == "secret"
    assert Vault(NEW).open(both.seal("secret")) == "secret"
    with pytest.raises(CredentialsUnreadable):
        Vault(NEW).open(sealed)


@pytest.mark.parametrize(
    "sealed",
    ["", "x", "gAAAAA", "é", "\ud800", "\x00", Fernet(OTHER).encrypt(b"secret").decode()],
    ids=["empty", "short", "cut", "accent", "surrogate", "nul", "other key"],
)
def test_what_another_key_sealed_cannot_be_read(sealed: str) -> None:
    with pytest.raises(CredentialsUnreadable, match="not in CREDENTIALS_KEYS"):
        Vault(NEW).open(sealed)


def test_what_was_changed_cannot_be_read() -> None:
    sealed = Vault(NEW).seal("secret")
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]

    with pytest.raises(CredentialsUnreadable):
        Vault(NEW).open(changed)


@pytest.mark.parametrize("keys", [None, "", " , "])
def test_without_keys_nothing_is_sealed_or_opened(keys: str | None) -> None:
    vault = Vault(keys)

    with pytest.raises(CredentialsUnreadable, match="CREDENTIALS_KEYS is not set"):
        vault.seal("secret")
    with pytest.raises(CredentialsUnreadable, match="CREDENTIALS_KEYS is not set"):
        vault.open(Vault(NEW).seal("secret"))


@pytest.mark.parametrize("keys", ["x", f"{NEW},x", NEW[:-4], "é" * 32], ids=["short", "second", "cut", "accents"])
def test_a_key_that_is_none_stops_the_start(keys: str) -> None:
    with pytest.raises(ValueError):
        Vault(keys)
