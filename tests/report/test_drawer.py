"""The drawing process gives what drawing here gives, serves once, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace

from bowlby.report.drawer import Drawer, draw_here
from bowlby.report.page import report_html
from bowlby.report.parts import ReportParts

SPECS = [
    {"data": {"values": [{"x": 1, "t": "a</script>\u2028b"}]}, "mark": mark, "encoding": {"x": {"field": "x"}}}
    for mark in ("bar", "point")
]


def test_same_drawings_in_the_same_order():
    drawer = Drawer()
    assert drawer.draw(SPECS) == draw_here(SPECS)
    assert drawer.draw(SPECS) is None


def test_a_specification_that_cannot_be_drawn_gives_none():
    assert Drawer().draw([{"mark": 1, "data": 3}]) is None


def test_a_killed_process_gives_none():
    drawer = Drawer()
    process = drawer._process
    assert process is not None
    process.kill()
    process.wait()
    assert drawer.draw(SPECS) is None


def test_closing_ends_the_process():
    drawer = Drawer()
    process = drawer._process
    assert process is not None
    del drawer
    assert process.returncode is not None


def test_the_page_is_the_same_with_and_without(rich: ReportParts):
    assert report_html(replace(rich, drawer=Drawer())) == report_html(rich)
