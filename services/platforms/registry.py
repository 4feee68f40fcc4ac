"""Which platforms there are, and which of them can be spoken to."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from services.platforms import onlyfansapi, sandbox
from services.platforms.exchange import Exchange
from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import Adapter
from services.runtime.clock import Clock, SystemClock
from services.runtime.settings import Settings


class Adapters:
    """The adapters of this installation by platform name. A platform without one is NOT_SUPPORTED."""

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = dict(adapters)

    def adapter_for(self, platform: str) -> Adapter | None:
        return self._adapters.get(platform)


def build(settings: Settings, http_client: httpx.AsyncClient, clock: Clock | None = None) -> Adapters:
    """ONLYFANS always; SANDBOX only where its address is set."""
    places = {onlyfansapi.DIALECT: settings.onlyfans_api_base_url, sandbox.DIALECT: settings.sandbox_api_base_url}
    exchange, moment = Exchange(http_client), clock or SystemClock()
    timeout = settings.platform_timeout_seconds
    return Adapters(
        {
            dialect.name: GatewayAdapter(dialect, address, exchange, moment, timeout)
            for dialect, address in places.items()
            if address
        }
    )
