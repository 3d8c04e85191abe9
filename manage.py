#!/usr/bin/env python
"""Django's command line, with the embedded servers running for as long as the command does."""

import os
import sys
from contextlib import nullcontext

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from pressreview import embedded

# These need no server, or look after the servers themselves.
WITHOUT_SERVERS = {
    "run",
    "doctor",
    "makemigrations",
    "collectstatic",
    "messages",
    "help",
    "version",
    "--help",
    "--version",
}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")
    is_alone = len(sys.argv) < 2 or sys.argv[1] in WITHOUT_SERVERS
    try:
        with nullcontext() if is_alone else embedded.servers(settings.DATA_DIR):
            execute_from_command_line(sys.argv)
    except (embedded.EmbeddedError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # as a shell tells it
    return 0


if __name__ == "__main__":
    sys.exit(main())
