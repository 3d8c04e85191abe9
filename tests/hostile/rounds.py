"""Subscribe to the whole press, let it be read again and again, and compare with what is expected of each scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.hostile import expectations, outside, press, seen, watching
from tests.hostile.house import House, house
from tests.hostile.press import Row, Scenario
from tests.running import until

HEALTHY = [f"sain{number}.{press.DOMAIN}" for number in range(10)]
# The first label of a host chooses its robots.txt.
REFUSING = ("norobots", "robotsua", "robots500", "robotstimeout")
ALLOWING = ("crawldelay3", "robots404", "robotsredir", "robotshuge", "robotshtml", "robotspart")
# They come up after this many failures; the others are polled as often as identities are to be stable.
FLAPPING, FLAPS, POLLS = ("flap-500", "flap-503"), 22, 10
TICKS = (2, 5)
# What passes, such as a machine that is busy, is tried again after minutes: so often that time is moved forward.
AGAIN = 5
WHOLE = ("cond-stuck-etag", "cond-lm-future")
# At a request a second these would be read for hours: their entries are counted, and their pages are not waited for.
ENDLESS = ("feed-20000", "burst")
SHOWN = (
    "xss",
    "bad-links",
    "injection",
    "long-fields",
    "redos-endtags",
    "enc-rtl",
    "enc-overlong-lt",
    "ssrf-in-content",
)


def _robots_feeds() -> dict[str, str]:
    hosts = (f"{label}.{press.DOMAIN}" for label in (*REFUSING, *ALLOWING))
    return {f"robots {host.split('.')[0]}": press.news(host) for host in hosts}


def subscriptions(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Names to addresses: every scenario, the pages through a feed of ours, and the living feeds."""
    feeds = {one.name: one.url for one in scenarios if one.kind == "feed"}
    living = {f"sain {number}": press.news(host) for number, host in enumerate(HEALTHY)}
    return {**living, **_robots_feeds(), **feeds, "pages hostiles": outside.PAGES}


def subscribe(home: House, feeds: dict[str, str]) -> dict[str, int]:
    """Bring them as one list; each feed's number by its address."""
    page = home.import_opml(feeds)
    assert page.status_code == 200, page.text[:2000]
    numbers = {str(url): int(number) for number, url in home.ask("SELECT id, url FROM sources_feed")}
    assert set(numbers) == set(feeds.values()), sorted(set(feeds.values()) - set(numbers))
    return numbers


def polled(scenarios: Sequence[Scenario]) -> list[str]:
    """The addresses whose behaviour shows at later visits only."""
    told = ("stable", "conditional", "permanent", "must_not_store")
    wanted = [one for one in scenarios if one.kind == "feed" and any(one.verdict.get(key) is not None for key in told)]
    also = [one for one in scenarios if one.name in ("no-content-204", "empty-feed", "vanish", "gzip-ok", "status-410")]
    return list(dict.fromkeys(one.url for one in (*wanted, *also)))


def read_all(home: House, scenarios: Sequence[Scenario], numbers: dict[str, int]) -> Iterator[str]:
    """The first visit to everything, then the later ones; tells what did not come in time."""
    if not until(lambda: not set(numbers.values()) - set(home.visits()), 1500):
        missing = set(numbers.values()) - set(home.visits())
        yield f"never read: {sorted(url for url, number in numbers.items() if number in missing)}"
    endless = [one.url for one in scenarios if one.name in ENDLESS]
    again, flapping = polled(scenarios), [one.url for one in scenarios if one.name in FLAPPING]
    for turn in range(FLAPS):
        if turn in TICKS:
            press.tick()
        late = home.poll([*flapping, *(again if turn < POLLS - 1 else ())], 300)
        if late:
            yield f"turn {turn}: not read again: {late}"
    # A permanent redirect is believed when it has lasted for more than a day.
    home.ask("UPDATE sources_feed SET moved_since = moved_since - interval '25 hours' RETURNING 1")
    home.poll([one.url for one in scenarios if one.verdict.get("permanent") is not None], 120)
    for _ in range(AGAIN):
        home.ask(
            "UPDATE sources_entry SET retry_at = now() WHERE processed_at IS NULL AND tries > 0 AND feed_id IN "
            "(SELECT id FROM sources_feed WHERE NOT url = ANY(%s)) RETURNING 1", endless,
        )  # fmt: skip
        if not home.settle(endless):
            yield f"{home.waiting(endless)} entries still wait"


