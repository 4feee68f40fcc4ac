"""Who may do what: keys and the accounts they open."""

from __future__ import annotations

from starlette.requests import Request

from services.platforms.sandbox_server.accounts import Account, Accounts
from services.platforms.sandbox_server.refusals import Refusal


def behind_key(request: Request, accounts: Accounts) -> list[Account]:
    """The accounts of the bearer key. Raises Refusal (401) where there are none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    found = accounts.opened_by(key.strip()) if scheme.lower() == "bearer" else []
    if not found:
        raise Refusal(401, "UNAUTHENTICATED", "The API key is not valid.")
    return found


def opened(request: Request, accounts: Accounts) -> Account:
    """The account of the path. Raises Refusal: 401 for the key, 403 where it opens another one or has no session."""
    account_id = request.path_params["account"]
    for account in behind_key(request, accounts):
        if account.account_id == account_id and not account.session:
            raise Refusal(403, "SESSION_EXPIRED", "The session has expired, please reconnect.")
        if account.account_id == account_id:
            return account
    raise Refusal(403, "FORBIDDEN", "The API key does not open this account.")
