"""A chart as Word's own drawing (DrawingML): vector on screen and in print, with words for those who don't see it.

One series in one dark grey with its values on the bars: nothing is told by colour, so that a grey print reads the same.
ECMA-376, part 1, 21.2 (charts) and 20.4 (inline drawings).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.parts.document import DocumentPart

from reports.blocks import Chart

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_EMU_MM: Final = 36_000
_WIDTH_MM: Final = 160
_INK: Final = "404040"
_C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MOST_VALUES_SHOWN: Final = 31


def add(document: DocumentPart, chart: Chart, number: int) -> str:
    """Put the chart into the document; the XML of the run that shows it."""
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, CONTENT_TYPE, _chart_xml(chart).encode(), document.package)
    relation = document.relate_to(part, RELATIONSHIP_TYPE.CHART)
    return _inline(chart, relation, number)


def height_mm(chart: Chart) -> int:
    """Lying bars need a line each."""
    return 16 + 5 * len(chart.values) if chart.lying else 62


def _inline(chart: Chart, relation: str, number: int) -> str:
    width, height = _WIDTH_MM * _EMU_MM, height_mm(chart) * _EMU_MM
    alt = quoteattr(f"{chart.title}. {chart.alt}")
    return (
        '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        f' distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{900 + number}" name="Bieu do {number}" descr={alt}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" xmlns:r="{_R}"'
        f' r:id="{relation}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def _chart_xml(chart: Chart) -> str:
    direction, category, value = ("bar", "l", "b") if chart.lying else ("col", "b", "l")
    turned = '<c:orientation val="maxMin"/>' if chart.lying else '<c:orientation val="minMax"/>'
    values = _values_shown(len(chart.values) <= _MOST_VALUES_SHOWN)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}"'
        f' xmlns:r="{_R}"><c:roundedCorners val="0"/><c:chart>{_title(chart.title)}<c:autoTitleDeleted val="0"/>'
        f'<c:plotArea><c:layout/><c:barChart><c:barDir val="{direction}"/><c:grouping val="clustered"/>'
        '<c:varyColors val="0"/><c:ser><c:idx val="0"/><c:order val="0"/>'
        f"<c:tx><c:strRef><c:f>Bang!$B$1</c:f>{_strings([chart.title])}</c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{_INK}"/></a:solidFill></c:spPr><c:invertIfNegative val="0"/>{values}'
        f"<c:cat><c:strRef><c:f>Bang!$A$2:$A${len(chart.labels) + 1}</c:f>{_strings(chart.labels)}</c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Bang!$B$2:$B${len(chart.values) + 1}</c:f>{_numbers(chart.values)}</c:numRef></c:val>"
        '</c:ser><c:gapWidth val="60"/><c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        f'<c:catAx><c:axId val="1001"/><c:scaling>{turned}</c:scaling><c:delete val="0"/><c:axPos val="{category}"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>{_line()}{_font(1000)}'
        '<c:crossAx val="1002"/><c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="1"/><c:axPos val="{value}"/><c:numFmt formatCode="#,##0" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="1001"/><c:crosses val="autoZero"/></c:valAx>'
        '<c:spPr><a:noFill/></c:spPr></c:plotArea><c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f'<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>{_font(1000)}'
        "</c:chartSpace>"
    )


def _title(text: str) -> str:
    return (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1200" b="1"/></a:pPr>'
        f'<a:r><a:rPr lang="vi-VN" sz="1200" b="1"><a:latin typeface="Times New Roman"/></a:rPr>'
        f'<a:t>{escape(text)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def _values_shown(shown: bool) -> str:
    return (
        f'<c:dLbls><c:numFmt formatCode="#,##0" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>{_font(1000)}'
        f'<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="{int(shown)}"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
    )


def _font(size: int) -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
        '<a:latin typeface="Times New Roman"/></a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>'
    )


def _line() -> str:
    return '<c:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="808080"/></a:solidFill></a:ln></c:spPr>'


def _strings(values: Sequence[str]) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{escape(value)}</c:v></c:pt>' for n, value in enumerate(values))
    return f'<c:strCache><c:ptCount val="{len(values)}"/>{points}</c:strCache>'


def _numbers(values: Sequence[int]) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{value}</c:v></c:pt>' for n, value in enumerate(values))
    return f'<c:numCache><c:formatCode>#,##0</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numCache>'
