"""Why something could not be fetched or read, in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sources.fetching.errors import Reason


def failure(reason: str, status: int | None) -> str:
    """A sentence for one of fetching.errors.Reason, with the HTTP status where an answer came; "" when it says nothing.

    The fetcher's own sentences are in English and name the address: they are for the logs.
    """
    told = {
        Reason.ADDRESS_REFUSED: _("This address is not on the public Internet: it was not visited."),
        Reason.ROBOTS: _("The site's robots.txt keeps us from this address."),
        Reason.BUSY: _("This site is being read already. Try again in a moment."),
        Reason.DNS: _("No site has this name."),
        Reason.CONNECTION: _("The site could not be reached."),
        Reason.TLS: _("The site has no valid certificate."),
        Reason.TIMEOUT: _("The site took too long to answer."),
        Reason.TOO_LARGE: _("The answer is too large."),
        Reason.REDIRECTS: _("The address leads on and on, and nowhere."),
        Reason.RATE_LIMITED: _("The site asks us to come less often."),
        Reason.GONE: _("The site says that this address is gone for good."),
        Reason.CHALLENGE: _("The site asks whether the reader is human, and sends nothing else."),
        Reason.BAD_ANSWER: _("The answer is damaged or no proper HTTP."),
        Reason.BAD_URL: _("This is no address that can be visited."),
    }
    if reason in told:
        return told[Reason(reason)]
    return _("The site answered with the error %(status)s.") % {"status": status} if (status or 0) >= 300 else ""


def duration(span: timedelta) -> str:
    """A span of time in its largest whole unit: « 3 jours », « 9 heures », « 12 minutes »."""
    if span.days >= 1:
        return ngettext("%d day", "%d days", span.days) % span.days
    hours = span.seconds // 3600
    if hours:
        return ngettext("%d hour", "%d hours", hours) % hours
    minutes = max(span.seconds // 60, 1)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def tries(count: int) -> str:
    """« 9 essais »."""
    return ngettext("%d try", "%d tries", count) % count


def silence(rhythm: timedelta) -> str:
    """That a feed answers, and how often it used to have something to say."""
    return _("It answers, with nothing new; usually every %(rhythm)s.") % {"rhythm": duration(rhythm)}


def sites(count: int) -> str:
    """That so many sites fail at once."""
    said = ngettext("%d site fails at once, and none answers.", "%d sites fail at once, and none answers.", count)
    return said % count


def cause(facts: dict[str, Any]) -> str:
    """What Incident.facts say, as a sentence; "" when nothing is known."""
    if "rhythm" in facts:
        return silence(timedelta(seconds=facts["rhythm"]))
    why = failure(facts.get("reason", ""), facts.get("status")) or str(facts.get("error", ""))
    if "unreadable" in facts:
        told = ngettext("%(bad)d of %(all)d in a day.", "%(bad)d of %(all)d in a day.", facts["unreadable"])
        return " ".join(filter(None, [told % {"bad": facts["unreadable"], "all": facts["of"]}, why]))
    if "hosts" in facts:
        return sites(facts["hosts"])
    return f"{why} ({tries(facts['tries'])})" if facts.get("tries") else why


# --- terms -----------------------------------------------------------------------------------------------------------


def every(minutes: int) -> str:
    """« 10 min », « 2 h », « 3 jours »."""
    if minutes % 1440 == 0:
        return ngettext("%d day", "%d days", minutes // 1440) % (minutes // 1440)
    if minutes % 60 == 0:
        return _("%d h") % (minutes // 60)
    return _("%d min") % minutes


def terms(
    *,
    shortest: int | None,
    longest: int | None,
    paywall: str,
    languages: list[str],
    retention: int | None,
    excerpt: int | None,
    quoted: int | None,
) -> list[str]:
    """What was set for one outlet (see sources.terms), each in a few words; what was not is left out."""
    walls = {
        "none": _("no paywall"),
        "partial": _("paywall, an opening is free"),
        "full": _("paywall, pages not visited"),
    }
    said = [
        _rhythm(shortest, longest),
        walls.get(paywall, ""),
        _("only in: %(languages)s") % {"languages": ", ".join(languages)} if languages else "",
        ngettext("texts kept %d day", "texts kept %d days", retention) % retention if retention else "",
        _("no excerpt") if excerpt == 0 else _("excerpts of %d characters at most") % excerpt if excerpt else "",
        _("quoted up to %d%%") % quoted if quoted else "",
    ]
    return [words for words in said if words]


def _rhythm(shortest: int | None, longest: int | None) -> str:
    if shortest and longest:
        if shortest == longest == 1440:
            return _("every day")
        if shortest == longest and shortest % 1440 == 0:
            return ngettext("every %d day", "every %d days", shortest // 1440) % (shortest // 1440)
        if shortest == longest:
            return _("every %(time)s") % {"time": every(shortest)}
        return _("every %(shortest)s to %(longest)s") % {"shortest": every(shortest), "longest": every(longest)}
    if shortest:
        return _("every %(time)s at most") % {"time": every(shortest)}
    return _("every %(time)s at least") % {"time": every(longest)} if longest else ""
