#!/usr/bin/env python3
"""Writes manual page and shell completions of a program from what its --help says, so that they cannot differ from it.

usage: command_docs.py man PROGRAM TEMPLATE VERSION SECONDS    mdoc on stdout; @DATE@ @VERSION@ @COMMANDS@ of the template are filled
       command_docs.py bash|zsh|fish PROGRAM                   a completion script on stdout
SECONDS is the date of the page, since 1970 UTC. PROGRAM is run with --help, for itself and each of its verbs.
exit: 0 written, 1 the program does not answer, or with a help text that is not understood
"""
import dataclasses
import datetime
import pathlib
import re
import subprocess
import sys

VERBS_MAX = 200
# Where CLI11 begins what it says about a name.
COLUMN = 30


@dataclasses.dataclass
class Option:
    names: list  # "-o", "--output"; or the one name of a positional
    value: str = ""  # "TEXT"; empty for a flag
    choices: list = dataclasses.field(default_factory=list)
    default: str = ""
    repeated: bool = False
    required: bool = False
    about: str = ""


@dataclasses.dataclass
class Command:
    path: list  # of verbs, without the program's name
    about: str
    positionals: list = dataclasses.field(default_factory=list)
    options: list = dataclasses.field(default_factory=list)
    verbs: list = dataclasses.field(default_factory=list)


def fail(message):
    sys.exit(f"error: {message}")


def rows_of(lines):
    """(name, about) of the lines of one section; a name that is too long has its words on the lines below it."""
    rows = []
    for line in lines:
        if line[:COLUMN].strip() == "":
            if not rows:
                fail(f"a help text begins in the middle: {line!r}")
            rows[-1][1] = (rows[-1][1] + " " + line.strip()).strip()
        elif len(line) > COLUMN and line[COLUMN - 1] == " " and line[COLUMN] != " ":
            rows.append([line[:COLUMN].strip(), line[COLUMN:].strip()])
        else:
            rows.append([line.strip(), ""])
    return rows


OPTION = re.compile(
    # A flag that turns something off shows what it sets.
    r"(?P<names>(?:-\w|--[\w-]+)(?:,(?:-\w|--[\w-]+))*|[A-Z][A-Z_|0-9-]*)(?:\{(?:true|false)\})?"
    r"(?: (?P<value>[A-Z]+)(?::(?P<check>\{[^}]*\}|[^=]*?))?)?(?:=(?P<default>\S+))?"
    r"(?P<repeated> \.\.\.)?(?P<required> REQUIRED)?(?: Needs: [\w ,-]+)?(?: Excludes: [\w ,-]+)?$"
)


def option_of(name, about, where):
    # "REQUIRED" also stands before "..." in some versions.
    match = OPTION.match(name.replace(" REQUIRED ...", " ... REQUIRED"))
    if match is None:
        fail(f"{where}: cannot read the option {name!r}")
    check = match["check"] or ""
    choices = [c for c in check[1:-1].split(",") if c] if check.startswith("{") else []
    return Option(match["names"].split(","), match["value"] or "", choices, match["default"] or "", bool(match["repeated"]),
                  bool(match["required"]), about)


