"""Takes the pictures of a report in docs/pictures: `python docs/take_screenshots.py [comparison.json]`, from the repository's root.

Without a comparison the one that tests made by hand is shown. The browser comes with the extra `browser`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.report.browser import look_at, pictures_of
from tests.report.comparison import comparison

from crossover.report.write import write_report
from crossover.runs.durable import read_json

PICTURES = Path(__file__).parent / "pictures"
WIDE, PHONE = 1180, 390


def main(arguments: list[str]) -> None:
    found = read_json(Path(arguments[0])) if arguments else comparison()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page, _ = write_report(found, Path(folder))
        look_at(page, width=WIDE, png=PICTURES / "report-light.png", height=1500)
        look_at(page, width=WIDE, scheme="dark", png=PICTURES / "report-dark.png", at="plots", height=1400)
        look_at(page, width=PHONE, png=PICTURES / "report-phone.png", height=1500)
        paper = Path(folder) / "report.pdf"
        look_at(page, width=WIDE, pdf=paper)
        first, *_ = pictures_of(paper, Path(folder))
        first.replace(PICTURES / "report-paper.png")


if __name__ == "__main__":
    main(sys.argv[1:])
