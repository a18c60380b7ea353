"""Makes plain paragraphs of HTML pages, of reStructuredText, and of text with hard line ends."""
import html.parser
import re

BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "blockquote",
          "section", "article", "br", "hr", "pre", "body"}
SKIPPED = {"script", "style", "head", "nav", "table", "pre"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.paragraphs, self.words, self.skipping = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self.finish_paragraph()
        if tag in SKIPPED:
            self.skipping.append(tag)

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.finish_paragraph()
        if tag in self.skipping:
            while self.skipping.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.skipping:
            self.words.append(data)

    def finish_paragraph(self):
        text = " ".join("".join(self.words).split())
        if text:
            self.paragraphs.append(text)
        self.words = []


def from_html(text):
    page = Page()
    page.feed(text)
    page.close()
    page.finish_paragraph()
    return "\n\n".join(page.paragraphs)


def unwrapped(lines):
    """Lines with a blank line between paragraphs, one paragraph a line."""
    paragraphs, words = [], []
    for line in [*lines, ""]:
        if line.strip():
            words += line.split()
        elif words:
            paragraphs.append(" ".join(words))
            words = []
    return "\n\n".join(paragraphs)


def from_restructured_text(text):
    """The paragraphs of running text: no directives, literal blocks, tables or underlines."""
    kept = []
    for block in re.split(r"\n\s*\n", text.expandtabs()):
        lines = [line for line in block.splitlines() if not re.fullmatch(r"\s*([=\-~^\"'*+#`_:.])\1{2,}\s*", line)]
        if not lines or lines[0].startswith((" ", "..", "+-", "|", ":", "=", ">>>", "$", "#")):
            continue
        paragraph = " ".join(" ".join(lines).split())
        paragraph = re.sub(r":[\w:+-]+:`([^`<]*?)\s*(<[^`>]*>)?`", r"\1", paragraph)
        paragraph = re.sub(r"`([^`<]+?)\s*<[^`>]*>`_+", r"\1", paragraph)
        paragraph = re.sub(r"``(.+?)``", r"\1", paragraph)
        paragraph = re.sub(r"::$", ":", paragraph)
        words = paragraph.split()
        letters = sum(character.isalpha() or character == " " for character in paragraph)
        if len(words) >= 2 and letters >= 0.8 * len(paragraph):
            kept.append(paragraph)
    return "\n\n".join(kept)
