"""Holds pictures to their numbers: bands conserve what goes through, layers add up, words stay inside — e.g. any chain of four parts."""

import xml.etree.ElementTree as tree
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.pictures import drawing, flow, funnel, layers, slope, tiles
from millrace.core.pictures.drawing import Box, Dot, Picture, Words

KEYS = ("upstream", "midstream", "downstream", "abroad")
NEAR = 0.001


Chain = tuple[tuple[str, ...], dict[str, int], dict[tuple[str, str], int]]


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Organisations with the parts each was in: what goes between two neighbours of a way is one band."""
    keys = KEYS[: draw(st.integers(1, 4))]
    ways = draw(st.lists(st.lists(st.sampled_from(keys), unique=True, min_size=1), max_size=30))
    totals, flows = dict.fromkeys(keys, 0), dict[tuple[str, str], int]()
    for way in ways:
        ordered = sorted(way, key=keys.index)
        for key in ordered:
            totals[key] += 1
        for pair in pairwise(ordered):
            flows[pair] = flows.get(pair, 0) + 1
    return keys, totals, flows


@given(chains())
def test_what_goes_into_a_part_stays_or_goes_on(chain: Chain) -> None:
    keys, totals, flows = chain
    laid = flow.laid_out(keys, totals, flows)
    for part in laid.parts:
        into = sum(band.thickness for band in laid.bands if band.target == part.key)
        out = sum(band.thickness for band in laid.bands if band.source == part.key)
        assert into + flow.entered(part.key, totals, flows) * laid.unit == pytest.approx(part.height)
        assert out + flow.stayed(part.key, totals, flows) * laid.unit == pytest.approx(part.height)
        assert part.x >= 0 and part.x + flow.NODE <= flow.WIDTH + NEAR and part.y + part.height <= flow.HEIGHT + NEAR
    assert {(band.source, band.target): band.value for band in laid.bands} == {pair: value for pair, value in flows.items() if value}


@given(chains())
def test_bands_meet_their_parts_and_never_lie_on_each_other_at_a_column(chain: Chain) -> None:
    laid = flow.laid_out(*chain)
    for part in laid.parts:
        out = sorted((band.pieces[0].x, band.pieces[0].y, band.thickness) for band in laid.bands if band.source == part.key)
        into = sorted((band.pieces[-1].until_x, band.pieces[-1].until_y, band.thickness) for band in laid.bands if band.target == part.key)
        for held, edge in ((out, flow.NODE), (into, 0.0)):
            assert all(x == pytest.approx(part.x + edge) for x, _y, _thickness in held)
            assert all(y + thickness <= y2 + NEAR for (_x, y, thickness), (_x2, y2, _thickness2) in pairwise(held))
    for part in laid.parts:
        lanes = [(piece.y, band.thickness) for band in laid.bands for piece in band.pieces[1:] if abs(piece.x - part.x) < NEAR]
        spans = sorted([(part.y, part.height), *lanes])
        assert all(y + high <= y2 + NEAR for (y, high), (y2, _high2) in pairwise(spans))
    for band in laid.bands:
        assert all(one.until_y == other.y for one, other in pairwise(band.pieces))


def test_more_than_is_there_and_a_way_back_are_errors() -> None:
    with pytest.raises(ValueError, match="more goes through"):
        flow.laid_out(KEYS[:2], {"upstream": 1, "midstream": 3}, {("upstream", "midstream"): 2})
    with pytest.raises(ValueError, match="nothing goes back"):
        flow.laid_out(KEYS[:2], {"upstream": 1, "midstream": 3}, {("midstream", "upstream"): 1})


amounts = st.integers(0, 10**13)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("available", "reserved", "paid"), amounts)), min_size=1, max_size=14))
def test_layers_add_up_on_every_day(days: list[dict[str, int]]) -> None:
    found = layers.stacked(("available", "reserved", "paid"), days)
    most = max(sum(day.values()) for day in days)
    for place, day in enumerate(days):
        for layer in found:
            _x, low, high = layer.edges[place]
            assert low - high == pytest.approx((layers.FOOT - layers.TOP) * day[layer.key] / most if most else 0)
        for below, above in pairwise(found):
            assert below.edges[place][2] == above.edges[place][1]
        assert found[-1].edges[place][2] >= layers.TOP - NEAR
    with pytest.raises(ValueError, match="below zero"):
        layers.stacked(("available",), [{"available": -1}])


@given(st.lists(st.integers(0, 10**6), max_size=8))
def test_bars_are_as_long_as_their_cases(values: list[int]) -> None:
    lengths = funnel.lengths([funnel.Step("", value, "") for value in values])
    for one, other in combinations(range(len(values)), 2):
        assert (values[one] < values[other]) <= (lengths[one] <= lengths[other])
    assert all(0 <= length <= funnel.WIDTH for length in lengths)
    assert all((length == 0) == (value == 0) for value, length in zip(values, lengths, strict=True))


@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=12), st.data())
def test_tiles_stand_apart_and_darker_is_more(where: set[tuple[int, int]], data: st.DataObject) -> None:
    named = [tiles.Tile(str(at), at[0], at[1], "Guangzhou", data.draw(st.integers(0, 99))) for at in sorted(where)]
    found = tiles.places(named)
    for one, other in combinations(named, 2):
        (x, y, side), (x2, y2, _side) = found[one.key], found[other.key]
        assert abs(x - x2) >= side or abs(y - y2) >= min(side, 84)
        assert (one.value < other.value) <= (tiles.shade(one.value, 99) <= tiles.shade(other.value, 99))
    assert all(tiles.shade(value, 7) in range(5) for value in range(8)) and tiles.shade(7, 7) == tiles.SHADES
    with pytest.raises(ValueError, match="two tiles"):
        tiles.places([tiles.Tile("a", 0, 0, "", 1), tiles.Tile("b", 0, 0, "", 1)])


points = st.builds(slope.Point, st.floats(2000, 2040), st.floats(0, 1e6), st.just("over 130"))


@given(st.lists(points, max_size=5), st.lists(points, max_size=5))
def test_twice_as_high_is_twice_as_much_on_one_scale(target: list[slope.Point], outturn: list[slope.Point]) -> None:
    every = [each for one in slope.placed(target, outturn) for each in one]
    most = max((each.point.value for each in every), default=0)
    for each in every:
        assert slope.LEFT - NEAR <= each.x <= slope.RIGHT + NEAR
        if most > 1:
            assert (slope.FOOT - each.y) / (slope.FOOT - slope.TOP) == pytest.approx(each.point.value / most, abs=1e-9)
    _inside(slope.drawn(target, outturn))


def _inside(picture: Picture) -> None:
    for shape in picture.shapes:
        if isinstance(shape, Box):
            assert shape.x >= -NEAR and shape.x + shape.width <= picture.width + NEAR
        if isinstance(shape, Dot):
            assert -6 <= shape.x <= picture.width + 6
        if isinstance(shape, Words):
            wide = drawing.width_of(shape.text, 11)
            left = shape.x - {"start": 0, "middle": wide / 2, "end": wide}[shape.anchor]
            assert left >= -40 and left + wide <= picture.width + 40


LONG = "A very long name of a scheme that no bar has room for, 一個非常長的計劃名稱" * 2


@given(chains())
def test_a_chain_is_drawn_inside_its_picture(chain: Chain) -> None:
    keys, totals, flows = chain
    picture = flow.drawn(flow.laid_out(keys, totals, flows), dict.fromkeys(keys, LONG), dict.fromkeys(keys, LONG))
    _inside(picture)
    written(picture)


def written(picture: Picture, **more: str) -> str:
    """The picture as text, which every reader of XML can read and which is neither script nor style."""
    text = drawing.svg(picture, title=f"<{LONG}>", told='"&"', name="one", **more)
    root = tree.fromstring(text)
    assert not {element.tag.rpartition("}")[2] for element in root.iter()} & {"script", "a", "foreignObject"}
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on") or key in ("style", "href")]
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"] == "one-title one-told"
    assert root[0].text == f"<{LONG}>" and root[1].text == '"&"'
    return text


def test_words_are_escaped_and_fit() -> None:
    picture = funnel.drawn([funnel.Step(f"<b>{LONG}", 3, "3 · 100%"), funnel.Step("Screened", 0, "0", "median 12 working days")])
    text = written(picture)
    assert "<b>" not in text and "…" in text
    _inside(picture)
    assert drawing.fitted("廣州", 12, 24) == "廣州" and drawing.fitted("廣州市", 12, 24) == "廣…"
    assert drawing.width_of("廣aM", 10) == pytest.approx(23.6)
    assert "<style>.a{}</style>" in written(Picture(1, 1, ()), styles=".a{}")


def test_nothing_is_drawn_of_nothing() -> None:
    assert flow.laid_out((), {}, {}).parts == () and layers.drawn((), most="", labels=()).shapes
    assert tiles.drawn([]).shapes == () and funnel.drawn([]).shapes == ()
    assert drawing.number(-0.04) == "0" and drawing.number(12.04) == "12" and drawing.number(1.25) == "1.2"
