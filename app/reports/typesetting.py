"""Sets one document: JSON on standard input, PDF/A-2b on standard output. Run as a program of its own.

Typst keeps much of what it has set, and cannot be stopped once it is at it; a process gives all back and can
be ended. What is printed goes in as data, never as markup; no file, package or system font is read.
"""

import json
import sys
from pathlib import Path

import typst
from pylopdf_fonts_zh_cn import sans_path

TEMPLATE = Path(__file__).parent / "templates" / "document.typ"


def main() -> None:
    told = sys.stdin.buffer.read().decode()
    made = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)]
        ),
        sys_inputs={"told": told},
        pdf_standards="a-2b",
        timestamp=json.loads(told)["made_at"],
    )
    if not isinstance(made, bytes):
        raise TypeError("One document makes one file.")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
