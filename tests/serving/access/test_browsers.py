"""A browser is called by two words that its user knows it by."""

from __future__ import annotations

import pytest

from serving.access.browsers import browser_of

APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{WINDOWS} Safari/537.36", "Chrome, Windows"),
        (f"{WINDOWS} Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        (f"{WINDOWS} Safari/537.36 OPR/120.0", "Opera, Windows"),
        (f"{APPLE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (f"{APPLE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (f"{APPLE} FxiOS/140.0 Mobile/15E148 Safari/604.1", "Firefox, iPhone"),
        (f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36", "Samsung Internet, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari, macOS"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>", ""),
    ],
)  # fmt: skip
def test_a_browser_is_its_maker_and_its_system(user_agent: str, words: str) -> None:
    assert browser_of(user_agent) == words
