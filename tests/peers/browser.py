"""A browser with a person in front of it who agrees to everything: it opens a page, goes where the
page sends it, and sends the page's form.

`python browser.py PAGE` is what `$BROWSER` names for programs of their own.
"""

from __future__ import annotations

import html
import re
import sys
import threading
import webbrowser

import requests

ACTION = re.compile(r'<form[^>]* action="([^"]*)"')
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


def visit(page: str) -> str:
    """Opens a page; the text that is shown at the end."""
    answer = requests.get(page, timeout=60)
    form = ACTION.search(answer.text)
    if form:
        fields = {name: html.unescape(value) for name, value in FIELD.findall(answer.text)}
        answer = requests.post(html.unescape(form[1]), data=fields, timeout=60)
    return answer.text


class Browser(webbrowser.BaseBrowser):
    """The same, for programs that open it in their own process: they do not wait for it."""

    def open(self, url, new=0, autoraise=True):
        threading.Thread(target=visit, args=(url,), daemon=True).start()
        return True


if __name__ == "__main__":
    visit(sys.argv[1])
