"""Where the fans of a row belong, by what the row says, what the upload says, and which accounts there are."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.fans.imports.homes import (
    NONE_OF_YOURS,
    ON_ANOTHER_PLATFORM,
    ON_SEVERAL_PLATFORMS,
    Chosen,
    homes_of,
)
from services.fans.imports.rows import Fault, Place
from services.fans.imports.sameness import Home
from tests.stored import account

OWNER = UUID(int=1)
FIRST, SECOND = account(OWNER, "first"), account(OWNER, "second")
OTHER, BLANK = account(OWNER, "other", platform="FANSLY"), account(OWNER, " blank ", platform="FANVUE")
TWICE = [account(OWNER, "twice", platform=platform) for platform in ("FANSLY", "FANVUE", "ONLYFANS")]
ACCOUNTS = [FIRST, SECOND, OTHER, BLANK, *TWICE]
CHOSEN = Chosen("SANDBOX", FIRST.id)

UNKNOWN = Fault("Creator Account", NONE_OF_YOURS)
CONTRADICTION = Fault("Creator Account", ON_ANOTHER_PLATFORM)
SEVERAL = Fault("Platform", "There are several accounts on FANSLY; say by Creator Account which is meant.")


@pytest.mark.parametrize(
    ("place", "home"),
    [
        ((None, None), Home("SANDBOX", FIRST.id)),
        (("SANDBOX", None), Home("SANDBOX", FIRST.id)),
        (("ONLYFANS", None), Home("ONLYFANS", TWICE[2].id)),
        (("PATREON", None), Home("PATREON", None)),
        (("FANSLY", None), SEVERAL),
        ((None, "first"), Home("SANDBOX", FIRST.id)),
        ((None, "second"), Home("SANDBOX", SECOND.id)),
        (("SANDBOX", "second"), Home("SANDBOX", SECOND.id)),
        ((None, "other"), Home("FANSLY", OTHER.id)),
        (("FANSLY", "other"), Home("FANSLY", OTHER.id)),
        ((None, "blank"), Home("FANVUE", BLANK.id)),
        (("FANVUE", "twice"), Home("FANVUE", TWICE[1].id)),
        ((None, "twice"), Fault("Creator Account", ON_SEVERAL_PLATFORMS)),
        (("SANDBOX", "twice"), CONTRADICTION),
        (("SANDBOX", "other"), CONTRADICTION),
        (("PATREON", "first"), CONTRADICTION),
        ((None, "Second"), UNKNOWN),
        ((None, "nobody's"), UNKNOWN),
        (("SANDBOX", "nobody's"), UNKNOWN),
    ],
)
def test_what_a_row_says_goes_before_what_the_upload_says(place: Place, home: Home | Fault) -> None:
    assert homes_of([place, place], ACCOUNTS, CHOSEN) == {place: home}


def test_an_id_on_several_platforms_is_that_of_the_uploads_platform() -> None:
    assert homes_of([(None, "twice")], ACCOUNTS, Chosen("FANSLY", OTHER.id)) == {
        (None, "twice"): Home("FANSLY", TWICE[0].id)
    }


def test_without_a_choice_fans_belong_to_the_only_account_if_there_is_any() -> None:
    open_choice, nothing_said = Chosen("SANDBOX", None), (None, None)
    assert homes_of([nothing_said], [FIRST, OTHER], open_choice) == {nothing_said: Home("SANDBOX", FIRST.id)}
    assert homes_of([nothing_said], [OTHER], open_choice) == {nothing_said: Home("SANDBOX", None)}
    [fault] = homes_of([nothing_said], [FIRST, SECOND], open_choice).values()
    assert fault == Fault("Platform", "There are several accounts on SANDBOX; say by Creator Account which is meant.")