# --- judging ---------------------------------------------------------------------------------------------------------


def judge(found: Sequence[seen.Seen]) -> Iterator[str]:
    """Every scenario that is not as expected, and how many are."""
    wrong = {one.scenario.name: expectations.complaints(one) for one in found}
    wrong = {name: told for name, told in wrong.items() if told}
    compared = sum(expectations.checks(one) for one in found)
    yield f"{len(found) - len(wrong)} of {len(found)} scenarios are as expected ({compared} expectations compared)"
    bare = sorted(one.scenario.name for one in found if not expectations.checks(one))
    yield f"only read without harm: {', '.join(bare)}"
    yield f"by the whole run and not by their rows: {', '.join(sorted(expectations.ELSEWHERE))}"
    yield from (f"not by a machine, {name}: {why}" for name, why in expectations.NOT_BY_MACHINE.items())
    for name, told in sorted(wrong.items()):
        expect = next(one.scenario.expect for one in found if one.scenario.name == name)
        yield from (f"WRONG {name}: {one} (expected: {expect})" for one in told)


def judge_robots(home: House) -> Iterator[str]:
    """Hosts whose robots.txt keeps us out are asked nothing else; the others are read."""
    by_host = {host: [row["path"] for row in press.log() if row.get("vhost") == host and row["path"] != "/robots.txt"]
               for host in (f"{label}.{press.DOMAIN}" for label in (*REFUSING, *ALLOWING))}  # fmt: skip
    for label in REFUSING:
        if asked := by_host[f"{label}.{press.DOMAIN}"]:
            yield f"WRONG {label}: {len(asked)} requests, such as {asked[0]}"
    for label in ALLOWING:
        url = press.news(f"{label}.{press.DOMAIN}")
        count = home.ask(
            "SELECT count(*) FROM sources_entry e JOIN sources_feed f ON f.id = e.feed_id WHERE f.url = %s", url
        )[0][0]
        if count < 20:
            yield f"WRONG {label}: {count} entries"


