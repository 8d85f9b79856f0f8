"""The drawing process gives what drawing here gives, serves once, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace

from bowlby.reporting.drafting import draft_of
from bowlby.reporting.drawing_process import DrawingProcess, draw_here
from bowlby.reporting.page import report_html
from bowlby.reporting.parts import ReportParts

SPECS = [
    {"data": {"values": [{"x": 1, "t": "a</script>\u2028b"}]}, "mark": mark, "encoding": {"x": {"field": "x"}}}
    for mark in ("bar", "point")
]


def test_same_drawings_in_the_same_order():
    drawer = DrawingProcess()
    assert drawer.collect(SPECS) == draw_here(SPECS)
    assert drawer.collect(SPECS) is None


def test_what_was_asked_for_early_is_drawn_once():
    drawer = DrawingProcess()
    drawer.ask(SPECS[1:])
    assert drawer.collect(SPECS) == draw_here(SPECS)
    assert len(drawer._asked) == len(SPECS)


def test_more_drawings_than_a_pipe_holds_do_not_stop_the_drawing():
    # A pipe holds 64 KiB; the process must go on drawing though nobody reads until the end.
    rows = [{"x": 10 * x} for x in range(3000)]
    large = {"data": {"values": rows}, "mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    drawer = DrawingProcess()
    drawer.ask([large])
    drawer.ask(SPECS)
    drawings = drawer.collect([large, *SPECS])
    assert drawings is not None
    assert len(drawings[0]) > 2**16
    assert drawings[1:] == draw_here(SPECS)


def test_a_specification_that_cannot_be_drawn_gives_none():
    assert DrawingProcess().collect([{"mark": 1, "data": 3}]) is None


def test_a_killed_process_gives_none():
    drawer = DrawingProcess()
    process = drawer._process
    assert process is not None
    process.kill()
    process.wait()
    assert drawer.collect(SPECS) is None


def test_closing_ends_the_process():
    drawer = DrawingProcess()
    process = drawer._process
    assert process is not None
    del drawer
    assert process.returncode is not None


def test_the_page_is_the_same_with_and_without(rich: ReportParts):
    assert report_html(replace(rich, draft=draft_of(rich, DrawingProcess()))) == report_html(rich)
