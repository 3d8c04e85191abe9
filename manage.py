#!/usr/bin/env python
"""Django's command line, with the embedded servers running for as long as the command does."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from pressreview import embedded

# These need no server, or look after the servers themselves.
WITHOUT_SERVERS = {"run", "doctor", "makemigrations", "collectstatic", "messages", "help", "version", "--help", "--version"}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pressreview.settings")
    if len(sys.argv) < 2 or sys.argv[1] in WITHOUT_SERVERS:
        execute_from_command_line(sys.argv)
        return 0
    try:
        with embedded.servers(settings.DATA_DIR):
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
