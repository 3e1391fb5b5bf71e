// Looks at the broker's pages with a real browser: http://HOST:PORT TOPIC GROUP DIR
//
// Every page in the light and in the dark, on a desk and on a phone: nothing is loaded from elsewhere, nothing is reported on the
// browser's console, nothing sticks out sideways, and axe finds no fault. Then the tail: a record that is written while the page
// is open is seen. Pictures of all are left in DIR.
"use strict";
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");
const path = require("node:path");
const assert = require("node:assert");

const [address, topic, group, dir] = process.argv.slice(2);
const SIZES = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const PAGES = {
  overview: "/", topics: "/topics?sort=size&internal=1", topic: `/topics/${encodeURIComponent(topic)}`, groups: "/groups",
  group: `/groups/${encodeURIComponent(group)}`, missing: "/topics/never",
};

async function look(browser, scheme, size, faults) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme });
  const page = await context.newPage();
  const complain = (what) => faults.push(`${scheme} ${size} ${page.url()}: ${what}`);
  page.on("request", (request) => {
    if (!request.url().startsWith(address)) complain(`asks elsewhere: ${request.url()}`);
  });
  page.on("console", (message) => {
    // A browser reports a page that is not found there too.
    if (message.type() === "error" && !message.text().includes("404")) complain(message.text());
  });
  page.on("pageerror", (error) => complain(String(error)));
  for (const [name, at] of Object.entries(PAGES)) {
    const answer = await page.goto(address + at, { waitUntil: "load" });
    if (answer.status() !== (name === "missing" ? 404 : 200)) complain(`status ${answer.status()}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) complain(`sticks out by ${wide} pixels`);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    for (const violation of violations) complain(`${violation.id}: ${violation.help}: ${violation.nodes[0].html}`);
    await page.screenshot({ path: path.join(dir, `${name}-${scheme}-${size}.png`), fullPage: true });
  }
  await context.close();
}

// The page says that it follows, and the parent then writes a record.
async function follow(browser) {
  const page = await browser.newPage();
  await page.goto(`${address}${PAGES.topic}`);
  await page.waitForFunction(() => document.querySelector("[data-tail-state]").textContent === "following");
  await page.waitForTimeout(0);
  console.log("FOLLOWING");
  await page.waitForSelector("tr.new >> text=<b>seen as it comes</b>", { timeout: 30_000 });
  assert.equal(await page.locator("tr.new b").count(), 0, "a record is text and nothing else");
  await page.click("button[data-tail]");
  await page.waitForFunction(() => document.querySelector("[data-tail-state]").textContent === "paused");
  await page.close();
}

// Without scripts, all is there but the tail.
async function withoutScripts(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${address}${PAGES.topic}`);
  const rows = await page.locator("table.records tbody tr").count();
  assert.ok(rows > 0, "the newest records are there without scripts");
  assert.equal(await page.locator("button[data-tail]").isVisible(), false, "no button that does nothing");
  await context.close();
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const faults = [];
    for (const scheme of ["light", "dark"]) for (const size of Object.keys(SIZES)) await look(browser, scheme, size, faults);
    assert.deepEqual(faults, []);
    await withoutScripts(browser);
    await follow(browser);
    console.log("SEEN");
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
