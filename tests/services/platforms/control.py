"""The control addresses of the sandbox, as tests use them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.waiting import eventually

CUT = {"cut_before", "cut_after"}


class SandboxControl:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def fault(self, kind: str, **fields: Any) -> None:
        await self._posted("faults", {"kind": kind} | fields)

    async def faults_waiting(self) -> int:
        return int((await self.http.get("/control/faults")).raise_for_status().json()["waiting"])

    async def mend(self) -> None:
        (await self.http.delete("/control/faults")).raise_for_status()

    async def account(self, **fields: Any) -> None:
        usual = {"accountId": "acct_1", "apiKey": "key-1", "displayName": "Mia"}
        await self._posted("accounts", usual | fields)

    async def inbound(self, **fields: Any) -> Any:
        return await self._posted("inbound", {"accountId": "acct_1"} | fields)

    async def happens(self, path: str, **fields: Any) -> Any:
        """An event of the gateway: unlock, tip, subscribe, renew, delete, expire, reconnect, or any `event`."""
        return await self._posted(path, {"accountId": "acct_1"} | fields)

    async def arrivals(self) -> list[dict[str, Any]]:
        answer = (await self.http.get("/control/deliveries")).raise_for_status().json()
        assert answer["count"] == len(answer["deliveries"])
        return list(answer["deliveries"])

    async def quiet(self) -> None:
        """Wait until no request to send is still being answered."""
        await eventually(self._all_answered, 60, "a quiet platform")

    async def _all_answered(self) -> bool:
        return all(each["status"] is not None or each["fault"] in CUT for each in await self.arrivals())

    async def delivered(self) -> int:
        return sum(arrival["delivered"] for arrival in await self.arrivals())

    async def _posted(self, path: str, body: dict[str, Any]) -> Any:
        return (await self.http.post(f"/control/{path}", json=body)).raise_for_status().json()
