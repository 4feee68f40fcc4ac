from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from services.access.downloads import DownloadRefused, Downloads, DownloadsImpossible, build_downloads
from services.runtime.settings import Settings

NOON = datetime(2026, 11, 25, 12, 0, 0, 999, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OWNER = UUID(int=7)
PATH = "/exports/fans.csv"


class Stopped:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def signature(url: str) -> str:
    return parse_qs(urlsplit(url).query)["signature"][0]


def test_an_address_gives_what_was_sealed_into_it() -> None:
    downloads = Downloads(["one secret"], Stopped(), "")
    address = downloads.address(OWNER, PATH, LATER, {"filter": {"search": "robin@x.com"}})
    assert urlsplit(address.url).path == PATH
    assert "robin" not in address.url
    assert address.expires_at == datetime(2026, 11, 25, 12, 5, tzinfo=UTC)
    grant = downloads.grant(PATH, signature(address.url))
    assert (grant.owner, grant.contents) == (OWNER, {"filter": {"search": "robin@x.com"}})


def test_it_is_over_after_five_minutes_or_when_the_token_is() -> None:
    clock = Stopped()
    downloads = Downloads(["one secret"], clock, "")
    usual = downloads.address(OWNER, PATH, LATER)
    short = downloads.address(OWNER, PATH, NOON + timedelta(seconds=30))
    clock.moment = NOON + timedelta(seconds=29)
    assert downloads.grant(PATH, signature(short.url)).owner == OWNER
    clock.moment = NOON + timedelta(seconds=30)
    with pytest.raises(DownloadRefused) as refused:
        downloads.grant(PATH, signature(short.url))
    assert refused.value.expired
    assert downloads.grant(PATH, signature(usual.url)).owner == OWNER
    clock.moment = NOON + timedelta(minutes=5)
    with pytest.raises(DownloadRefused):
        downloads.grant(PATH, signature(usual.url))


def test_it_is_good_for_one_path() -> None:
    downloads = Downloads(["one secret"], Stopped(), "")
    address = downloads.address(OWNER, PATH, LATER)
    with pytest.raises(DownloadRefused) as refused:
        downloads.grant("/exports/imports/x/failed.csv", signature(address.url))
    assert not refused.value.expired


def test_whoever_changes_a_letter_is_refused() -> None:
    downloads = Downloads(["one secret"], Stopped(), "")
    good = signature(downloads.address(OWNER, PATH, LATER).url)
    # Not the last one: part of its bits are padding of base64, so that some other letters there mean the same bytes.
    places = range(0, len(good) - 1, 7)
    bad = [good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :] for place in places]
    for text in (*bad, "", "x", good[:-4], good + "AAAA", "\udcff", "é", "=" * 50):
        with pytest.raises(DownloadRefused):
            downloads.grant(PATH, text)


def test_a_secret_can_be_rotated_and_another_product_has_another() -> None:
    old = signature(Downloads(["old"], Stopped(), "").address(OWNER, PATH, LATER).url)
    assert Downloads(["new", "old"], Stopped(), "").grant(PATH, old).owner == OWNER
    with pytest.raises(DownloadRefused):
        Downloads(["new"], Stopped(), "").grant(PATH, old)


def test_without_a_secret_there_are_no_addresses() -> None:
    downloads = Downloads([], Stopped(), "")
    with pytest.raises(DownloadsImpossible):
        downloads.address(OWNER, PATH, LATER)
    with pytest.raises(DownloadRefused):
        downloads.grant(PATH, "x")


def test_it_begins_with_the_public_address_and_is_sealed_under_a_key_of_its_own(settings: Settings) -> None:
    public = settings.model_copy(update={"public_url": "https://crm.example.com/"})
    address = build_downloads(public, Stopped()).address(OWNER, PATH, LATER)
    assert address.url.startswith("https://crm.example.com/exports/fans.csv?signature=")
    keys_alone = settings.model_copy(update={"jwt_secret": None})
    other = build_downloads(keys_alone, Stopped()).address(OWNER, PATH, LATER)
    assert build_downloads(settings, Stopped()).grant(PATH, signature(other.url)).owner == OWNER
    with pytest.raises(DownloadRefused):
        build_downloads(keys_alone, Stopped()).grant(PATH, signature(address.url))
