"""The repository agrees with itself: templates, settings, commands, messages and documents."""

from __future__ import annotations

import re
import shlex
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.core.management import call_command, get_commands, load_command_class
from django.template import engines
from django.template.loader import get_template

from tests.running import ROOT

CODE = ("pressreview", "articles", "sources")
PYTHON = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
TEMPLATES = [ROOT / "templates", *(ROOT / app / "templates" for app in CODE)]
NAMES = {
    str(path.relative_to(folder)): path
    for folder in TEMPLATES
    for path in folder.rglob("*")
    if path.is_file() and path.suffix in {".html", ".txt", ".xml"}
}
# Django asks for these by name.
CALLED_BY_DJANGO = {"403.html", "404.html", "500.html", "400.html", "403_csrf.html"}
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md") if (ROOT / name).exists()]
_NAMED = re.compile(r"""["']([\w./-]+\.(?:html|txt|xml))["']""")


def tracked() -> list[Path]:
    """The text files under version control; all files where there is no repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    if not paths:
        paths = [path for folder in (*CODE, "templates", "static", "tests") for path in (ROOT / folder).rglob("*")]
    suffixes = {".py", ".md", ".toml", ".yml", ".html", ".txt", ".css", ".js", ".example", ".po", ""}
    return [path for path in paths if path.is_file() and path.suffix in suffixes]


def named_in(paths: list[Path]) -> set[str]:
    return {name for path in paths for name in _NAMED.findall(path.read_text(encoding="utf-8"))}


def test_every_template_that_is_named_exists() -> None:
    asked = {name for name in named_in(PYTHON) if "/" in name and not name.startswith((".", "/"))}
    asked |= {
        name
        for path in NAMES.values()
        for name in re.findall(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)", path.read_text(encoding="utf-8"))
    }
    of_django = {name for name in asked if name.startswith(("admin/", "registration/"))}
    assert {name for name in asked - of_django - set(NAMES) if (ROOT / "templates" / name).parent.exists()} == set()


def test_every_template_is_used() -> None:
    used = named_in(PYTHON) | named_in(list(NAMES.values())) | CALLED_BY_DJANGO
    built = {name for name in NAMES if any(re.fullmatch(pattern, name) for pattern in _patterns())}
    assert set(NAMES) - used - built == set()


def _patterns() -> set[str]:
    """Names that code puts together, such as f"desk/{kind}.html"."""
    found = {name for path in PYTHON for name in re.findall(r'f"([\w./{}-]+\.html)"', path.read_text(encoding="utf-8"))}
    return {re.sub(r"\\{.*?\\}", "[^/]+", re.escape(name)) for name in found}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_template_is_well_formed(name: str) -> None:
    assert get_template(name, using=engines.all()[0].name)


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    quoted = r"""["']((?:PRESSREVIEW_[A-Z_]+|DATABASE_URL|REDIS_URL))["']"""
    files = [*PYTHON, ROOT / "manage.py"]
    read = {name for path in files for name in re.findall(quoted, path.read_text(encoding="utf-8"))}
    compose = (ROOT / "docker-compose.yml").read_text()
    read |= set(re.findall(r"(?<!\$)\$\{(\w+)", compose))
    documented = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == documented


def test_the_defaults_in_the_example_are_the_real_ones() -> None:
    """Everything in the example stands behind a #: copied as it is, it changes nothing."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def commands_in(document: Path) -> list[str]:
    """What a document tells people to type: `make …`, `manage.py …` and `python -m …`."""
    text = document.read_text(encoding="utf-8")
    blocks = [line.strip() for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    told = [re.sub(r"\s+#.*$", "", line) for line in [*blocks, *spans]]
    return [line for line in told if re.search(r"\bmake [a-z]+|manage\.py \w+|python -m \w+", line)]


ALL_COMMANDS = sorted({(document.name, command) for document in DOCUMENTS for command in commands_in(document)})


@pytest.mark.parametrize(("document", "command"), ALL_COMMANDS)
def test_every_command_in_the_documents_exists(document: str, command: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target in re.findall(r"\bmake ([a-z]+)", command):
        assert target in targets
    for name in re.findall(r"manage\.py ([a-z_]+)", command):
        assert name in get_commands()
    for module in re.findall(r"python -m ([\w.]+)", command):
        place = ROOT / module.replace(".", "/")
        if module.split(".")[0] in {*CODE, "tests"}:
            assert (place / "__main__.py").exists() or place.with_suffix(".py").exists()


@pytest.mark.parametrize(
    "option", sorted({o for _, c in ALL_COMMANDS for o in re.findall(r"manage\.py (\w+ --[\w-]+)", c)})
)
def test_every_option_in_the_documents_exists(option: str) -> None:
    name, flag = shlex.split(option)
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    assert flag in parser.format_help()


def test_paths_in_the_documents_exist() -> None:
    folders = "|".join((*CODE, "templates", "static", "tests"))
    missing = {
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in re.findall(rf"[`(]((?:{folders})/[\w./-]+)[`)]", document.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    }
    assert missing == set()


def test_nothing_is_said_of_one_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|home/\w+|root|Users/\w+)/")
    own = Path(__file__)
    told = {
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if path != own
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if machine.search(line)
    }
    assert told == set()


def test_no_registry_is_named() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert re.findall(r"^(?:--|-i |.*index-url).*", (ROOT / name).read_text(), re.MULTILINE) == []


def test_every_message_has_its_french() -> None:
    call_command("messages", "--check")


@pytest.mark.django_db
def test_the_model_has_all_its_migrations() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_django_finds_nothing_wrong() -> None:
    call_command("check", fail_level="WARNING", stdout=StringIO())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_french_stands_in_a_template_outside_the_catalogue(name: str) -> None:
    text = NAMES[name].read_text(encoding="utf-8")
    shown = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.DOTALL)
    shown = shown.replace("Français", "")  # the name of a language is said in it
    assert re.findall(r"\w*[éèêàçùôîœ]\w*|\b(?:les|des|une|avec|pour)\b", shown) == []


def test_the_french_is_french_and_well_set() -> None:
    with (ROOT / "pressreview" / "locale" / "fr" / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    wrong = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, list | tuple) else [message.string or ""]
        for string in strings if message.id else []:
            if re.search(r"\b(?:the|and|of|with|this|from)\b", re.sub(r"<[^>]*>|%\(\w+\)s", "", string)):
                wrong.append(f"English: {string}")
            if re.search(r"[^\s\u202f!?%;][;!?](?=\s|$)|« |[^\u00a0]»|(?<![\u00a0/\d\w]):(?=\s|$)|\w'\w", string):
                wrong.append(f"typography: {string}")
    assert wrong == []
