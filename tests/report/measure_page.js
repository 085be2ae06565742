// What a reader meets: the width that is needed, the smallest letters as drawn, the weakest contrast. Returns JSON.
(() => {
  const channel = value => { const share = value / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; };
  // W3C, Web Content Accessibility Guidelines 2.1, relative luminance and contrast ratio
  const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const parts = colour => colour.match(/[\d.]+/g).map(Number);
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parts(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
  };
  const contrast = element => {
    const style = getComputedStyle(element);
    const front = luminance(parts(element.namespaceURI.endsWith("svg") ? style.fill : style.color));
    const back = luminance(behind(element));
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  };
  const drawn = element => {
    const size = parseFloat(getComputedStyle(element).fontSize);
    return element.getScreenCTM ? size * Math.hypot(element.getScreenCTM().a, element.getScreenCTM().b) : size;
  };
  const texts = [...document.body.querySelectorAll("*")].filter(element =>
    !["title", "desc"].includes(element.localName) && element.checkVisibility() &&
    [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  const least = measure => texts.map(element => [measure(element), element.localName + ": " + element.textContent.trim().slice(0, 60)])
    .reduce((best, each) => each[0] < best[0] ? each : best, [Infinity, ""]);
  const beyond = [...document.body.querySelectorAll("*")].filter(element =>
    !element.closest(".scroll, pre, svg") && element.getBoundingClientRect().right > innerWidth + 1);
  const outside = [...document.querySelectorAll("svg text")].filter(text => {
    const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
  });
  return JSON.stringify({
    title: document.title, width: document.documentElement.scrollWidth, window: innerWidth, height: document.documentElement.scrollHeight,
    smallest: least(drawn), contrast: least(contrast), plots: document.querySelectorAll("figure > svg").length,
    tops: Object.fromEntries([...document.querySelectorAll("section")].map(part => [part.id, Math.round(part.getBoundingClientRect().top + scrollY)])),
    paper: parts(getComputedStyle(document.querySelector("section, body")).backgroundColor).slice(0, 3),
    beyond: beyond.map(element => element.localName + "." + element.className), scripts: document.scripts.length,
    outside: outside.map(text => text.textContent), dark: matchMedia("(prefers-color-scheme: dark)").matches,
    handlers: [...document.querySelectorAll("*")].flatMap(element => element.getAttributeNames()).filter(name => name.startsWith("on")),
  });
})()
