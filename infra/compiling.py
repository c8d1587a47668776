"""What `scripts/compile` does: compiles to C what every leg passes, about twice as fast as interpreted (ADR 21).

mypyc compiles the modules as they are; those that do not gain by it, or that it cannot compile, stay plain Python.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import sysconfig
from collections.abc import Sequence
from typing import Any

from mypyc.build import mypycify
from setuptools.dist import Distribution
from setuptools.errors import BaseError, CompileError, LinkError

from infra.compiled import RECORD, ROOT, digest_of

_PARSER = ("columns", "dialect", "framing", "parse", "record", "times", "values", "whole")
_PATTERNS = (
    *(f"connectors/cdr_file/{name}.py" for name in _PARSER),
    "pipeline/domain/*.py",
    "schemas/codec*.py",
)
_RECORD = ROOT / RECORD
_GROUP = "swyx_cdr"
_SUFFIX: str = sysconfig.get_config_var("EXT_SUFFIX")
_OPTIMISATION = "1"  # higher ones take longer and make nothing faster


def compile_modules() -> None:
    """Compile them, unless they are compiled already, for this Python and from these sources.

    Raises BaseError, CompileError or LinkError of setuptools where it cannot be done; everything is plain Python then.
    """
    sources = _sources()
    record = {"python": _SUFFIX, "sources": {source: digest_of(ROOT / source) for source in sources}}
    built = all((ROOT / source).with_suffix(_SUFFIX).exists() for source in sources)
    if built and _RECORD.exists() and json.loads(_RECORD.read_text("utf-8")) == record:
        _say("everything is compiled")
        return
    undo()
    _say(f"{len(sources)} modules, about a minute")
    _RECORD.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    try:
        _build(sources)
    except BaseException:
        undo()
        raise
    _say("done; scripts/setup keeps it so, scripts/compile --undo goes back to plain Python")


def undo() -> None:
    """Go back to plain Python."""
    built = [module for folder in ("connectors", "pipeline", "schemas") for module in (ROOT / folder).rglob("*.so")]
    for path in (*built, *ROOT.glob(f"{_GROUP}__mypyc.*")):
        path.unlink()
    _RECORD.unlink(missing_ok=True)


def _sources() -> list[str]:
    found = {path for pattern in _PATTERNS for path in ROOT.glob(pattern) if path.stem != "__init__"}
    return sorted(str(path.relative_to(ROOT)) for path in found)


def _build(sources: Sequence[str]) -> None:
    os.chdir(ROOT)  # modules are named by their paths
    folder = str(ROOT / "build" / "compiled")
    extensions = mypycify(list(sources), opt_level=_OPTIMISATION, debug_level="0", target_dir=folder, group_name=_GROUP)
    command: Any = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
    command.inplace, command.build_temp, command.parallel = True, folder, 2
    command.ensure_finalized()
    command.run()


def _say(text: str) -> None:
    print(f"compile: {text}", file=sys.stderr)  # noqa: T201 - what the script says


def main() -> None:
    """The command line of scripts/compile."""
    parser = argparse.ArgumentParser(prog="scripts/compile", description="Compile to C what every leg passes.")
    parser.add_argument("--undo", action="store_true", help="go back to plain Python")
    if parser.parse_args().undo:
        undo()
        _say("the program is plain Python")
        return
    try:
        compile_modules()
    except (BaseError, CompileError, LinkError) as error:
        _say(
            f"{error}. It takes a C compiler and Python's headers, on a Debian the packages gcc and python3-dev; "
            "the program stays plain Python"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
