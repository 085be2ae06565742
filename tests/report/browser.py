"""A page in a real browser without a window: what it shows, asks for and says, and pictures of it.

`python -m tests.report.browser PAGE --width 390 --scheme dark --png OUT --pdf OUT` prints one JSON object. It is a program of
its own, because a browser engine lives as long as its process and takes its colour scheme at the start. The engine is
Chromium as Qt ships it (PyQt6-WebEngine, extra `browser`): pip installs it without a download from anywhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MEASURE = (Path(__file__).parent / "measure_page.js").read_text(encoding="utf-8")
SETTLE_MS = 300
"""From a change of what the window shows to a picture of it."""
SCREEN = 900
LONGEST = 30_000
LONGEST_MS = 60_000


def look_at(
    page: Path, *, width: int, scheme: str = "light", png: Path | None = None, pdf: Path | None = None, at: str = "", height: int = LONGEST
) -> dict[str, Any]:
    """Return what `main` prints, from a process of its own. A picture begins at the element `at` and has at most `height` pixels."""
    command = [sys.executable, "-m", "tests.report.browser", str(page), "--width", str(width), "--scheme", scheme, "--at", at, "--height", str(height)]
    command += ["--png", str(png)] if png else []
    command += ["--pdf", str(pdf)] if pdf else []
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    asked = _arguments()
    os.environ.update(
        {
            "QT_QPA_PLATFORM": "offscreen",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            # 0 is dark, 1 is light
            "QTWEBENGINE_CHROMIUM_FLAGS": f"--disable-gpu --hide-scrollbars --blink-settings=preferredColorScheme={int(asked.scheme == 'light')}",
        }
    )
    from PyQt6.QtCore import QMarginsF, QTimer, QUrl
    from PyQt6.QtGui import QPageLayout, QPageSize, QPixmap
    from PyQt6.QtWebEngineCore import (
        QWebEnginePage,
        QWebEngineProfile,
        QWebEngineSettings,
        QWebEngineUrlRequestInfo,
        QWebEngineUrlRequestInterceptor,
    )
    from PyQt6.QtWebEngineWidgets import QWebEngineView
    from PyQt6.QtWidgets import QApplication

    found: dict[str, Any] = {"requests": [], "console": [], "loaded": False}

    class Requests(QWebEngineUrlRequestInterceptor):
        def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802  (Qt's name)
            found["requests"].append(info.requestUrl().toString())
            info.block(not info.requestUrl().isLocalFile())

    class Watched(QWebEnginePage):
        def javaScriptConsoleMessage(self, level: Any, message: str, line: int, source: str) -> None:  # noqa: N802  (Qt's name)
            found["console"].append(f"{message} ({source}:{line})")

    application = QApplication([sys.argv[0]])
    profile = QWebEngineProfile()
    requests = Requests()
    profile.setUrlRequestInterceptor(requests)
    view = QWebEngineView()
    page = Watched(profile, view)
    view.setPage(page)
    page.settings().setAttribute(QWebEngineSettings.WebAttribute.ShowScrollBars, False)
    # so that what a page asks of elsewhere is seen; `Requests` lets none of it out
    page.settings().setAttribute(QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls, True)
    view.resize(asked.width, SCREEN)
    view.show()
    pieces: list[QPixmap] = []

    def measured(answer: str) -> None:
        found.update(json.loads(answer))
        scroll() if asked.png else leave()

    def scroll() -> None:
        begin = found["tops"].get(asked.at, 0) + len(pieces) * SCREEN
        page.runJavaScript(f"scrollTo({{top: {begin}, behavior: 'instant'}})")
        QTimer.singleShot(SETTLE_MS, grab)

    def grab() -> None:
        pieces.append(view.grab())
        begin = found["tops"].get(asked.at, 0)
        wanted = min(found["height"] - begin, asked.height)
        if len(pieces) * SCREEN < wanted:
            scroll()
        else:
            joined(pieces, begin, found["height"]).copy(0, 0, asked.width, wanted).save(asked.png)
            leave()

    def leave() -> None:
        if asked.pdf:
            page.pdfPrintingFinished.connect(lambda path, done: (found.update(pdf=done, **printed(path)), application.quit()))
            page.printToPdf(asked.pdf, QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(40, 40, 40, 40)))
        else:
            application.quit()

    def loaded(good: bool) -> None:
        found["loaded"] = good
        QTimer.singleShot(SETTLE_MS, lambda: page.runJavaScript(MEASURE, measured))

    page.loadFinished.connect(loaded)
    QTimer.singleShot(LONGEST_MS, lambda: application.exit(3))
    view.load(QUrl.fromLocalFile(str(Path(asked.page).resolve())))
    code = application.exec()
    print(json.dumps(found), flush=True)  # noqa: T201  (the answer)
    # a browser engine takes its time to take itself apart
    os._exit(code)


def joined(pieces: Sequence[Any], begin: int, height: int) -> Any:
    """Return screens of a page of a height, from one place on; a screen that would go beyond the end shows the end."""
    from PyQt6.QtGui import QPainter, QPixmap

    whole = QPixmap(pieces[0].width(), len(pieces) * SCREEN)
    painter = QPainter(whole)
    for place, piece in enumerate(pieces):
        painter.drawPixmap(0, max(min(begin + place * SCREEN, height - SCREEN), 0) - begin, piece)
    painter.end()
    return whole


def printed(pdf: str) -> dict[str, Any]:
    """Return the words of a PDF and how many pages it has."""
    from PyQt6.QtPdf import QPdfDocument

    document = QPdfDocument(None)
    document.load(pdf)
    pages = range(document.pageCount())
    return {"pages": len(pages), "printed": " ".join(document.getAllText(place).text() for place in pages)}


def pictures_of(pdf: Path, folder: Path, width: int = 900) -> list[Path]:
    """Return a PNG of each page of a PDF."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtCore import QSize, Qt
    from PyQt6.QtGui import QGuiApplication, QImage, QPainter
    from PyQt6.QtPdf import QPdfDocument

    application = QGuiApplication.instance() or QGuiApplication(["pdf"])
    document = QPdfDocument(application)
    document.load(str(pdf))
    paths = []
    for place in range(document.pageCount()):
        points = document.pagePointSize(place)
        size = QSize(width, round(width * points.height() / points.width()))
        paper = QImage(size, QImage.Format.Format_RGB32)
        paper.fill(Qt.GlobalColor.white)
        painter = QPainter(paper)
        painter.drawImage(0, 0, document.render(place, size))
        painter.end()
        paths.append(folder / f"{pdf.stem}-{place + 1}.png")
        paper.save(str(paths[-1]))
    return paths


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--png", default="")
    parser.add_argument("--at", default="")
    parser.add_argument("--height", type=int, default=LONGEST)
    parser.add_argument("--pdf", default="")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
