"""Statements for the owner guard: some bind the owner of every owned table, some only look as if they did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    and_,
    column,
    delete,
    exists,
    func,
    insert,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from db.models import Campaign, Conversation, Fan, Lane, LiveSequence, Message, User

ME, YOU, THING = UUID(int=1), UUID(int=2), UUID(int=3)
other = aliased(Message)

MINE = Message.user_id == ME
my_ids = select(Message.id).where(MINE)
all_ids = select(Message.id)
my_fans, all_fans = select(Fan).where(Fan.user_id == ME), select(Fan)
same_owner = Fan.user_id == Message.user_id
lateral_mine = select(Message.id).where(MINE, Message.fan_id == Fan.id).limit(1).lateral()
lateral_equal = select(Message.id).where(same_owner, Message.fan_id == Fan.id).limit(1).lateral()
lateral_all = select(Message.id).where(Message.fan_id == Fan.id).limit(1).lateral()
above_average = Message.priority >= select(func.avg(other.priority)).where(other.user_id == ME).scalar_subquery()
one_fan = {"user_id": ME, "id": THING, "platform": "SANDBOX", "name": "Robin"}
counted = upsert(LiveSequence).values(user_id=ME, sequence=1)
chain = select(Message.id, Message.priority).where(MINE, Message.priority == 1).cte(recursive=True)
chain = chain.union_all(select(Message.id, Message.priority).where(MINE, Message.priority == chain.c.priority + 1))

BOUND: dict[str, Any] = {
    "select": select(Message).where(MINE),
    "the value first": select(Message).where(and_(MINE, Message.read)),
    "nested and": select(Message).where(and_(Message.read, and_(MINE, Message.priority > 2))),
    "or beside it": select(Message).where(MINE, or_(Message.read, Message.priority > 2)),
    "join": select(Message).join(Fan, Fan.id == Message.fan_id).where(MINE, same_owner),
    "join on both keys": select(Message).join(Fan, and_(same_owner, Fan.id == Message.fan_id)).where(MINE),
    "three in a chain": select(Message)
    .join(Fan, same_owner)
    .join(Conversation, Conversation.user_id == Fan.user_id)
    .where(Conversation.user_id == ME),
    "owner in the condition of a join": select(Message).join(Fan, and_(same_owner, Fan.user_id == ME)),
    "left join": select(Message).outerjoin(Fan, and_(same_owner, Fan.id == Message.fan_id)).where(MINE),
    "left join to one's own": select(Message).outerjoin(Fan, and_(Fan.user_id == ME, Fan.id == THING)).where(MINE),
    "alias": select(other).where(other.user_id == ME),
    "alias beside table": select(Message).join(other, other.user_id == Message.user_id).where(MINE),
    "subquery": select(select(Message).where(MINE).subquery()),
    "subquery in from": select(func.count()).select_from(my_ids.subquery()),
    "entity of a subquery": select(aliased(Message, select(Message).where(MINE).subquery())),
    "in": select(Fan).where(Fan.user_id == ME, Fan.id.in_(select(Message.fan_id).where(MINE))),
    "exists": select(Message).where(MINE, exists().where(same_owner, Fan.id == Message.fan_id)),
    "exists with its own": select(Message).where(MINE, exists().where(Fan.user_id == ME, Fan.id == Message.fan_id)),
    "scalar subquery": select(Message).where(MINE, above_average),
    "scalar subquery as column": select(
        Message.id, select(func.count(Fan.id)).where(Fan.user_id == Message.user_id).scalar_subquery()
    ).where(MINE),
    "correlated by name": select(
        Message.id, select(func.count()).where(same_owner).correlate(Message).scalar_subquery()
    ).where(MINE),
    "cte": select(my_ids.cte()),
    "recursive cte": select(chain),
    "cte that changes": select(update(Message).where(MINE).values(read=True).returning(Message.id).cte()),
    "lateral": select(Fan).join(lateral_mine, Fan.user_id == ME).where(Fan.user_id == ME),
    "lateral by equality": select(Fan).join(lateral_equal, Fan.user_id == ME),
    "union": union(my_ids, select(Fan.id).where(Fan.user_id == ME)),
    "union in from": select(union_all(my_ids, my_ids).subquery()),
    "update": update(Message).where(MINE, Message.id == THING).values(read=True),
    "update returning": update(Message).where(MINE).values(read=True).returning(Message),
    "update from": update(Message).where(MINE, same_owner, Fan.id == Message.fan_id).values(text=Fan.name),
    "update by subquery": update(Message).where(MINE, Message.id.in_(my_ids)).values(read=True),
    "update with a subquery as value": update(Message).where(MINE).values(
        text=select(Fan.name).where(same_owner, Fan.id == Message.fan_id).scalar_subquery()
    ),
    "delete": delete(Message).where(MINE, Message.id == THING),
    "delete using": delete(Message).where(MINE, same_owner, Fan.id == Message.fan_id),
    "insert": insert(Fan).values(one_fan),
    "insert from select": insert(LiveSequence).from_select(["user_id"], select(Fan.user_id).where(Fan.user_id == YOU)),
    "upsert by an owned key": counted.on_conflict_do_update(index_elements=["user_id"], set_={"sequence": 2}),
    "upsert by owned columns": counted.on_conflict_do_update(
        index_elements=[LiveSequence.user_id], set_={"sequence": LiveSequence.sequence + 1}
    ),
    "upsert that leaves rows alone": upsert(Fan).values(one_fan).on_conflict_do_nothing(),
    "a table nobody owns": select(User),
    "lanes": update(Lane).where(Lane.account_id == "a").values(due_at=func.clock_timestamp()),
    "no table": select(func.clock_timestamp()),
    "a function as table": select(func.generate_series(1, 3).column_valued("number")),
    "text that selects nothing": select(Message).where(MINE, text("priority > 2")).order_by(text("id")),
    "entity from a statement": select(Message).from_statement(select(Message).where(MINE)),
}  # fmt: skip

UNBOUND: dict[str, tuple[Any, str]] = {
    "select": (select(Message), "messages"),
    "by id alone": (select(Message).where(Message.id == THING), "messages"),
    "columns": (select(Message.text).where(Message.id == THING), "messages"),
    "count": (select(func.count()).select_from(Message), "messages"),
    "or": (select(Message).where(or_(MINE, Message.read)), "messages"),
    "or of owners": (select(Message).where(or_(MINE, Message.user_id == YOU)), "messages"),
    "not": (select(Message).where(not_(MINE)), "messages"),
    "not of a combination": (select(Message).where(not_(and_(MINE, Message.read))), "messages"),
    "unequal": (select(Message).where(Message.user_id != ME), "messages"),
    "in": (select(Message).where(Message.user_id.in_([ME, YOU])), "messages"),
    "greater": (select(Message).where(Message.user_id >= ME), "messages"),
    "distinct from": (select(Message).where(Message.user_id.is_distinct_from(ME)), "messages"),
    "null": (select(Message).where(Message.user_id.is_(None)), "messages"),
    "itself": (select(Message).where(Message.user_id == Message.user_id), "messages"),
    "as a column": (select(Message.id, Message.user_id == ME), "messages"),
    "as an order": (select(Message.id).order_by(Message.user_id == ME), "messages"),
    "having": (select(Message.user_id).group_by(Message.user_id).having(Message.user_id == ME), "messages"),
    "in a case": (select(Message).where(func.coalesce(Message.user_id == ME, True)), "messages"),
    "join": (select(Message).join(Fan, Fan.id == Message.fan_id).where(MINE), "fans"),
    "join without an owner": (select(Message).join(Fan, same_owner), "fans, messages"),
    "outer side of a left join": (select(Message).outerjoin(Fan, and_(MINE, same_owner)), "fans, messages"),
    "full join": (select(Message).join(Fan, and_(MINE, Fan.user_id == ME), full=True), "fans, messages"),
    "cross join": (select(Message, Fan).where(MINE), "fans"),
    "alias": (select(Message).join(other, other.id == Message.id).where(MINE), "messages"),
    "alias alone": (select(other).where(other.id == THING), "messages"),
    "subquery": (select(all_ids.subquery()), "messages"),
    "outside of a subquery": (select(Message).join(my_ids.subquery(), Message.read.is_(True)), "messages"),
    "inside of a subquery": (select(Message).join(all_ids.subquery(), Message.read.is_(True)).where(MINE), "messages"),
    "entity of a subquery": (select(aliased(Message, select(Message).subquery())), "messages"),
    "in a subquery": (select(Fan).where(Fan.user_id == ME, Fan.id.in_(select(Message.fan_id))), "messages"),
    "outside of in": (select(Fan).where(Fan.id.in_(select(Message.fan_id).where(MINE))), "fans"),
    "exists": (select(Message).where(MINE, exists().where(Fan.id == Message.fan_id)), "fans"),
    "exists that binds outside": (select(Message).where(exists().where(MINE, same_owner)), "messages"),
    "scalar subquery that does not correlate": (
        select(Message).where(
            MINE, Message.priority > select(func.avg(Message.priority)).correlate(None).scalar_subquery()
        ),
        "messages",
    ),
    "cte": (select(all_ids.cte()), "messages"),
    "cte beside": (select(Message).where(Message.id.in_(select(my_ids.cte().c.id))), "messages"),
    "cte that changes": (select(update(Message).values(read=True).returning(Message.id).cte()), "messages"),
    "cte added": (select(User).add_cte(delete(Message).cte()), "messages"),
    "lateral": (select(Fan).join(lateral_all, Fan.user_id == ME), "messages"),
    "beside a lateral": (select(Fan).join(lateral_mine, Fan.name == "Robin"), "fans"),
    "union": (union(my_ids, all_ids), "messages"),
    "union in from": (select(union_all(my_ids, all_ids).subquery()), "messages"),
    "update": (update(Message).where(Message.id == THING).values(read=True), "messages"),
    "update of everything": (update(Message).values(read=True), "messages"),
    "value of an update": (update(Message).where(Message.id == THING).values(user_id=ME), "messages"),
    "comparison as a value": (update(Message).where(Message.id == THING).values(read=MINE), "messages"),
    "update returning": (update(Message).values(read=True).returning(MINE), "messages"),
    "update from": (update(Message).where(MINE, Fan.id == Message.fan_id).values(text=Fan.name), "fans"),
    "update from a subquery": (
        update(Message).where(MINE, Message.id == all_ids.subquery().c.id).values(read=True),
        "messages",
    ),
    "update outside of in": (update(Message).where(Message.id.in_(my_ids)).values(read=True), "messages"),
    "subquery as a value": (
        update(Message).where(MINE).values(text=select(Fan.name).where(Fan.id == THING).scalar_subquery()),
        "fans",
    ),
    "delete": (delete(Message).where(Message.id == THING), "messages"),
    "delete or": (delete(Message).where(or_(MINE, Message.id == THING)), "messages"),
    "delete using": (delete(Message).where(MINE, Fan.id == Message.fan_id), "fans"),
    "insert from select": (insert(LiveSequence).from_select(["user_id"], select(Fan.user_id)), "fans"),
    "insert of a subquery": (
        insert(Fan).values(one_fan | {"name": select(Campaign.name).limit(1).scalar_subquery()}),
        "campaigns",
    ),
    "upsert by a key of nobody": (
        upsert(Fan).values(one_fan).on_conflict_do_update(index_elements=["platform"], set_={"name": "Kim"}),
        "fans",
    ),
    "upsert by a named key": (
        upsert(Fan).values(one_fan).on_conflict_do_update(constraint="pk_fans", set_={"name": "Kim"}),
        "fans",
    ),
    "subquery of an upsert": (
        counted.on_conflict_do_update(
            index_elements=["user_id"], set_={"sequence": select(func.count(Fan.id)).scalar_subquery()}
        ),
        "fans",
    ),
    "table by its name": (select(column("text")).select_from(table("messages")), "messages"),
    "table as text": (select(column("text")).select_from(text("messages")), "text"),
    "text in a condition": (select(User).where(text("id IN (SELECT user_id FROM messages)")), "text"),
    "literal column": (select(literal_column("(select count(*) from messages)")), "text"),
    "entity from text": (select(Message).from_statement(text("SELECT * FROM messages")), "text"),
    "columns of text": (text("SELECT id FROM messages").columns(Message.id), "text"),
}  # fmt: skip
