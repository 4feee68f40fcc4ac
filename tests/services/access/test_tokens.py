from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any, cast

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.access.claims import Demands
from services.access.jwks import PAUSE_SECONDS
from services.access.key_set import KeysUnavailable
from services.access.principal import InvalidToken
from services.access.tokens import SecretVerifier, TokenVerifier, build_verifier
from services.runtime.settings import Settings
from tests.services.access.conftest import AUDIENCE, ISSUER, SECRET, HeldClock, Issuer, claims, jwk, signed


def verifier_for(http: httpx.AsyncClient, clock: HeldClock, **values: Any) -> TokenVerifier:
    required = {"database_url": "postgresql://localhost/x", "redis_endpoint": "localhost:1"}
    queue = {"sqs_rate_limiter_queue_url": "http://localhost/q"}
    return build_verifier(Settings.model_validate({**required, **queue, **values}), http, clock)


@pytest.fixture
def by_secret(http: httpx.AsyncClient, clock: HeldClock) -> TokenVerifier:
    return verifier_for(http, clock, jwt_secret=SECRET)


@pytest.fixture
def by_both(
    http: httpx.AsyncClient,
    clock: HeldClock,
    issuer: Issuer,
    rsa_keys: list[rsa.RSAPrivateKey],
    ec_key: ec.EllipticCurvePrivateKey,
) -> TokenVerifier:
    issuer.publish(jwk(rsa_keys[0], "r"), jwk(ec_key, "e"))
    return verifier_for(
        http, clock, jwt_secret=SECRET, jwt_jwks_url=issuer.url, jwt_issuer=ISSUER, jwt_audience=AUDIENCE
    )


def with_secret(headers: dict[str, Any] | None = None, secret: str = SECRET, **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, "HS256", headers=headers)


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: str = "") -> str:
    return f"{segment(header)}.{segment(claims())}.{signature}"


