"""What docs/developer-guide.md tells a front-end developer to copy, as a module that can be run."""

from __future__ import annotations

import re
from pathlib import Path

from services.devstack.supervisor import ROOT
from tests.conformance.node import HERE

GUIDE = ROOT / "docs" / "developer-guide.md"
SNIPPET = re.compile(r"^```js\n(.*?export function watchInbox.*?)^```", re.MULTILINE | re.DOTALL)
QUERY = re.compile(r"const query = `.*?`;", re.DOTALL)
IMPATIENT = "retryAttempts: Infinity, retryWait: () => new Promise((resolve) => setTimeout(resolve, 50))"


def watch_inbox(folder: Path, query: str | None = None) -> Path:
    """The snippet as it stands; or with another query, and without the pauses it makes between attempts."""
    [code] = SNIPPET.findall(GUIDE.read_text())
    if query is not None:
        assert QUERY.search(code)
        assert "retryAttempts: Infinity" in code
        code = QUERY.sub(lambda _: f"const query = `{query}`;", code).replace("retryAttempts: Infinity", IMPATIENT)
    (folder / "node_modules").symlink_to(HERE / "node_modules", target_is_directory=True)
    file = folder / "watch-inbox.mjs"
    file.write_text(code)
    return file
