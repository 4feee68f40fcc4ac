"""A creator's data to look at: fans, conversations, offers and payments of a quarter, stored as they would have come.

The pictures in docs/images/ show it, and the accessibility tests look at every page of it. The same in every run, but
for the days, which end today.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from db.engine import Database
from db.models import Conversation, CreatorAccount, Fan, Message, Payment, User, new_id
from services.fans.indexing import searchable
from services.search.words import indexed
from tests.stored import conversation, message, opened, reading, store
from tests.web.app.creator import Creator

DAYS = 95
PICTURE = "https://pictures.example/beach.jpg"
# Name, tags, cents paid, minutes since she was seen.
FANS = (
    ("Alex Morgan", ("vip", "premium"), 84_250, 4),
    ("Priya Nair", ("vip", "custom"), 128_900, 31),
    ("Jordan Lee", ("new",), 1_000, 95),
    ("Sam Rivera", ("premium",), 38_900, 160),
    ("Taylor Brooks", ("vip",), 73_250, 240),
    ("Noor Haddad", ("premium", "lisbon"), 21_500, 410),
    ("Kim Sørensen", ("new",), 1_500, 900),
    ("Dani Okafor", ("vip", "premium"), 66_400, 1_500),
    ("Mira Castellanos", ("berlin",), 12_750, 1_900),
    ("Ove Lindqvist", (), 4_000, 2_700),
    ("Lena Fischer", ("premium", "berlin"), 29_300, 3_000),
    ("Tomás Aguilar", ("away",), 9_900, 50_000),
    ("Hana Kobayashi", ("vip",), 54_100, 4_400),
    ("Ruth Adeyemi", ("away",), 17_250, 61_000),
    ("Marek Novák", (), 0, 5_900),
    ("Isla Campbell", ("new",), 500, 7_300),
    ("Yusuf Demir", ("premium",), 26_800, 8_800),
    ("Chloé Laurent", ("away", "premium"), 33_400, 70_000),
    ("Ben Whitaker", (), 2_500, 10_200),
    ("Anouk de Vries", ("custom",), 47_600, 11_600),
    ("Grace O'Neill", (), 3_000, 13_000),
    ("Leo Marchetti", ("new",), 0, 14_500),
    ("Sofia Petrova", ("premium",), 19_900, 16_000),
    ("Niko Virtanen", (), 7_500, 18_800),
)
# Who said it (False: the fan), how many minutes ago, what, and what it cost in cents; negative: not unlocked.
ALEX: tuple[tuple[bool, int, str, int], ...] = (
    (False, 1620, "The studio set is the best thing you have done all year.", 0),
    (True, 1605, "You have no idea how happy that makes me. It took two days and one broken lamp.", 0),
    (False, 1601, "Worth the lamp. Is there more of it?", 0),
    (True, 1500, "Nine more, and the one with the red chair.", 1_500),
    (False, 1490, "The red chair! Okay, that one goes on the wall.", 0),
    (False, 9, "Hi! Back from the trip. Are there new pictures this week?", 0),
    (True, 7, "Welcome back! Three sets: the beach, the studio, and a surprise on Sunday.", 0),
    (True, 6, "The beach one is for you first.", -1_200),
    (False, 4, "You are spoiling me. Which one do you like best yourself?", 0),
)
LAST_WORDS = (
    "Could you say happy birthday to my sister on Friday? Her name is Ana, and she will not believe it.",
    "hey, just subscribed",
    "Loved the last post. The light in the second one!",
    "Thank you so much, that made my week.",
    "Do you ship prints to Portugal?",
    "How was the shoot yesterday?",
    "I could talk to you all evening.",
    "See you on Sunday then.",
    "All right!",
    "Danke dir, bis bald.",
    "Are you doing the summer set again?",
    "Good night from Osaka.",
)


async def build(creator: Creator) -> None:
    """Stores all of it for a creator who has an account."""
    async with opened(creator.running.product.settings.database_url.get_secret_value()) as database:
        owner = await reading(
            database, lambda session: session.scalar(select(User.id).where(User.subject == creator.subject))
        )
        assert owner is not None
        account = await reading(
            database, lambda session: session.scalar(select(CreatorAccount).where(CreatorAccount.user_id == owner))
        )
        assert account is not None
        now = datetime.now(UTC)
        fans = [_fan(owner, account, now, each) for each in FANS]
        await store(database, *fans)
        await _talks(database, fans, now)
        await store(database, *_business(fans, now))


def _fan(owner: UUID, account: CreatorAccount, now: datetime, given: tuple[str, tuple[str, ...], int, int]) -> Fan:
    name, tags, cents, seen = given
    handle = name.split(maxsplit=1)[0].lower()
    row = Fan(
        user_id=owner,
        id=new_id(),
        creator_account_id=account.id,
        platform=account.platform,
        platform_fan_id=f"scene-{handle}",
        name=name,
        handle=f"@{handle}",
        handle_key=handle,
        email=f"{handle}@mail.example" if cents > 20_000 else None,
        tags=list(tags),
        value_cents=cents,
        last_seen_at=now - timedelta(minutes=seen),
        created_at=now - timedelta(days=DAYS, minutes=seen),
    )
    if name == "Alex Morgan":
        row.notes = "Birthday on 12 December. Collects prints, frames them himself. Promised: the red chair, signed."
    row.search = searchable(row)
    return row


async def _talks(database: Database, fans: list[Fan], now: datetime) -> None:
    for number, fan in enumerate(fans[: len(LAST_WORDS) + 1]):
        talk = conversation(fan)
        lines = ALEX if number == 0 else _small_talk(number, FANS[number][3])
        rows = [_line(talk, now, *each) for each in lines]
        if number == 0:
            rows[3].attachments = rows[7].attachments = [_picture()]
        last = rows[-1]
        talk.last_message_at = last.placed_at
        talk.last_incoming_at = max(row.placed_at for row in rows if row.direction == "IN")
        talk.awaiting_reply = last.direction == "IN"
        talk.unread_count = (0, 2, 1, 0, 0, 1)[number] if number < 6 else 0
        for row in rows[-talk.unread_count :] if talk.unread_count else ():
            row.read = False
        await store(database, talk, *rows)
        await _end_with(database, talk, last)


async def _end_with(database: Database, talk: Conversation, last: Message) -> None:
    """The conversation's last message, now that it is stored."""
    async with database.writes() as session, session.begin():
        changed = await session.get(Conversation, (talk.user_id, talk.id))
        assert changed is not None
        changed.last_message_id = last.id


