"""Names of time zones, which come from outside. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

MAX_ZONE_LENGTH = 64
# Present in a system's zone files, yet no names of the IANA database (or, as `right/`, counting leap seconds).
_FOREIGN_ZONES = ("posix/", "right/", "posixrules", "localtime", "Factory")


def is_time_zone(name: object) -> bool:
    """Whether this is a name of the IANA database."""
    if not isinstance(name, str) or len(name) > MAX_ZONE_LENGTH or name.startswith(_FOREIGN_ZONES):
        return False
    try:
        return bool(ZoneInfo(name).key)
    except (KeyError, ValueError, OSError):
        return False