def judge_report(found: Row, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """What the press complains of."""
    yield (
        f"report: {found['requests']} requests, violations {found['violation_counts'] or 'none'}, conditional ratio "
        f"{found['conditional_ratio']} over {found['totals'].get('revisits_with_validator', 0)} revisits, cookies sent "
        f"{found['totals'].get('cookies_sent', 0)}, HEAD {found['totals'].get('head', 0)}, at most "
        f"{found['max_concurrency_any_host']} at once at a host"
    )
    for kind, rows in found["violations"].items():
        yield from (f"WRONG politeness, {kind}: {row}" for row in rows[:8])
    if found["totals"].get("cookies_sent"):
        yield "WRONG cookies were sent back"


def judge_reserved(home: House) -> Iterator[str]:
    """Pages that reserve text and data mining, or ask not to be kept, are told as such."""
    told = home.ask("SELECT tdm_reserved FROM sources_outlet WHERE name = 'pages hostiles'")
    yield f"{'' if told == [(True,)] else 'WRONG '}the outlet of the pages that reserve mining is marked: {told}"


def judge_whole(home: House, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """A week after its last whole answer a feed is asked for whole, whatever its server said meanwhile."""
    urls = {one.vhost: one.url for one in scenarios if one.name in WHOLE}
    home.ask("UPDATE sources_fetchattempt SET started_at = started_at - interval '8 days' WHERE feed_id IN "
             "(SELECT id FROM sources_feed WHERE url = ANY(%s)) RETURNING 1", list(urls.values()))  # fmt: skip
    home.poll(list(urls.values()), 120)
    for host in urls:
        last = [row for row in press.log() if row.get("vhost") == host and row["path"].startswith("/s/")][-1]
        kept = {"if-none-match", "if-modified-since"} & set(last["headers"])
        wrong = "WRONG " if kept or last["status"] != 200 else ""
        yield f"{wrong}{host} after a week: {last['status']}, {kept or 'whole'}"


def judge_truth(home: House) -> Iterator[str]:
    """What the living feeds ever showed is here once, and nothing else."""
    truth = press.truth()
    rows = home.ask(
        "SELECT split_part(f.url, '/', 3), e.guid FROM sources_entry e JOIN sources_feed f ON f.id = e.feed_id "
        "WHERE f.url LIKE %s", "%/s/news/feed.xml",
    )  # fmt: skip
    held: dict[str, list[str]] = {}
    for host, guid in rows:
        held.setdefault(str(host), []).append(str(guid))
    lost = sum(len(guids - set(held.get(host, []))) for host, guids in truth.items())
    doubled = sum(len(guids) - len(set(guids)) for guids in held.values())
    strange = sum(len(set(guids) - truth.get(host, set())) for host, guids in held.items())
    urls = home.ask("SELECT count(canonical_url), count(DISTINCT canonical_url) FROM articles_article")[0]
    waiting = home.ask(
        "SELECT count(*) FROM sources_entry e JOIN sources_feed f ON f.id = e.feed_id "
        "WHERE f.url LIKE %s AND outcome NOT IN ('article', 'feed_text')", "%/s/news/feed.xml",
    )[0][0]  # fmt: skip
    wrong = "WRONG " if lost or doubled or strange or waiting or urls[0] != urls[1] else ""
    yield (
        f"{wrong}truth: {sum(map(len, truth.values()))} published by {len(truth)} living feeds, {lost} lost, {doubled} "
        f"doubled, {strange} never published, {waiting} that are no article; {urls[0]} articles at {urls[1]} addresses"
    )


def judge_pages(home: House, found: Sequence[seen.Seen]) -> Iterator[str]:
    """Pages that show what hostile feeds wrote answer, and hold nothing that runs."""
    paths = ["/", "/sources/", "/titres/", "/histoires/", "/recherche/?q=alert", "/fil.atom", "/pupitre/", "/revue/"]
    for one in found:
        paths += [f"/sources/fils/{one.feed['id']}/"] if one.feed and one.scenario.kind == "feed" else []
        shown = one.scenario.name in SHOWN or one.scenario.kind == "page"
        paths += [f"/articles/{article['id']}/" for article in one.articles] if shown else []
    wrong = 0
    for path in dict.fromkeys(paths):
        answer = home.web.get(path)
        told = [f"status {answer.status_code}"] if answer.status_code != 200 else []
        told += [] if path == "/fil.atom" else seen.unsafe(answer.text)
        if answer.elapsed.total_seconds() > 3:
            told.append(f"{answer.elapsed.total_seconds():.1f} s")
        wrong += bool(told)
        yield from (f"WRONG {path}: {one}" for one in told[:3])
    yield f"{len(set(paths)) - wrong} of {len(set(paths))} pages answer and hold nothing that runs"


def judge_costs(watch: watching.Watch, home: House) -> Iterator[str]:
    """Memory and time."""
    yield "memory:"
    yield from watch.lines()
    yield from (f"WRONG {fault}" for fault in watch.faults())
    for task, seconds in sorted(watching.task_seconds(home.run).items()):
        yield f"{'WRONG ' if seconds > watching.MOST_TASK_SECONDS else ''}task {task}: at most {seconds:.1f} s"


def expect() -> Iterator[str]:
    """Every scenario as the press tells it."""
    press.reset()
    scenarios, ears = press.scenarios(), outside.Ears()
    with outside.serving(scenarios), house() as home, watching.watched(home.run) as watch:
        feeds = subscriptions(scenarios)
        numbers = subscribe(home, feeds)
        yield f"{len(numbers)} feeds brought as OPML"
        yield from read_all(home, scenarios, numbers)
        found = seen.look(home, scenarios, numbers)
        yield from judge(found)
        yield from judge_robots(home)
        yield from judge_pages(home, found)
        yield from judge_report(press.report(), scenarios)
        yield from judge_truth(home)
        yield from judge_reserved(home)
        yield from judge_whole(home, scenarios)
        yield from judge_costs(watch, home)
        hits = [*press.canary_hits(), *ears.heard]
        yield f"{'WRONG ' if hits else ''}{len(hits)} canary hits{': ' + str(hits[:3]) if hits else ''}"
