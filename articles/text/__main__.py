"""`python -m articles.text COMMAND`: the text code on the command line, without a database.

Reads JSON Lines on standard input and prints one JSON line for each, in the same order.
Each command lives in the module that does its work, as a function `command` over the stream of rows.
"""

from __future__ import annotations

import sys
from importlib import import_module

from sources.parsing import jsonlines

COMMANDS = {
    "extract": "articles.text.page",
    "group": "articles.text.grouping",
    "analyse": "articles.text.analysis",
    "compare": "articles.text.copying",
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(f"usage: python -m articles.text {{{','.join(COMMANDS)}}} < rows.jsonl", file=sys.stderr)
        return 2
    return jsonlines.main(import_module(COMMANDS[arguments[0]]).command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
