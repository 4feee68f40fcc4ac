"""The sandbox platform: a real HTTP server in the gateway's dialect, with faults on demand and fans that answer.

Everything it knows is in memory and bounded; a restart forgets all of it.
"""

from services.platforms.sandbox_server.app import build_app
from services.platforms.sandbox_server.server import running, serve

__all__ = ["build_app", "running", "serve"]
