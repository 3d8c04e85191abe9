"""What is expected of each scenario, as far as a machine can tell: complaints, in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from datetime import datetime, timedelta

from tests.hostile.press import Row
from tests.hostile.seen import Seen

Check = Callable[[Seen], Iterator[str]]
HEADLINE = "L’été à Noël : cœur, façade, 50 € — “guillemets”"
LONGEST_WAIT = timedelta(hours=25)
LEAST_WAIT = timedelta(minutes=4)

# Said in the words that an administrator reads: patterns of the feed's last error.
REASONS = {
    **dict.fromkeys(["redir-loop", "redir-pingpong", "redir-endless"], "redirects more than"),
    "redir-nolocation": "redirects to nowhere", "redir-portal": "not a feed but a web page",
    **{f"status-{s}": f"the error {s}" for s in (400, 401, 402, 403, 404, 406, 451, 500, 502, 504, 520, 999)},
    "status-410": "gone for good", "503-retry": "the error 503", "challenge": "human", "partial-206": "only a part",
    **{f"429-{kind}": "come less often" for kind in ("seconds", "date", "huge", "garbage", "negative", "float")},
    "empty-200": "empty", "cond-304-always": "304", "cond-304-body": "304", "error-bomb": "the error 500",
    **dict.fromkeys(["slow-headers", "slow-body", "silent", "half-body"], "no complete answer"),
    **dict.fromkeys(["infinite-body", "infinite-chunked", "cl-huge", "feed-50mb"], r"more than \d+ kB"),
    **dict.fromkeys(["gzip-bomb", "gzip-bomb2", "deflate-bomb"], r"more than \d+ kB"),
    **dict.fromkeys(["gzip-chain", "unknown-ce", "br-bomb", "gzip-truncated"], "decompressed"),
    **dict.fromkeys(["html-instead", "html-as-xml"], "a web page"), "json-instead": "JSON", "pdf-instead": "PDF",
    "png-instead": "an image", "svg-instead": "not a feed", "zip-feed": "ZIP", "binary-junk": "proper HTTP",
    **dict.fromkeys(["cl-negative", "chunk-bad", "status-garbage", "http09", "tls-alert"], "proper HTTP"),
    **dict.fromkeys(["header-flood", "header-long", "close", "reset", "cl-double"], "proper HTTP|not be reached"),
    **dict.fromkeys(["chunk-truncated"], "proper HTTP|not be reached"),
}  # fmt: skip
# Digits of other scripts come through a header as question marks: an address on the same host, for ever.
REFUSALS = "not on the public Internet|cannot be fetched|could not be resolved|only http|redirects more than"
# All of it or a clean error, never a part.
ALL_OR_NOTHING = {
    "cl-too-long": 10, "deflate-raw": 10, "x-gzip": 10, "gzip-twice": 10, "gzip-undeclared": 10, "gzip-false": 10,
    "gzip-tail": 10, "gzip-badcrc": 10, "feed-20000": 20_000, "br-ok": 3,
}  # fmt: skip
COUNTS = {
    "te-cl": range(10, 11), "enc-leading-junk": range(10, 11), "enc-control": range(1, 2), "enc-nul": range(2, 11),
    "enc-overlong-lt": range(1, 2), "xml-truncated": range(5, 10), "cl-too-short": range(0, 10),
    "empty-items": range(0, 1), "enc-1252-as-utf8": range(1, 2), "enc-utf8-as-latin1": range(1, 2),
    "enc-utf7": range(0, 2), "xml-xxe-file": range(0, 2), "bad-links": range(1, 16), "enc-mixed": range(2, 3),
    "ssrf-in-content": range(1, 2), "cond-etag-empty": range(10, 11), "xss": range(20, 24),
}  # fmt: skip
NO_FAILURE = {"no-content-204", "empty-feed", "empty-items", "redir-crlf", "cond-etag-empty", "cond-stuck-etag"}
# What must be seen of a page once it has been read.
PAGE_TITLES = {"page-latin1-late-meta": "Été", "page-deep-text": "Profond"}
PAGES_WITH_TEXT = {"page-normal", "page-scripts", "page-endtags", "refresh-header", "ssrf-page", "page-discover"}
ONE_REQUEST = {"page-trap", "meta-refresh", "js-redirect", "page-normal", "page-binary"}
NOT_BY_MACHINE = {
    "date-future": "that no page lists it first is a matter of the page; the count is checked, and the date's bound",
    "headline-changes": "the article's page does not change with the feed's title: only the count is checked",
    "enc-rtl": "isolation in a page is for the browser's tests; the count is checked",
    "cookie-wall": "either an article or a clean error is right; the hops are checked",
    "xss": "that nothing runs is for the browser's tests; the shown markup is checked",
}


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


# --- by what the press says of itself --------------------------------------------------------------------------------


def _entries(seen: Seen) -> Iterator[str]:
    wanted = seen.scenario.verdict["entries"]
    if seen.scenario.name in ALL_OR_NOTHING:
        return
    if len(seen.entries) != wanted:
        yield f"{len(seen.entries)} entries instead of {wanted} ({seen.error[:120]})"


def _must_fail(seen: Seen) -> Iterator[str]:
    if not seen.is_failing:
        yield "it counts as well although it must fail"
    if seen.entries:
        yield f"{len(seen.entries)} entries came of what must fail"
    pattern = REFUSALS if seen.scenario.name.startswith("ssrf-") else REASONS.get(seen.scenario.name)
    if pattern is None:
        yield f"its reason has no words to be compared with: {seen.error[:120]}"
    elif not re.search(pattern, seen.error):
        yield f"the reason is told as “{seen.error[:160]}”"


def _gone(seen: Seen) -> Iterator[str]:
    assert seen.feed is not None
    if bool(seen.feed["gone_at"]) != seen.scenario.verdict["gone"]:
        yield f"it {'is' if seen.feed['gone_at'] else 'is not'} called gone"
    if seen.scenario.verdict["gone"] and len(seen.attempts) > 1:
        yield f"it was read {len(seen.attempts)} times"


def _backoff(seen: Seen) -> Iterator[str]:
    """A failure is tried again, not at once, and not in a year."""
    if not seen.attempts or seen.feed is None or seen.feed["gone_at"]:
        return
    last = seen.attempts[-1]
    wait = _moment(seen.feed["next_fetch_at"]) - _moment(last["started_at"])
    asked = timedelta(seconds=seen.scenario.verdict.get("retry_after") or 0)
    if not max(asked, LEAST_WAIT) <= wait <= LONGEST_WAIT:
        yield f"it is tried again after {wait}"


def _permanent(seen: Seen) -> Iterator[str]:
    assert seen.feed is not None
    has_moved = seen.feed["url"] != seen.scenario.url
    if has_moved != seen.scenario.verdict["permanent"]:
        yield f"its address is {seen.feed['url']} after {len(seen.attempts)} visits"


def _must_not_store(seen: Seen) -> Iterator[str]:
    assert seen.feed is not None
    if seen.feed["url"] != seen.scenario.url:
        yield f"its address became {seen.feed['url']}"


def _max_seconds(seen: Seen) -> Iterator[str]:
    slow = [one["seconds"] for one in seen.attempts if one["seconds"] > seen.scenario.verdict["max_seconds"]]
    if slow and seen.scenario.kind == "feed":
        yield f"a visit took {max(slow):.1f} s"


def _title(seen: Seen) -> Iterator[str]:
    wanted, titles = seen.scenario.verdict["title"], [one["title"] for one in seen.entries]
    if wanted and titles != [wanted]:
        yield f"titles {titles} instead of {wanted!r}"


def _must_not_contain(seen: Seen) -> Iterator[str]:
    if seen.scenario.verdict["must_not_contain"] in seen.texts:
        yield f"{seen.scenario.verdict['must_not_contain']!r} was stored"


def _must_contain(seen: Seen) -> Iterator[str]:
    if seen.scenario.verdict["must_contain"] not in seen.texts:
        yield f"{seen.scenario.verdict['must_contain']!r} was not stored"


def _entries_max(seen: Seen) -> Iterator[str]:
    if len(seen.entries) > seen.scenario.verdict["entries_max"]:
        yield f"{len(seen.entries)} entries"


def _conditional(seen: Seen) -> Iterator[str]:
    """Asked a second time and later with what the first answer gave; the report compares it byte for byte."""
    later = seen.requests[1:]
    bare = [one for one in later if not {"if-none-match", "if-modified-since"} & set(one["headers"])]
    if not later:
        yield "it was asked once only"
    if bare:
        yield f"{len(bare)} of {len(later)} later requests were unconditional"


VERDICTS: dict[str, Check] = {
    "entries": _entries, "must_fail": _must_fail, "gone": _gone, "retry_after": _backoff, "permanent": _permanent,
    "must_not_store": _must_not_store, "max_seconds": _max_seconds, "title": _title, "entries_max": _entries_max,
    "must_not_contain": _must_not_contain, "must_contain": _must_contain, "conditional": _conditional,
}  # fmt: skip
# Held by the whole run and not by a row: the report, the canaries, the sampled memory, the pages that are opened.
ELSEWHERE = {"no_canary", "max_bytes", "max_hops", "bomb", "xss", "no_500", "stable"}


# --- by what its sentence says ---------------------------------------------------------------------------------------


def _was_read(seen: Seen) -> Iterator[str]:
    if seen.feed is None:
        yield "it was not subscribed to"
    elif seen.scenario.kind == "feed" and not seen.attempts:
        yield "it was never read"
    elif seen.scenario.kind == "page" and not seen.entries:
        yield "no entry announced it"
    elif seen.scenario.kind == "page" and not all(one["outcome"] for one in seen.entries):
        yield f"it is still waiting: {[one['error'] for one in seen.entries]}"


def _reason(seen: Seen) -> Iterator[str]:
    name = seen.scenario.name
    if name in REASONS and not re.search(REASONS[name], seen.error):
        yield f"the reason is told as “{seen.error[:160]}”"


def _whole_or_nothing(seen: Seen) -> Iterator[str]:
    wanted = ALL_OR_NOTHING.get(seen.scenario.name)
    if wanted and len(seen.entries) != wanted and not (seen.is_failing and not seen.entries):
        yield f"{len(seen.entries)} of {wanted} entries, {seen.error[:120] or 'without an error'}"


def _count(seen: Seen) -> Iterator[str]:
    wanted = COUNTS.get(seen.scenario.name)
    if wanted and len(seen.entries) not in wanted:
        yield f"{len(seen.entries)} entries instead of {wanted.start} to {wanted.stop - 1} ({seen.error[:120]})"


def _no_failure(seen: Seen) -> Iterator[str]:
    if seen.scenario.name in NO_FAILURE and seen.is_failing:
        yield f"it counts as failing: {seen.error[:160]}"


def _burst(seen: Seen) -> Iterator[str]:
    if seen.scenario.name == "burst" and len(seen.entries) != 400 * len(seen.requests):
        yield f"{len(seen.entries)} entries after {len(seen.requests)} answers of 400 new ones"


def _links(seen: Seen) -> Iterator[str]:
    odd = [one["url"] for one in seen.entries if one["url"] and not re.match(r"https?://[^/]", one["url"])]
    if odd:
        yield f"addresses {odd[:3]}"
    if seen.scenario.name == "relative-links":
        base = f"http://{seen.scenario.vhost}"
        wanted = {f"{base}/a/rl/1.html", f"{base}/s/relative-links/a/rl/2.html", "http://e.test/4",
                  f"{base}/s/relative-links/feed.xml?p=3"}  # fmt: skip
        if {one["url"] for one in seen.entries} != wanted:
            yield f"addresses {sorted(one['url'] for one in seen.entries)}"


def _dates(seen: Seen) -> Iterator[str]:
    if seen.scenario.name == "date-future":
        late = [one["published_at"] for one in seen.articles if one["published_at"] and _too_late(one)]
        if late:
            yield f"articles are dated {late}"
    if seen.scenario.name == "date-partial" and not {"month", "year"} <= _precisions(seen):
        yield f"precisions {sorted(_precisions(seen))}"


def _too_late(article: Row) -> bool:
    published, seen_at = str(article["published_at"]), str(article["seen_at"])
    return len(published.split("-")[0]) > 4 or _moment(published) > _moment(seen_at) + timedelta(hours=3)


def _precisions(seen: Seen) -> set[str]:
    return {one["published_precision"] for one in seen.entries}


def _versions(seen: Seen) -> Iterator[str]:
    if sum(one["versions"] for one in seen.articles):
        yield "articles that did not change have versions"


def _page(seen: Seen) -> Iterator[str]:
    name, articles = seen.scenario.name, seen.articles
    if name in PAGES_WITH_TEXT and not any(len(one["text"]) > 500 for one in articles):
        yield f"its text was not read: {[one['error'] for one in seen.entries]}"
    if name in PAGE_TITLES and [one["title"] for one in articles] != [PAGE_TITLES[name]]:
        yield f"titles {[one['title'] for one in articles]}"
    tries = max((one["tries"] for one in seen.entries), default=1)
    if name in ONE_REQUEST and len(seen.requests) > tries:
        yield f"{len(seen.requests)} requests"
    if seen.scenario.verdict.get("max_seconds") and any(
        "ended its worker" in str(one["error"]) for one in seen.entries
    ):
        yield "reading it ended workers"


SENTENCES: tuple[Check, ...] = (
    _was_read, _reason, _whole_or_nothing, _count, _no_failure, _burst, _links, _dates, _versions, _page,
)  # fmt: skip


def checks(seen: Seen) -> int:
    """How many of its expectations are compared here, beside that it was read."""
    name = seen.scenario.name
    named: list[Container[str]] = [
        REASONS,
        ALL_OR_NOTHING,
        COUNTS,
        NO_FAILURE,
        PAGES_WITH_TEXT,
        PAGE_TITLES,
        ONE_REQUEST,
    ]
    special = {"burst", "relative-links", "date-partial"}
    return len(seen.scenario.verdict) + sum(name in group for group in named) + (name in special)


def complaints(seen: Seen) -> list[str]:
    """What is not as expected."""
    found = [one for check in SENTENCES for one in check(seen)]
    if seen.feed is not None:
        found += [one for key in seen.scenario.verdict if key in VERDICTS for one in VERDICTS[key](seen)]
        if seen.scenario.kind == "feed" and seen.is_failing and "retry_after" not in seen.scenario.verdict:
            found += _backoff(seen)
    return list(dict.fromkeys(found))
