// Keeps the newest records of a topic coming. Everything is put in as text, so a record cannot be more than text.
"use strict";
(() => {
  const ROWS_MAX = 200;
  const table = document.querySelector("table[data-tail]");
  const button = document.querySelector("button[data-tail]");
  if (!table || !button || !window.EventSource) return;
  const body = table.tBodies[0];
  const state = document.querySelector("[data-tail-state]");
  let source = null;

  const cell = (row, text, name) => {
    const cell = row.insertCell();
    cell.className = name;
    if (text === null) {
      cell.append(Object.assign(document.createElement("i"), { textContent: "null" }));
    } else {
      cell.textContent = text;
    }
  };

  const show = (record) => {
    const row = body.insertRow(0);
    row.className = "new";
    cell(row, record.time, "time");
    cell(row, String(record.partition), "number");
    cell(row, String(record.offset), "number");
    cell(row, record.key, "data");
    cell(row, record.value, "data");
    while (body.rows.length > ROWS_MAX) body.deleteRow(-1);
  };

  const stop = (why) => {
    if (source) source.close();
    source = null;
    button.textContent = "Follow";
    button.setAttribute("aria-pressed", "false");
    state.textContent = why;
  };

  const start = () => {
    source = new EventSource(table.dataset.tail);
    button.textContent = "Pause";
    button.setAttribute("aria-pressed", "true");
    state.textContent = "following";
    source.onmessage = (event) => {
      const news = JSON.parse(event.data);
      news.records.forEach(show);
      state.textContent = news.passed_over > 0 ? `following; ${news.passed_over} passed over` : "following";
    };
    source.onerror = () => {
      if (source && source.readyState === EventSource.CLOSED) stop("the broker has ended it");
      else state.textContent = "connecting again";
    };
  };

  button.hidden = false;
  button.addEventListener("click", () => (source ? stop("paused") : start()));
  start();
})();
