from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.access.key_set import KeysUnavailable, read_key_set
from tests.services.access.conftest import jwk


def document(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


def test_each_key_gets_the_algorithm_of_its_type(
    rsa_keys: list[rsa.RSAPrivateKey], ec_key: ec.EllipticCurvePrivateKey
) -> None:
    keys = read_key_set(document(jwk(rsa_keys[0], "r"), jwk(ec_key, "e")))
    assert [(key.kid, key.algorithm) for key in keys.keys] == [("r", "RS256"), ("e", "ES256")]
    assert keys.find("r", "RS256") is keys.keys[0]
    assert keys.find("r", "ES256") is None
    assert keys.find("e", "RS256") is None
    assert keys.find("x", "RS256") is None


def test_a_token_that_names_no_key_is_served_where_there_is_just_one(
    rsa_keys: list[rsa.RSAPrivateKey], ec_key: ec.EllipticCurvePrivateKey
) -> None:
    alone = read_key_set(document(jwk(rsa_keys[0], "r")))
    assert alone.find(None, "RS256") is alone.keys[0]
    assert alone.find(None, "ES256") is None
    several = read_key_set(document(jwk(rsa_keys[0], "r"), jwk(ec_key, "e")))
    assert several.find(None, "RS256") is None


def useless_keys() -> list[Any]:
    weak = rsa.generate_private_key(65537, 1024)
    other_curve = ec.generate_private_key(ec.SECP384R1())
    good = rsa.generate_private_key(65537, 2048)
    return [
        jwk(weak, "weak"),
        jwk(other_curve, "p384"),
        jwk(good, "enc", use="enc"),
        jwk(good, "rs512", alg="RS512"),
        jwk(good, "hs", alg="HS256"),
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty": "RSA", "kid": "broken", "n": 5, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "kid": "off the curve", "x": "AA", "y": "AA"},
        {"kty": []},
        {},
        "text",
        None,
        7,
    ]


def test_keys_that_may_not_verify_are_skipped_and_do_not_cost_the_others(ec_key: ec.EllipticCurvePrivateKey) -> None:
    keys = read_key_set(document(*useless_keys(), jwk(ec_key, "good")))
    assert [key.kid for key in keys.keys] == ["good"]


def test_a_private_key_published_by_mistake_is_not_used(rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    private = json.loads(rsa_private_jwk(rsa_keys[0]))
    with pytest.raises(KeysUnavailable):
        read_key_set(document({**private, "kid": "private"}))


def rsa_private_jwk(key: rsa.RSAPrivateKey) -> str:
    from jwt.algorithms import RSAAlgorithm

    return RSAAlgorithm.to_jwk(key)


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b"[]", b"{}", b'{"keys": 5}', b'{"keys": {}}', b'{"keys": []}', b"<html>", b"\xff", b"[" * 100_000],
)
def test_an_answer_without_keys_is_not_a_key_set(text: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        read_key_set(text)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary() | st.text().map(lambda text: json.dumps({"keys": [{"kty": "RSA", "n": text, "e": text}]}).encode()))
def test_any_bytes_are_a_key_set_or_keys_unavailable(text: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        read_key_set(text)
