"""Names and attributes found in whole arrays are those that an XML parser finds element by element."""

from __future__ import annotations

import random
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from bowlby.errors import FormatError
from bowlby.formats.readers._spans import attribute_spans, texts
from bowlby.formats.readers._xml import tags_named, well_formed
from bowlby.formats.source import source_of

NAMES = (*("ABCDEFGHIJKLMNOPQ"[:length] for length in (1, 2, 7, 8, 9, 15, 16, 17)), "ABC.D")
LONG = ("L" * 22, "L" * 23, "L" * 24, "L" * 40, "L" * 39 + "M")
MANY = tuple(f"n{number}" for number in range(90))
VALUES = ("", "1", "1234567", "12345678", "123456789", "x" * 63, "x" * 64, "x" * 65, "x" * 200, "it's", "a > b", "é")


def element(rng: random.Random, depth: int) -> str:
    name = rng.choice(NAMES * 12 + LONG * 3 + MANY)
    chosen = rng.sample(("ID", "REF", "NOTE"), rng.randint(0, 3))
    parts = [f"{rng.choice((' ', '  ', chr(10)))}{key}={quoteattr(rng.choice(VALUES))}" for key in chosen]
    if rng.random() < 0.3:
        return f"<{name}{''.join(parts)}{rng.choice(('', ' '))}/>"
    inner = "".join(element(rng, depth - 1) for _ in range(rng.randint(0, 3))) if depth else "text"
    return f"<{name}{''.join(parts)}{rng.choice(('', ' '))}>{inner}</{name}{rng.choice(('', '', ' '))}>"


@pytest.mark.parametrize("seed", range(20))
def test_names_and_attributes_are_those_of_a_parser(seed, tmp_path):
    rng = random.Random(seed)
    body = "".join(element(rng, 3) for _ in range(80))
    path = tmp_path / "some.xml"
    path.write_text(f"<ROOT>{body}</ROOT>\n", encoding="utf-8")
    tags, _ = well_formed(source_of(path))
    wanted = (*NAMES, *LONG, *MANY)
    places, kinds = tags_named(tags, wanted)
    parsed = [found for found in ElementTree.parse(path).iter() if found.tag != "ROOT"]
    assert [wanted[kind] for kind in kinds] == [found.tag for found in parsed]
    for key, spans in attribute_spans(tags, places, ("ID", "REF", "NOTE")).items():
        raw = texts(tags, spans).str.replace_all("&gt;", ">").to_list()
        assert raw == [found.get(key) for found in parsed], key


@pytest.mark.parametrize("name", [*NAMES, *LONG])
@pytest.mark.parametrize("other", ["x", "xx", "/", " x"])
def test_a_name_with_anything_more_does_not_close_an_element(name, other, tmp_path):
    path = tmp_path / "some.xml"
    path.write_text(f"<ROOT><{name} ID='1'>text</{name}{other}></ROOT>\n")
    with pytest.raises(FormatError, match="not nested"):
        well_formed(source_of(path))


def test_the_first_broken_tag_is_named(tmp_path):
    path = tmp_path / "some.xml"
    path.write_text('<ROOT>\n<A ID="1">x</A>\n<A ID=2>x</A>\n<A "">x</A>\n</ROOT>\n')
    tags, _ = well_formed(source_of(path))
    places, _ = tags_named(tags, ("A",))
    with pytest.raises(FormatError) as error:
        attribute_spans(tags, places, ("ID",))
    assert error.value.row == 3
    assert np.array_equal(tags.lines(places), [2, 3, 4])


def test_an_error_shows_what_the_file_holds_and_no_more(tmp_path):
    path = tmp_path / "some.xml"
    path.write_text("<ROOT><A>x</A><B")
    with pytest.raises(FormatError) as error:
        well_formed(source_of(path))
    assert error.value.value == "<B"
