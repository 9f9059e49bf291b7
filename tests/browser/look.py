"""Looks at a page of fotarig in Chromium: look.py KIND PAGE PICTURES."""

import shutil
import sys
import time
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

# Elements of the templates and plots; one that is not here has come out of a journal.
ELEMENTS = set(
    """html head meta title style body a header div p h1 h2 h3 h4 b i ul li main section details
    summary span small code figure figcaption pre mark dl dt dd table thead tbody tr th td em form
    input button select option output noscript time footer kbd dialog nav article script svg path g
    line rect circle text tspan polyline polygon defs desc clipPath linearGradient stop use""".split()
)

STRANGE = """known => [...document.querySelectorAll('*')].filter((one) =>
    !known.includes(one.localName)
    || one.getAttributeNames().some((name) => name.startsWith('on'))).map((one) => one.outerHTML)"""


class Look:
    """A page in a browser that notes whatever it complains of or asks for."""

    def __init__(self, browser, page, **context):
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.wrong = []
        self.page.on("console", lambda said: self.wrong.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))
        self.page.on("request", self.request)
        self.address = page.as_uri()
        began = time.monotonic()
        self.page.goto(self.address)
        self.seconds = time.monotonic() - began

    def request(self, request):
        if not request.url.startswith(self.address):
            self.wrong.append(f"asks for {request.url}")

    def done(self):
        assert not self.wrong, self.wrong
        self.context.close()

    def strange(self):
        return self.page.evaluate(STRANGE, sorted(ELEMENTS))

    def fits(self):
        wide = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"the page is wider than the screen: {wide}"


def person(browser, page, pictures):
    look = Look(browser, page, viewport={"width": 1280, "height": 900})
    on = look.page
    assert "failed" in on.title(), on.title()
    expect(on.locator("#causes")).to_contain_text("came after")
    expect(on.locator(".kind.broken h3")).to_contain_text("The rig broke")
    # What went wrong is drawn on the file.
    on.locator(".cause summary", has_text="later than the 5 s allowed").first.click()
    expect(on.locator(".cause[open] mark").first).to_have_text("'^\\+CEREG: 1$'")
    on.screenshot(path=pictures / "desktop.png", full_page=True)

    # The filter, typed and clicked, counts and is in the address.
    total = on.locator("#shown").text_content()
    on.keyboard.press("/")
    on.keyboard.type("late")
    expect(on.locator("#shown")).to_have_text(f"2 of {total}")
    on.keyboard.press("Escape")
    on.locator(".chips .passed").click()
    expect(on.locator("#none")).to_be_visible()
    assert "q=late" in on.url and "v=passed" in on.url, on.url
    on.locator(".chips .passed").click()
    on.locator("#rig").select_option(label="south")
    expect(on.locator("#shown")).to_have_text(f"1 of {total}")
    on.screenshot(path=pictures / "filtered.png")

    # A test is opened, left and passed on by the keyboard alone.
    on.locator("#rig").select_option("")
    on.locator("h1").click()
    on.keyboard.press("j")
    on.keyboard.press("Enter")
    expect(on.locator("#sheet")).to_be_visible()
    expect(on.locator("#sheet-title")).to_contain_text("late")
    expect(on.locator("#detail .talk")).to_contain_text("the registration on the network changed to 1")
    expect(on.locator("#detail .talk")).to_contain_text("taken by no step")
    assert on.locator("#detail .fall > a").count() >= 5
    on.locator(".talk button[data-m]").first.press("Enter")
    expect(on.locator(".talk .more")).to_have_count(1)
    on.locator("#attempts button").first.click()
    assert "test=" in on.url, on.url
    on.screenshot(path=pictures / "test.png")
    first = on.url
    on.keyboard.press("j")
    expect(on.locator("#sheet-about")).to_contain_text("too late")
    assert on.url != first, first
    # Whoever is sent the link sees the same.
    linked = on.url
    on.keyboard.press("Escape")
    expect(on.locator("#sheet")).not_to_be_visible()
    assert "test=" not in on.url, on.url
    on.goto("about:blank")
    on.goto(linked)
    expect(on.locator("#detail > *").first).to_be_visible()
    on.keyboard.press("Escape")

    # On paper, what went wrong is drawn.
    on.pdf(path=pictures / "print.pdf")
    assert not look.strange(), look.strange()
    look.done()

    for name, context in {
        "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        "phone": {"viewport": {"width": 380, "height": 800}, "device_scale_factor": 2},
    }.items():
        look = Look(browser, page, **context)
        look.fits()
        look.page.screenshot(path=pictures / f"{name}.png")
        look.page.locator(".scenario[open] li a").first.click()
        expect(look.page.locator("#detail > *").first).to_be_visible()
        look.fits()
        wide = look.page.evaluate("[document.querySelector('#sheet').scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{name}: a test is wider than the screen: {wide}"
        look.page.screenshot(path=pictures / f"{name}-test.png")
        look.done()

    look = Look(browser, page, java_script_enabled=False)
    expect(look.page.locator("#causes")).to_contain_text("came after")
    expect(look.page.locator("#tests")).to_contain_text("update/")
    look.done()


def hostile(browser, page, pictures):
    look = Look(browser, page, viewport={"width": 1280, "height": 900})
    on = look.page
    tests = on.eval_on_selector_all(".scenario li > a", "all => all.map((one) => one.hash)")
    assert len(tests) == 2, tests
    for test in tests:
        on.evaluate("hash => { location.hash = hash }", test)
        expect(on.locator("#detail .talk")).to_contain_text("x-evil")
        for button in on.locator(".talk button[data-m]").all()[:5]:
            button.dispatch_event("click")
        assert not look.strange(), look.strange()
        for attempt in range(on.locator("#attempts button").count()):
            on.locator("#attempts button").nth(attempt).dispatch_event("click")
            expect(on.locator("#detail .talk")).to_contain_text("x-evil")
            assert not look.strange(), look.strange()
    on.screenshot(path=pictures / "hostile.png")
    assert on.evaluate("typeof evil") == "undefined"
    look.done()


def many(browser, page, pictures):
    look = Look(browser, page, viewport={"width": 1280, "height": 900})
    on = look.page
    size = page.stat().st_size
    assert size < 30_000_000, size
    began = time.monotonic()
    on.locator("#q").fill("n=7 ")
    expect(on.locator("#shown")).to_have_text("250 of 10000 tests")
    filtered = time.monotonic() - began
    began = time.monotonic()
    on.evaluate("() => { location.hash = 'test=0.9999' }")
    on.wait_for_selector("#detail .talk")
    opened = time.monotonic() - began
    assert "+CSQ" in on.locator("#detail .talk").text_content()
    on.screenshot(path=pictures / "many.png")
    print(
        f"10,000 tests: {size / 1e6:.1f} MB, loaded in {look.seconds:.2f} s, "
        f"filtered in {filtered:.2f} s, a test opened in {opened:.2f} s"
    )
    look.done()


def main():
    kind, page, pictures = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        {"person": person, "hostile": hostile, "many": many}[kind](browser, page, pictures)
        browser.close()


main()
