#!/usr/bin/env python3
"""Renews the outputs in the console blocks of README.md after the programs print something else.

usage: tests/readme/update.py TEXTS      (the folder that deploy/licence-pack.sh prints)
Runs bazel-bin/services/cli/weighbridge (or that in the folder WEIGHBRIDGE_BIN) in freshly composed examples. Keeps what is shown of each output: the same number of lines
from the start, and after each "..." as many lines as before, from the line that begins most like the one that stood there. Read the
diff afterwards.
"""
import os
import pathlib
import subprocess
import sys
import tempfile


def common_prefix(a, b):
    return len(os.path.commonprefix([a, b]))


def renewed(shown, output):
    """The lines of `output` that take the place of `shown`."""
    segments = [[]]
    for line in shown:
        if line == "...":
            segments.append([])
        else:
            segments[-1].append(line)
    lines, position = [], 0
    for number, segment in enumerate(segments):
        if number > 0:
            lines.append("...")
            if segment:
                position = max(range(position, len(output)), key=lambda i: (common_prefix(segment[0], output[i]), -i),
                               default=len(output))
        # The last part of an output that is shown to its end may have become longer.
        count = len(segment) if number + 1 < len(segments) else len(output) - position
        lines += output[position:position + count] if segment else []
        while number + 1 < len(segments) and lines and not lines[-1]:
            lines.pop()
        position += len(segment)
    return lines


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    readme = root / "README.md"
    with tempfile.TemporaryDirectory() as folder:
        examples = pathlib.Path(folder, "examples")
        subprocess.run([root / "deploy/examples/compose.sh", "--texts", sys.argv[1], examples], check=True)
        environment = dict(os.environ, XDG_DATA_HOME=str(examples / "data"), NO_COLOR="1",
                           PATH=f"{os.environ.get('WEIGHBRIDGE_BIN', f'{root}/bazel-bin/services/cli')}:{os.environ['PATH']}")
        lines, out, i = readme.read_text().split("\n"), [], 0
        console = False
        while i < len(lines):
            if lines[i].startswith("```"):
                console = lines[i] == "```console"
            out.append(lines[i])
            i += 1
            if not console or not out[-1].startswith("$ "):
                continue
            shown = []
            while not lines[i].startswith(("```", "$ ")):
                shown.append(lines[i])
                i += 1
            blanks = 0
            while shown and not shown[-1]:
                shown.pop()
                blanks += 1
            if shown and shown[-1].startswith("[exit "):
                shown.pop()
            ran = subprocess.run(["bash", "-c", out[-1][2:]], cwd=examples, env=environment, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            out += renewed(shown, ran.stdout.rstrip("\n").split("\n"))
            if ran.returncode != 0:
                out.append(f"[exit {ran.returncode}]")
            out += [""] * blanks
    readme.write_text("\n".join(out))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
