"""What matplotlib wrote, made part of a page: colours that follow it, its letters, words for those who do not see."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from crossover.report.amounts import visible
from crossover.report.colours import MARKERS, variable

NAMESPACE = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
_MARKER = re.compile("|".join(MARKERS))
_FONT = re.compile(r"font-family: [^;]*; ?")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def adapted(text: str, name: str, title: str, about: str) -> str:
    """Return the SVG element alone, with a title and a description; identifiers begin with `name`."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(text)
    box = root.attrib["viewBox"]
    used = _used(root)
    for element in root.iter():
        _clean(element, name, used)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)
    root.attrib.clear()
    root.attrib.update({"viewBox": box, "role": "img", "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-about"})
    for place, (tag, words) in enumerate((("title", title), ("desc", about))):
        element = ElementTree.Element(f"{{{NAMESPACE}}}{tag}", {"id": f"{name}-{('title', 'about')[place]}"})
        element.text = visible(words)
        root.insert(place, element)
    return _tidy(ElementTree.tostring(root, encoding="unicode"))


def _used(root: ElementTree.Element) -> set[str]:
    """Return the identifiers that something points to."""
    links = {element.attrib[LINK].removeprefix("#") for element in root.iter() if LINK in element.attrib}
    return links | {found for element in root.iter() for value in element.attrib.values() for found in _REFERENCE.findall(value)}


def _clean(element: ElementTree.Element, name: str, used: set[str]) -> None:
    identifier = element.attrib.pop("id", None)
    if identifier in used:
        element.set("id", f"{name}-{identifier}")
    if LINK in element.attrib:
        element.set("href", f"#{name}-{element.attrib.pop(LINK).removeprefix('#')}")
    for key, value in list(element.attrib.items()):
        element.set(key, _REFERENCE.sub(lambda found: f"url(#{name}-{found.group(1)})", value))
    style = element.attrib.get("style")
    if style is not None:
        style = _MARKER.sub(lambda found: variable(MARKERS[found.group()]), style)
        element.set("style", _FONT.sub("", style))


def _tidy(text: str) -> str:
    """Leave out the line breaks between elements, and of coordinates what lies below a thousandth of a point."""
    text = re.sub(r">\s*\n\s*<", "><", text)
    return re.sub(r"(\d+\.\d{3})\d+", r"\1", text)
