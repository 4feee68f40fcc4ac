"""A window of the application, and what a person does in it."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.web.app.creator import Creator


class Window:
    """Signed in as a creator. What goes wrong unseen, such as a refused style or an exception, is kept."""

    def __init__(self, page: Page, creator: Creator, **claims: object) -> None:
        self.page = page
        self.creator = creator
        self._claims = claims
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(f"exception: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        # A connection that is cut on purpose is told by the browser as an error, too.
        network = any(words in message.text for words in ("net::ERR", "WebSocket", "the server responded with"))
        if message.type == "error" and not network:
            self.faults.append(message.text)

    def demand_no_faults(self) -> None:
        assert self.faults == []

    def open(self, path: str = "/") -> Response:
        response = self.page.goto(f"{self.creator.url}{path}#token={self.creator.token(**self._claims)}")
        assert response is not None
        expect(self.page.get_by_role("navigation", name="Pages")).to_be_visible()
        return response

    @property
    def conversations(self) -> Locator:
        return self.page.get_by_role("region", name="Conversations")

    @property
    def rows(self) -> Locator:
        return self.conversations.get_by_role("link")

    def row(self, name: str) -> Locator:
        return self.rows.filter(has_text=name)

    def open_conversation(self, name: str) -> None:
        self.row(name).click()
        expect(self.page.get_by_role("log", name=f"Messages with {name}")).to_have_attribute("aria-busy", "false")

    def about_fan(self, choice: str) -> None:
        """Takes a choice of the menu about the fan beside the thread."""
        self.page.get_by_role("button", name="More about this fan").click()
        self.page.get_by_role("menuitem", name=choice).click()

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log")

    def bubble(self, text: str) -> Locator:
        """By all of its text: a part of one may stand beside a time of day and read like another."""
        return self.thread.get_by_role("article").filter(has=self.page.get_by_text(text, exact=True))

    @property
    def composer(self) -> Locator:
        return self.page.locator("[data-composer]")

    def write(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def look_at(self, place: int) -> None:
        """Narrows everything to one of several accounts, in the order of the menu; 0: all of them."""
        self.page.get_by_role("button", name="Account: ").click()
        self.page.get_by_role("menuitem").nth(place).click()

    def texts(self) -> list[str]:
        """What the bubbles say, from the top."""
        return self.thread.locator(".bubble-text").all_inner_texts()