def signed_by_hand(header: dict[str, Any], material: bytes) -> str:
    """An HS256 signature under any header, which the library would not make."""
    head = f"{segment(header)}.{segment(claims())}"
    mac = hmac.digest(material, head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


# ---- by secret


async def test_a_secret_alone_demands_neither_issuer_nor_audience(by_secret: TokenVerifier) -> None:
    principal = await by_secret.verify(with_secret(iss=None, aud=None, zoneinfo="Europe/Berlin", act={"sub": "agent"}))
    assert (principal.issuer, principal.subject, principal.actor) == ("", "creator-1", "agent")
    assert principal.time_zone == "Europe/Berlin"


async def test_an_issuer_that_is_named_makes_another_user(by_secret: TokenVerifier) -> None:
    assert (await by_secret.verify(with_secret(aud=None))).issuer == ISSUER


async def test_the_expiry_is_carried_along(by_secret: TokenVerifier) -> None:
    expiry = int(time.time()) + 77
    principal = await by_secret.verify(with_secret(aud=None, exp=expiry))
    assert principal.expires_at.timestamp() == expiry


async def test_a_token_for_a_named_audience_is_not_for_a_server_without_a_name(by_secret: TokenVerifier) -> None:
    with pytest.raises(InvalidToken, match="audience"):
        await by_secret.verify(with_secret())


async def test_clocks_may_differ_by_the_leeway(by_secret: TokenVerifier) -> None:
    now = int(time.time())
    await by_secret.verify(with_secret(aud=None, exp=now - 5, nbf=now + 5, iat=now + 5))


async def test_issuer_and_audience_are_demanded_once_they_are_set(by_both: TokenVerifier) -> None:
    assert (await by_both.verify(with_secret())).issuer == ISSUER
    for changes in ({"iss": None}, {"aud": None}, {"iss": "https://other.example"}, {"aud": "other"}):
        with pytest.raises(InvalidToken):
            await by_both.verify(with_secret(**changes))


# ---- by published keys


async def test_both_kinds_of_published_key(
    by_both: TokenVerifier, rsa_keys: list[rsa.RSAPrivateKey], ec_key: ec.EllipticCurvePrivateKey, issuer: Issuer
) -> None:
    assert (await by_both.verify(signed(rsa_keys[0], "r"))).subject == "creator-1"
    assert (await by_both.verify(signed(ec_key, "e", aud=[AUDIENCE, "other"]))).issuer == ISSUER
    assert issuer.asked == 1


async def test_a_rotated_key_is_picked_up_at_its_first_token(
    by_both: TokenVerifier, issuer: Issuer, clock: HeldClock, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    await by_both.verify(signed(rsa_keys[0], "r"))
    issuer.publish(jwk(rsa_keys[1], "r2"))
    clock.seconds = PAUSE_SECONDS
    assert (await by_both.verify(signed(rsa_keys[1], "r2"))).subject == "creator-1"
    with pytest.raises(InvalidToken, match="no such key"):
        await by_both.verify(signed(rsa_keys[0], "r"))
    assert issuer.asked == 2


async def test_a_key_rotated_under_its_old_name_is_picked_up_too(
    by_both: TokenVerifier, issuer: Issuer, clock: HeldClock, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    await by_both.verify(signed(rsa_keys[0], "r"))
    issuer.publish(jwk(rsa_keys[1], None))
    clock.seconds = PAUSE_SECONDS
    assert (await by_both.verify(signed(rsa_keys[1], None))).subject == "creator-1"
    assert issuer.asked == 2


async def test_tokens_with_invented_keys_do_not_hammer_the_issuer(
    by_both: TokenVerifier, issuer: Issuer, clock: HeldClock, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    clock.seconds = PAUSE_SECONDS
    for number in range(100):
        with pytest.raises(InvalidToken):
            await by_both.verify(signed(rsa_keys[1], f"invented-{number}"))
    assert issuer.asked == 1
    assert (await by_both.verify(signed(rsa_keys[0], "r"))).subject == "creator-1"


async def test_without_any_keys_the_answer_is_not_now_instead_of_no(
    by_both: TokenVerifier, issuer: Issuer, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    issuer.status = 503
    with pytest.raises(KeysUnavailable):
        await by_both.verify(signed(rsa_keys[0], "r"))
    assert (await by_both.verify(with_secret())).subject == "creator-1"


async def test_a_token_must_name_its_key_where_there_are_several(
    by_both: TokenVerifier, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    with pytest.raises(InvalidToken, match="no such key"):
        await by_both.verify(signed(rsa_keys[0], None))


# ---- attacks


def attacks() -> dict[str, str]:
    now = int(time.time())
    return {
        "none": forged({"alg": "none"}),
        "None": forged({"alg": "None", "typ": "JWT"}),
        "none with a signature": forged({"alg": "none"}, "AAAA"),
        "no algorithm": forged({}, "AAAA"),
        "an algorithm that is no text": forged({"alg": ["HS256"]}, "AAAA"),
        "HS384": jwt.encode(claims(), SECRET * 2, "HS384"),
        "HS512": jwt.encode(claims(), SECRET * 2, "HS512"),
        "another secret": with_secret(secret="another secret of more than 32 bytes"),
        "no signature": forged({"alg": "HS256"}),
        "RS256 name on an HS256 signature": forged({"alg": "RS256", "kid": "r"}, with_secret().rsplit(".")[-1]),
        "expired": with_secret(exp=now - 11),
        "no expiry": with_secret(exp=None),
        "expiry that is no number": with_secret(exp="soon"),
        "expiry written as text": with_secret(exp=str(now + 600)),
        "endless": with_secret(exp=float("inf")),
        "not yet valid": with_secret(nbf=now + 20),
        "issued in the future": with_secret(iat=now + 20),
        "wrong audience": with_secret(aud="other"),
        "an audience that is no text": with_secret(aud=[5]),
        "no subject": with_secret(sub=None),
        "empty subject": with_secret(sub=""),
        "subject with NUL": with_secret(sub="a\x00"),
        "critical header": with_secret(headers={"crit": ["exp"]}),
        "critical b64": signed_by_hand({"alg": "HS256", "crit": ["b64"], "b64": True}, SECRET.encode()),
        "unencoded payload": forged({"alg": "HS256", "b64": False}, "AAAA"),
        "a key of the token's own": forged({"alg": "RS256", "jwk": {"kty": "oct", "k": "AAAA"}}, "AAAA"),
        "a key address of the token's own": forged({"alg": "RS256", "jku": "http://127.0.0.1:1/"}, "AAAA"),
        "kid that is no text": forged({"alg": "RS256", "kid": 5}, "AAAA"),
        "header that is a list": f"{segment([])}.{segment({})}.AAAA",
        "header nested deep": f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.e30.AAAA",
        "100 kB": with_secret(more="a" * 100_000),
        "just too long": "a" * 8193,
        "garbage": "garbage",
        "three dots": "...",
        "empty": "",
        "not ASCII": "é.é.é",
        "half a surrogate pair": "\ud800",
    }


@pytest.mark.parametrize("name", sorted(attacks()))
async def test_attacks_are_refused_without_asking_anybody(name: str, by_both: TokenVerifier, issuer: Issuer) -> None:
    token = attacks()[name]
    with pytest.raises(InvalidToken) as caught:
        await by_both.verify(token)
    assert not token or token not in caught.value.reason
    assert caught.value.__cause__ is None
    assert issuer.asked <= 1


async def test_a_public_key_is_never_a_secret(by_both: TokenVerifier, rsa_keys: list[rsa.RSAPrivateKey]) -> None:
    await by_both.verify(signed(rsa_keys[0], "r"))
    public = rsa_keys[0].public_key()
    for encoding in (Encoding.PEM, Encoding.DER):
        material = public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
        token = signed_by_hand({"alg": "HS256", "kid": "r"}, material)
        with pytest.raises(InvalidToken, match="another key"):
            await by_both.verify(token)


async def test_a_key_serves_its_own_algorithm_alone(
    by_both: TokenVerifier, rsa_keys: list[rsa.RSAPrivateKey], ec_key: ec.EllipticCurvePrivateKey
) -> None:
    for token in (
        jwt.encode(claims(), rsa_keys[0], "RS512", headers={"kid": "r"}),
        jwt.encode(claims(), rsa_keys[0], "PS256", headers={"kid": "r"}),
        jwt.encode(claims(), rsa_keys[0], "RS256", headers={"kid": "e"}),
        jwt.encode(claims(), ec_key, "ES256", headers={"kid": "r"}),
        signed(rsa_keys[1], "r"),
        signed(ec.generate_private_key(ec.SECP256R1()), "e"),
    ):
        with pytest.raises(InvalidToken):
            await by_both.verify(token)


async def test_a_secret_verifier_knows_no_published_keys_and_the_other_way_round(
    http: httpx.AsyncClient, clock: HeldClock, issuer: Issuer, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    issuer.publish(jwk(rsa_keys[0], "r"))
    secret = verifier_for(http, clock, jwt_secret=SECRET)
    published = verifier_for(http, clock, jwt_jwks_url=issuer.url, jwt_issuer=ISSUER, jwt_audience=AUDIENCE)
    with pytest.raises(InvalidToken, match="algorithm"):
        await secret.verify(signed(rsa_keys[0], "r"))
    with pytest.raises(InvalidToken, match="algorithm"):
        await published.verify(with_secret())
    assert issuer.asked == 0


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_the_secret_serves_hs256_alone(algorithm: str) -> None:
    verifier = SecretVerifier(SECRET, Demands(ISSUER, AUDIENCE, 0))
    assert (await verifier.verify(with_secret())).subject == "creator-1"
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(claims(), SECRET, algorithm)
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


async def test_without_secret_and_keys_nobody_comes_in(http: httpx.AsyncClient, clock: HeldClock) -> None:
    with pytest.raises(InvalidToken):
        await verifier_for(http, clock).verify(with_secret())


three_parts = st.from_regex(r"\A[\w-]*\.[\w-]*\.[\w-]*\Z")
latin = st.binary().map(lambda raw: raw.decode("latin-1"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.text() | st.binary() | latin | three_parts)
async def test_any_text_is_refused_as_an_invalid_token(by_both: TokenVerifier, token: str | bytes) -> None:
    with pytest.raises(InvalidToken):
        await by_both.verify(cast("str", token))


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), json_values))
async def test_any_header_is_refused_as_an_invalid_token(by_both: TokenVerifier, header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        await by_both.verify(forged(header, "AAAA"))
