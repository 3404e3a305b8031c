"""What a browser makes of the files from npm under the policy of our pages."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from playwright.async_api import Page

from app.api.middleware import Guard
from app.web import assets
from app.web.pages import POLICY
from app.web.static_files import asset
from tests.api.conftest import serving
from tests.console.chromium import launched

MODULE = "vendor/noble-hashes/sha2.js"
SCRIPTS = ("vendor/htmx.min.js", "vendor/echarts.common.min.js")
PAGE = """<!doctype html>
<html lang="zh-CN"><head><title>x</title><link rel="icon" href="data:,">
<meta name="htmx-config" content='{{"includeIndicatorCSS":false}}'></head>
<body><div id="chart"></div>{scripts}</body></html>"""
WORKER = """onmessage = async ({ data: { module, pieces } }) => {
  const { sha256 } = await import(module);
  const hash = sha256.create();
  pieces.forEach((piece) => hash.update(new TextEncoder().encode(piece)));
  postMessage(Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join(""));
};"""
ASK_WORKER = """([module, pieces]) => new Promise((resolve, reject) => {
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ module, pieces });
})"""
DRAW = """() => {
  const size = { renderer: "svg", width: 400, height: 200 };
  const chart = echarts.init(document.getElementById("chart"), null, size);
  chart.setOption({
    animation: false,
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: ["甲", "乙"] },
    yAxis: {},
    series: [{ type: "bar", data: [1, 2] }, { type: "line", data: [2, 1] }],
  });
  chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: 1 });
  return document.querySelectorAll("#chart svg path").length;
}"""


@pytest.fixture
def app() -> FastAPI:
    """A page of ours with the scripts, and a worker that stands under the policy of our files."""
    app = FastAPI()
    app.include_router(assets.router)
    app.add_middleware(Guard)

    @app.get("/page")
    async def page() -> HTMLResponse:
        scripts = "".join(f'<script src="{asset(name)}"></script>' for name in SCRIPTS)
        return HTMLResponse(PAGE.format(scripts=scripts), headers={"Content-Security-Policy": POLICY})

    @app.get("/worker.js")
    async def worker() -> Response:
        policy = {"Content-Security-Policy": assets._HEADERS["Content-Security-Policy"]}
        return Response(WORKER, media_type="text/javascript", headers=policy)

    return app


@pytest.fixture
async def opened(app: FastAPI, executable: Path) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page, and what the browser has to say against it."""
    complaints: list[str] = []
    with serving(app) as address:
        async with launched(executable) as browser:
            page = await browser.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(f"{address}/page")
            yield page, complaints


async def test_libraries_run_under_our_policy(opened: tuple[Page, list[str]]) -> None:
    page, complaints = opened
    assert await page.evaluate("() => typeof htmx.process") == "function"
    assert await page.evaluate(DRAW) >= 2
    assert complaints == []


async def test_a_worker_hashes_piece_by_piece(opened: tuple[Page, list[str]]) -> None:
    page, complaints = opened
    for pieces in (["abc"], ["a" * 70_000, "", "bc" * 5]):
        found: Any = await page.evaluate(ASK_WORKER, [asset(MODULE), pieces])
        assert found == sha256("".join(pieces).encode()).hexdigest()
    assert complaints == []