def command_of(program, path, about):
    where = " ".join([pathlib.Path(program).name, *path])
    run = subprocess.run([program, *path, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if run.returncode != 0 or not run.stdout:
        fail(f"{where} --help ends with {run.returncode}: {run.stderr.strip()}")
    sections, current = {}, None
    for line in run.stdout.splitlines():
        if re.fullmatch(r"(Positionals|Options|Subcommands):", line):
            current = line[:-1]
            sections[current] = []
        elif line.startswith("  ") and current is not None:
            sections[current].append(line)
        elif line.strip():
            current = None
    if "Options" not in sections:
        fail(f"{where} --help names no options")
    command = Command(path, about or run.stdout.splitlines()[0].strip())
    command.positionals = [option_of(*row, where) for row in rows_of(sections.get("Positionals", []))]
    command.options = [option_of(*row, where) for row in rows_of(sections["Options"])]
    command.verbs = [command_of(program, path + [name], text) for name, text in rows_of(sections.get("Subcommands", []))]
    return command


def flat(command):
    """The command and all below it."""
    commands = [command] + [below for verb in command.verbs for below in flat(verb)]
    if len(commands) > VERBS_MAX:
        fail(f"more than {VERBS_MAX} verbs")
    return commands


# ---- manual page -----------------------------------------------------------------------------------------------------


def mdoc(text):
    """Text that troff takes for nothing but text."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def argument(text):
    """One argument of a macro: blanks, and words that are macros themselves, are protected."""
    return '"\\&' + mdoc(text).replace('"', "\\(dq") + '"'


def value_macro(option):
    if option.choices:
        return " Ar " + argument("|".join(option.choices))
    return " Ar " + argument(option.value) if option.value else ""


def man_of_command(name, command):
    out = []
    if command.path:
        out.append(f".Ss {name} {' '.join(command.path)}")
        out.append(mdoc(command.about) + ".")
    usage = f".D1 Nm {name}" + "".join(f" Cm {argument(verb)}" for verb in command.path) + " Oo Ar options Oc"
    if command.verbs:
        usage += " Ar verb"
    for positional in command.positionals:
        word = argument(positional.names[0])
        dots = " ..." if positional.repeated else ""
        usage += f" Ar {word}{dots}" if positional.required else f" Oo Ar {word}{dots} Oc"
    if command.path:
        out.append(usage)
    rows = [(f".It Ar {argument(p.names[0])}", p) for p in command.positionals]
    for option in command.options:
        if "--help" in option.names:
            continue
        flags = " , ".join("Fl " + argument(n[1:]) for n in option.names)
        rows.append((f".It {flags}{value_macro(option)}", option))
    if rows:
        out.append(".Bl -tag -width Ds")
        for head, option in rows:
            out.append(head)
            text = option.about
            notes = []
            if option.required and option.names[0].startswith("-"):
                notes.append("required")
            if option.default:
                notes.append(f"default: {option.default}")
            if option.repeated and option.names[0].startswith("-"):
                notes.append("may be given several times")
            out.append(mdoc(text + (f" ({'; '.join(notes)})" if notes else "")) + ".")
        out.append(".El")
    return out


def man(program, template, version, seconds):
    commands = flat(command_of(program, [], ""))
    name = pathlib.Path(program).name
    lines = [line for command in commands if not command.verbs or not command.path for line in man_of_command(name, command)]
    date = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    text = pathlib.Path(template).read_text()
    for key, value in (("@DATE@", f"{date:%B} {date.day}, {date.year}"), ("@VERSION@", version), ("@COMMANDS@", "\n".join(lines))):
        if key not in text:
            fail(f"{template}: no {key}")
        text = text.replace(key, value)
    return text


# ---- completions -----------------------------------------------------------------------------------------------------


def single(text):
    """A word in single quotes of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def key_of(command):
    return "/".join(command.path)


def bash(program):
    name = pathlib.Path(program).name
    function = "_" + re.sub(r"\W", "_", name)
    commands = flat(command_of(program, [], ""))
    steps = "\n".join(f"      {single('/'.join(c.path))}) path='{key_of(c)}' ;;" for c in commands if c.path)
    values, words = [], []
    for c in commands:
        for o in c.options:
            if o.value:
                action = f"words={single(' '.join(o.choices))}" if o.choices else "files=1"
                values += [f"    {single(key_of(c) + ':' + n)}) {action} ;;" for n in o.names]
        names = " ".join(n for o in c.options for n in o.names)
        verbs = " ".join(v.path[-1] for v in c.verbs)
        words.append(f"      {single(key_of(c))}) options={single(names)} verbs={single(verbs)} ;;")
    newline = "\n"
    return f"""# bash completion for {name}; made from its --help
{function}() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local path='' words='' files='' options='' verbs='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{path:+$path/}}${{COMP_WORDS[i]}}" in
{steps}
    esac
  done
  case "$path:$prev" in
{newline.join(values)}
  *)
    case "$path" in
{newline.join(words)}
    esac
    if [[ "$cur" == -* ]]; then
      words="$options"
    elif [[ -n "$verbs" ]]; then
      words="$verbs"
    else
      files=1
    fi
    ;;
  esac
  if [[ -n "$files" ]]; then
    compopt -o default
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}}
complete -F {function} {name}
"""


def zsh(program):
    name = pathlib.Path(program).name
    function = "_" + re.sub(r"\W", "_", name)
    out = [f"#compdef {name}", f"# zsh completion for {name}; made from its --help"]

    def described(text):
        return re.sub(r"([\[\]:\\])", r"\\\1", text)

    def write(command):
        own = "_".join([function, *(re.sub(r"\W", "_", verb) for verb in command.path)])
        out.append(f"\n{own}() {{")
        arguments = []
        for option in command.options:
            values = ""
            if option.choices:
                values = f":{option.value.lower()}:({' '.join(option.choices)})"
            elif option.value:
                values = f":{option.value.lower()}:_files"
            star = "*" if option.repeated else ""
            arguments += [single(f"{star}{n}[{described(option.about)}]{values}") for n in option.names]
        if command.verbs:
            arguments += ["'1:verb:->verb'", "'*::argument:->argument'"]
        else:
            arguments.append("'*:file:_files'")
        out.append("  local state line")
        out.append("  _arguments -C \\\n    " + " \\\n    ".join(arguments))
        if command.verbs:
            out.append("  case $state in\n    verb)\n      local -a verbs=(")
            out.extend(f"        {single(v.path[-1] + ':' + v.about.replace(':', chr(92) + ':'))}" for v in command.verbs)
            out.append("      )\n      _describe verb verbs\n      ;;\n    argument)\n      case $line[1] in")
            out.extend(f"        {v.path[-1]}) {own}_{re.sub(r'[^a-zA-Z0-9]', '_', v.path[-1])} ;;" for v in command.verbs)
            out.append("      esac\n      ;;\n  esac")
        out.append("}")
        for verb in command.verbs:
            write(verb)

    write(command_of(program, [], ""))
    out.append(f'\nif [[ "$funcstack[1]" == "{function}" ]]; then\n  {function} "$@"\nelse\n  compdef {function} {name}\nfi')
    return "\n".join(out) + "\n"


def fish(program):
    name = pathlib.Path(program).name
    out = [f"# fish completion for {name}; made from its --help"]
    for command in flat(command_of(program, [], "")):
        below = [verb.path[-1] for verb in command.verbs]
        conditions = [f"__fish_seen_subcommand_from {verb}" for verb in command.path]
        if below:
            conditions.append(f"not __fish_seen_subcommand_from {' '.join(below)}")
        condition = f" -n {single('; and '.join(conditions))}" if conditions else ""
        for verb in command.verbs:
            out.append(f"complete -c {name}{condition} -f -a {verb.path[-1]} -d {single(verb.about)}")
        for option in command.options:
            flags = "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in option.names)
            values = ""
            if option.choices:
                values = f" -x -a {single(' '.join(option.choices))}"
            elif option.value:
                values = " -r -F"
            out.append(f"complete -c {name}{condition}{flags}{values} -d {single(option.about)}")
    return "\n".join(out) + "\n"


def main():
    kind, *rest = sys.argv[1:] or [""]
    writers = {"man": (man, 4), "bash": (bash, 1), "zsh": (zsh, 1), "fish": (fish, 1)}
    if kind not in writers or len(rest) != writers[kind][1]:
        sys.exit(__doc__)
    sys.stdout.write(writers[kind][0](*rest))


if __name__ == "__main__":
    main()
