"""What a page declares of its own paywall, in the words that search engines ask publishers for."""

from __future__ import annotations

import re

# schema.org, in JSON-LD or as microdata; and the content tier that Google News once asked for.
_FREE = re.compile(
    r"\"isAccessibleForFree\"\s*:\s*\"?(true|false)\b"
    r"|itemprop\s*=\s*[\"']isAccessibleForFree[\"'][^<>]{0,200}content\s*=\s*[\"']?(true|false)\b",
    re.IGNORECASE,
)
_TIER = re.compile(r"article:content_tier[\"'][^<>]{0,200}content\s*=\s*[\"']?(free|metered|locked)\b", re.IGNORECASE)
MOST_READ = 2_000_000


def is_free(html: str) -> bool | None:
    """False where the page says that a part of it is for subscribers, True where it says that it is free, None else."""
    said = {(one or other).lower() for one, other in _FREE.findall(html[:MOST_READ])}
    said |= {{"free": "true"}.get(tier.lower(), "false") for tier in _TIER.findall(html[:MOST_READ])}
    if "false" in said:
        return False
    return True if said else None
