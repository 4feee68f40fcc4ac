"""What the control addresses of the sandbox take."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.faults import Endpoint, FaultKind

PathText = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,255}$")]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class Form(BaseModel):
    """Fields in camel case; unknown ones are refused, so that a misspelt fault does not silently do nothing."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=True)


class AccountForm(Form):
    account_id: PathText
    api_key: Annotated[str, Field(min_length=1, max_length=1000)]
    display_name: Annotated[str, Field(min_length=1, max_length=255)]
    webhook_url: Annotated[str, Field(pattern=r"^https?://", max_length=2048)] | None = None
    webhook_secret: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    reply_after_seconds: Seconds | None = None
    announce_sent: bool = True

    def account(self) -> Account:
        return Account(**self.model_dump())


class FaultForm(Form):
    """What `count` requests to `on` (of one account, if given) will meet; see `faults`."""

    kind: FaultKind
    on: Endpoint = "send"
    account_id: PathText | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    retry_after_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    seconds: Seconds = 1.0
    body: dict[str, Any] | None = None


class FanForm(Form):
    id: PathText | int
    username: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class InboundForm(Form):
    """A message that a fan writes; `price` in US dollars, `media` as addresses or vault ids."""

    account_id: PathText
    fan: FanForm
    text: Annotated[str, Field(max_length=5000)]
    price: int | str | None = None
    media: Annotated[list[int | str], Field(max_length=50)] = []


class UnlockForm(Form):
    """A fan unlocks a message. Fan and amount (US dollars) are needed only for one that the sandbox does not know."""

    account_id: PathText
    message_id: PathText | int
    fan: FanForm | None = None
    amount: int | str | None = None


class TipForm(Form):
    """A fan tips; `amount` in US dollars."""

    account_id: PathText
    fan: FanForm
    amount: int | str


class SubscriptionForm(Form):
    """A fan subscribes, or her subscription is renewed; `price` in US dollars, none for a free one."""

    account_id: PathText
    fan: FanForm
    price: int | str | None = None


class MessageForm(Form):
    account_id: PathText
    message_id: PathText | int


class SessionForm(Form):
    account_id: PathText


class EventForm(Form):
    """Any event at all, signed as the others are."""

    account_id: PathText
    event: Annotated[str, Field(min_length=1, max_length=255)]
    payload: dict[str, Any] = {}