def _small_talk(number: int, seen: int) -> tuple[tuple[bool, int, str, int], ...]:
    words = LAST_WORDS[number - 1]
    opening = ((True, seen + 60 * 24, "Good morning! The new set is up.", 0), (False, seen + 30, "Good morning!", 0))
    if number % 3 == 0:
        return (*opening, (False, seen + 5, words, 0), (True, seen, "With pleasure. I will write to you on Friday.", 0))
    return (*opening, (False, seen, words, 0))


def _line(talk: Conversation, now: datetime, mine: bool, minutes: int, text: str, cents: int) -> Message:
    at = now - timedelta(minutes=minutes)
    values: dict[str, Any] = {"direction": "IN", "origin": "FAN", "status": "RECEIVED"}
    if mine:
        values = {
            "status": "DELIVERED",
            "sent_by": "demo",
            "sent_at": at,
            "queued_at": at,
            "delivered_at": at,
            "finished_at": at,
        }
    row = message(talk, text=text, created_at=at, placed_at=at, **values)
    row.search = func.array_to_tsvector(indexed(talk.user_id, [text]))
    row.price_cents = abs(cents) or None
    row.purchased_at = at + timedelta(minutes=4) if cents > 0 else None
    return row


def _picture() -> dict[str, Any]:
    return {"id": str(new_id()), "type": "IMAGE", "url": PICTURE, "platformMediaId": None, "preview": False}


def _business(fans: list[Fan], now: datetime) -> list[Any]:
    """Offers and payments of a quarter: more at weekends, and more of late."""
    random = Random(7)
    talks = [conversation(each) for each in fans[len(LAST_WORDS) + 1 :]]
    rows: list[Any] = [*talks]
    for days in range(DAYS, -1, -1):
        day = now - timedelta(days=days)
        busy = 2 + (day.weekday() >= 4) * 3 + (DAYS - days) // 35
        for number in range(random.randint(0, busy)):
            talk = random.choice(talks)
            at = day - timedelta(minutes=random.randint(0, 600))
            cents = random.choice([800, 1_200, 1_500, 2_500])
            offer = _line(
                talk, now, mine=True, minutes=int((now - at).total_seconds() // 60), text="A new set", cents=-cents
            )
            rows.append(offer)
            kind = random.choices(["UNLOCK", "TIP", None], [5, 1, 4])[0]
            if kind:
                rows.append(_payment(talk, kind, cents, at, f"{days}-{number}"))
    return rows


def _payment(talk: Conversation, kind: str, cents: int, at: datetime, key: str) -> Payment:
    return Payment(
        user_id=talk.user_id,
        id=new_id(),
        creator_account_id=talk.creator_account_id,
        fan_id=talk.fan_id,
        kind=kind,
        amount_cents=cents if kind == "UNLOCK" else 500,
        payment_key=key,
        platform_message_id=key if kind == "UNLOCK" else None,
        paid_at=at + timedelta(minutes=8),
    )
